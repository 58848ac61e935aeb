"""Invoices, credits and bills as Tryton's invoices.

ConnectWise's number is the reference of a customer's invoice; Tryton gives it a number of its own, as its law of
gapless numbers wants. A bill's reference is the supplier's number. Tax comes as ConnectWise computed it: as tax lines
that are entered by hand, which Tryton does not compute anew.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.tryton.kept import Keeper, Kept, State
from bursar.connectors.books.tryton.lists import Lists
from bursar.connectors.books.tryton.marks import Mark, having, mark_in, of_series
from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.records import Account, Invoice
from bursar.connectors.books.tryton.refusals import refused
from bursar.connectors.books.tryton.reversals import reversed_among
from bursar.connectors.books.tryton.rows import InvoiceRow, carries_costs, rows_of, total_of
from bursar.connectors.books.tryton.session import Question, Refusal, Session
from bursar.connectors.books.tryton.values import PlainNumber, Value, Values
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present
from bursar.domain.errors import FieldFault, Rejected, RemoteError
from bursar.domain.ledger.documents import RECEIVABLE_KINDS, Document
from bursar.domain.money import Money

MODEL = "account.invoice"
_QUESTIONS = 5
"""How many questions in a row are answered with yes."""
_DUPLICATE = "is similar to invoice"
_TOO_EARLY = "must set an invoice date after"


class Invoices(Keeper):
    """Customer and supplier invoices of the company."""

    def __init__(self, session: Session, reader: Reader, lists: Lists) -> None:
        self._session = session
        self._reader = reader
        self._lists = lists

    def with_markers(self, markers: Collection[str]) -> Iterator[Kept]:
        return self._kept([having("comment", markers)])

    def of_series(self, marker: str) -> Iterator[Kept]:
        return self._kept([of_series("comment", marker)])

    def draft(self, delivery: Delivery) -> int:
        document = delivery.document
        self._refuse_unfit(delivery)
        values = self._values(delivery)
        try:
            made = self._session.write(f"model.{MODEL}.create", [values])
        except Refusal as refusal:
            raise refused(document, refusal, self._reader.name) from refusal
        return int(str(made[0])) if isinstance(made, list) and made else 0

    def check(self, delivery: Delivery, record: int) -> None:
        found, document = self._read(record), delivery.document
        wanted = total_of(delivery)
        if found.total_amount == wanted and found.currency.code == document.currency:
            return
        computed = Money(found.total_amount, found.currency.code)
        sentence = (
            f"{document.title} comes to {Money(wanted, document.currency)}, but {self._reader.name} makes {computed} of"
            " it; it was not posted."
        )
        raise Rejected(
            sentence,
            fields=[FieldFault("total", "total_differs", sentence)],
            remedy="Correct the record in ConnectWise so that its lines and taxes come to its total, then plan again.",
        )

    def post(self, delivery: Delivery, record: int) -> None:
        try:
            self._post(delivery, record)
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal

    def remove(self, record: int) -> None:
        found = self._read(record)
        try:
            if found.state == "validated":
                self._session.write(f"model.{MODEL}.draft", [record])
            if found.number:  # one that was validated keeps its number, so Tryton keeps it, too
                self._session.write(f"model.{MODEL}.cancel", [record])
            else:
                self._session.write(f"model.{MODEL}.delete", [record])
        except Refusal as refusal:
            raise RemoteError(
                f"A draft of {found.reference} is left in {self._reader.name}: {refusal.words}",
                remedy="Delete that draft in Tryton.",
                answer=refusal.words,
            ) from refusal

    def take_back(self, delivery: Delivery, kept: Kept, day: date) -> None:
        found = self._read(kept.id)
        title = delivery.document.title
        if found.state == "paid" and not found.total_amount:
            self._wizard("account.move.unreconcile_lines", "account.move.line", found.lines_to_pay, {}, "unreconcile")
        elif found.state == "paid" or found.payment_lines:
            raise Rejected(
                f"{title} has payments or credits set against it in {self._reader.name}.",
                remedy="In Tryton, take them off the invoice; then take it back.",
            )
        try:
            if found.allow_cancel or found.type == "in":
                self._answering(f"model.{MODEL}.cancel", [kept.id])
            else:
                self._credit(kept.id, day)
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal

    def _credit(self, record: int, day: date) -> None:
        """A credit note over all of it, set against it; of today where that day cannot be numbered any more."""
        start: Values = {"with_refund": True, "with_refund_allowed": True, "invoice_date": day}
        try:
            self._wizard("account.invoice.credit", MODEL, [record], {"start": start}, "credit")
        except Refusal as refusal:
            if _TOO_EARLY not in refusal.words:
                raise
            forms: Values = {"start": start | {"invoice_date": None}}
            self._wizard("account.invoice.credit", MODEL, [record], forms, "credit")

    def _wizard(self, name: str, model: str, records: Collection[int], forms: Values, state: str) -> None:
        made = self._session.write(f"wizard.{name}.create")
        number = made[0] if isinstance(made, list) and made else None
        ids: list[Value] = list(records)
        self._answering(
            f"wizard.{name}.execute", number, forms, state, active_model=model, active_id=ids[0], active_ids=ids
        )
        self._session.write(f"wizard.{name}.delete", number)

    # Reading.

    def _read(self, record: int) -> Invoice:
        for found in self._reader.all(MODEL, Invoice, [["id", "=", record]]):
            return found
        raise RemoteError(f"Invoice {record} has vanished from {self._reader.name}.", remedy="Run again.")

    def _kept(self, domain: list[Value]) -> Iterator[Kept]:
        found = list(self._reader.all(MODEL, Invoice, self._reader.own(*domain)))
        reversed_moves = reversed_among(self._reader, [each.move for each in found if each.move])
        for each in found:
            mark = mark_in(each.comment)
            if mark and not (each.state == "cancelled" and each.move is None):
                yield self._one(each, mark, reversed_moves)

    def _one(self, found: Invoice, mark: Mark, reversed_moves: Collection[int]) -> Kept:
        state = State.DRAFT if found.state in {"draft", "validated"} else State.POSTED
        if found.state == "cancelled" or found.move in reversed_moves:
            state = State.VOIDED
        number = found.reference if found.type == "out" else mark.number
        day = found.accounting_date or found.invoice_date or date.min
        total, ref = abs(found.total_amount), f"{MODEL},{found.id}"
        present = Present(
            *(mark.marker, number, day, found.currency.code, total, state is State.VOIDED, found.id, ref),
            url=f"{self._session.site}/#{self._session.database}/model/{MODEL}/{found.id}",
        )
        return Kept(found.id, mark, state, present, found.create_uid == self._session.user_id)

    def genuine(self, found: Iterable[Invoice]) -> Iterator[tuple[Invoice, Mark]]:
        """Of invoices with a mark those that Bursar made: people copy and credit invoices, and the mark comes along."""
        for each in found:
            mark = mark_in(each.comment)
            if mark is None or (each.type == "out" and not each.reference):
                continue
            if each.create_uid == self._session.user_id or self._is_first(each, mark):
                yield each, mark

    def _is_first(self, found: Invoice, mark: Mark) -> bool:
        older = self._reader.own(having("comment", [mark.marker]), ["id", "<", found.id], ["move", "!=", None])
        return next(iter(self._reader.all(MODEL, Invoice, older)), None) is None

    # Writing.

    def _refuse_unfit(self, delivery: Delivery) -> None:
        document = delivery.document
        if carries_costs(delivery):
            raise Rejected(
                f"{document.title} carries its cost of goods sold, which an invoice in Tryton cannot.",
                remedy="Let the book have cost of goods sold as a journal of its own, in the settings of the book.",
            )

    def _values(self, delivery: Delivery) -> Values:
        document, day = delivery.document, delivery.document_day
        sold = document.kind in RECEIVABLE_KINDS
        rows = list(rows_of(delivery))
        accounts = self._lists.accounts([document.control_account, *(row.account for row in rows)], document.title)
        party = self._lists.usable_party(document.party.code, document.title)
        currency = self._lists.currency(document.currency, document.title)
        lines: list[Value] = []
        taxes: list[Value] = []
        for row in rows:
            account = accounts[row.account]
            if row.tax or not _is_line_account(account, sold=sold):
                taxes.append(_tax_values(row, account))
            else:
                lines.append(_line_values(row, account, currency))
        values: Values = {
            "type": "out" if sold else "in",
            "company": self._reader.company.id,
            "party": party.id,
            "invoice_address": party.addresses[0] if party.addresses else None,
            "currency": currency,
            "journal": self._lists.journal("revenue" if sold else "expense"),
            "account": accounts[document.control_account].id,
            "invoice_date": day,
            "accounting_date": document.day if document.day != day else None,
            "reference": document.number if sold else one_line(document.vendor_invoice) or document.number,
            "description": one_line(document.description or document.memo) or None,
            "comment": str(Mark(document.number, delivery.marker)),
            "lines": [["create", lines]] if lines else [],
            "taxes": [["create", taxes]] if taxes else [],
        }
        return values | self._due(document, day)

    def _due(self, document: Document, day: date) -> Values:
        """Payment terms say when it is due; without them ConnectWise's own day does."""
        if document.terms:
            return {"payment_term": self._lists.term(document.terms, document.title), "payment_term_date": day}
        return {"payment_term_date": document.due or day}

    def _post(self, delivery: Delivery, record: int) -> None:
        try:
            self._answering(f"model.{MODEL}.post", [record], document=delivery.document)
        except Refusal as refusal:
            if _TOO_EARLY not in refusal.words:
                raise
            self._date_later(delivery.document, record)
            self._answering(f"model.{MODEL}.post", [record], document=delivery.document)

    def _date_later(self, document: Document, record: int) -> None:
        """Tryton numbers sales in the order of dates: a late one is dated as the newest, and booked on its own day."""
        sold = self._reader.own(["type", "=", "out"], ["number", "!=", None])
        newest = self._reader.newest(MODEL, Invoice, sold, "invoice_date")
        if newest is not None:
            values: Values = {"invoice_date": newest.invoice_date, "accounting_date": document.day}
            self._session.write(f"model.{MODEL}.write", [record], values)

    def _answering(self, method: str, *parameters: Value, document: Document | None = None, **context: Value) -> None:
        """Call, and answer what Tryton asks a person with yes: dates and amounts are ConnectWise's.

        But one question is none of ours to answer: whether a bill is there twice.
        """
        for _ in range(_QUESTIONS):
            try:
                self._session.write(method, *parameters, **context)
            except Question as question:
                if document is not None and _DUPLICATE in question.words and not self._only_ours(document):
                    raise
                self._session.write("model.res.user.warning.skip", question.key)
            else:
                return
        self._session.write(method, *parameters, **context)

    def _only_ours(self, document: Document) -> bool:
        """Whether every bill of this number that is alive is one that Bursar posted."""
        number = one_line(document.vendor_invoice) or document.number
        party = self._lists.usable_party(document.party.code, document.title)
        same = self._reader.own(["type", "=", "in"], ["party", "=", party.id], ["reference", "=", number])
        alive = [each for each in self._reader.all(MODEL, Invoice, same) if each.state != "cancelled"]
        return all(mark_in(each.comment) for each in alive)


def _is_line_account(account: Account, *, sold: bool) -> bool:
    """Whether Tryton lets the account stand on an invoice line; every other one may stand on a tax line."""
    kind = account.type
    if kind is None:
        return False
    return kind.revenue if sold else kind.expense or kind.debt


def _line_values(row: InvoiceRow, account: Account, currency: int) -> Values:
    return {
        "type": "line",
        "account": account.id,
        "currency": currency,
        "quantity": PlainNumber(row.quantity),
        "unit_price": row.unit_price,
        "description": row.description or account.name,
    }


def _tax_values(row: InvoiceRow, account: Account) -> Values:
    return {
        "manual": True,
        "description": row.description or account.name,
        "account": account.id,
        "base": Decimal(0),
        "amount": row.amount,
    }
