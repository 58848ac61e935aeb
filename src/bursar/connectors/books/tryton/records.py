"""Records as Tryton sends them: those fields that are asked for. What is behind a dot comes inside `name.`."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: object) -> object:
    return "" if value is None else value


def _flag(value: object) -> object:
    return False if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]


class Record(BaseModel):
    """Anything read, and the fields to ask for."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)
    FIELDS: ClassVar[tuple[str, ...]] = ()

    id: int


class Currency(Record):
    """A currency by its ISO code."""

    FIELDS = ("code",)

    code: Text = ""


class AccountType(Record):
    """What kind of account it is: decides where Tryton lets it stand."""

    revenue: Flag = False
    expense: Flag = False
    debt: Flag = False


class Account(Record):
    """An account; a heading has no type."""

    FIELDS = (
        *("code", "name", "active", "closed", "party_required", "type"),
        *("type.revenue", "type.expense", "type.debt"),
    )

    code: Text = ""
    name: Text = ""
    active: Flag = True
    closed: Flag = False
    party_required: Flag = False
    type_id: int | None = Field(default=None, alias="type")
    type: AccountType | None = Field(default=None, alias="type.")

    @property
    def usable(self) -> bool:
        """Whether it is in use; a heading may be, too."""
        return self.active and not self.closed


class Address(Record):
    """An address of a party."""

    active: Flag = True
    invoice: Flag = False


class Party(Record):
    """A customer, a supplier or both."""

    FIELDS = ("code", "name", "active", "addresses.active", "addresses.invoice")

    code: Text = ""
    name: Text = ""
    active: Flag = True
    addresses: tuple[Address, ...] = Field(default=(), alias="addresses.")

    @property
    def invoice_address(self) -> int | None:
        """The address that invoices go to: one that is for them, else the first; None when none is in use."""
        used = [each for each in self.addresses if each.active]
        return next((each.id for each in [*(each for each in used if each.invoice), *used]), None)


class Term(Record):
    """A payment term."""

    FIELDS = ("name", "active")

    name: Text = ""
    active: Flag = True


class Journal(Record):
    """A journal by its code."""

    FIELDS = ("code", "type", "active")

    code: Text = ""
    type: Text = ""
    active: Flag = True


class Period(Record):
    """A month, as a rule."""

    FIELDS = ("start_date", "end_date", "state")

    start_date: date
    end_date: date
    state: str


class Company(Record):
    """A company with its currency."""

    FIELDS = ("party.name", "currency.code")

    party: "NamedParty" = Field(alias="party.")
    currency: Currency = Field(alias="currency.")

    @property
    def name(self) -> str:
        return self.party.name


class NamedParty(Record):
    """A party inside another record."""

    name: Text = ""


class Invoice(Record):
    """A customer or supplier invoice; a credit note is one with a negative total."""

    FIELDS = (
        *("type", "number", "reference", "comment", "state", "invoice_date", "accounting_date", "total_amount"),
        *("move", "cancel_move", "payment_lines", "lines_to_pay", "allow_cancel", "currency.code", "create_uid"),
    )

    type: str
    number: Text = ""
    reference: Text = ""
    comment: Text = ""
    state: str
    invoice_date: date | None = None
    accounting_date: date | None = None
    total_amount: Decimal
    move: int | None = None
    cancel_move: int | None = None
    payment_lines: tuple[int, ...] = ()
    lines_to_pay: tuple[int, ...] = ()
    allow_cancel: Flag = False
    create_uid: int | None = None
    currency: Currency = Field(alias="currency.")


class LineAccount(Record):
    """The account of a line."""

    code: Text = ""


class InvoiceHead(Record):
    """What a draft says besides its rows, in ids."""

    FIELDS = (
        *("type", "party", "account", "currency", "reference", "description"),
        *("payment_term", "payment_term_date", "invoice_date", "accounting_date"),
    )

    type: str
    party: int
    account: int | None = None
    currency: int | None = None
    reference: str | None = None
    description: str | None = None
    payment_term: int | None = None
    payment_term_date: date | None = None
    invoice_date: date | None = None
    accounting_date: date | None = None


class DraftRow(Record):
    """A line or a tax line of an invoice."""

    FIELDS = ("account.code", "amount")

    account: LineAccount | None = Field(default=None, alias="account.")
    amount: Decimal | None = None


class DraftLine(Record):
    """A row of an entry, in ids."""

    FIELDS = ("account", "debit", "credit", "party", "amount_second_currency", "second_currency")

    account: int
    debit: Decimal
    credit: Decimal
    party: int | None = None
    amount_second_currency: Decimal | None = None
    second_currency: int | None = None


class Move(Record):
    """An entry of the ledger."""

    FIELDS = ("description", "date", "state", "origin", "create_uid")

    description: Text = ""
    date: date
    state: str
    create_uid: int | None = None
    origin: Text = ""
    """`account.invoice,12`, `account.move,7` or nothing."""


class LineJournal(Record):
    """The journal of a line's entry."""

    type: Text = ""


class LineMove(Record):
    """The entry of a line."""

    date: date
    origin: Text = ""
    journal: LineJournal | None = Field(default=None, alias="journal.")


class LineReconciliation(Record):
    """What a line was set against."""

    delegate_to: int | None = None


class MoveLine(Record):
    """A row of an entry; in a second currency when the entry is in another than the company's."""

    FIELDS = (
        *("move", "debit", "credit", "amount_second_currency", "second_currency.code", "account.code"),
        *("maturity_date", "reconciliation", "reconciliation.delegate_to"),
        *("move.date", "move.origin", "move.journal.type"),
    )

    move_id: int = Field(alias="move")
    debit: Decimal
    credit: Decimal
    amount_second_currency: Decimal | None = None
    second_currency: Currency | None = Field(default=None, alias="second_currency.")
    account: LineAccount = Field(alias="account.")
    maturity_date: date | None = None
    reconciliation_id: int | None = Field(default=None, alias="reconciliation")
    reconciliation: LineReconciliation | None = Field(default=None, alias="reconciliation.")
    move: LineMove = Field(alias="move.")

    def amount_in(self, currency: str, home: str) -> Decimal | None:
        """Debit positive; None when the line is not in that currency."""
        if self.second_currency is not None and self.amount_second_currency is not None:
            return self.amount_second_currency if self.second_currency.code == currency else None
        return self.debit - self.credit if currency == home else None
