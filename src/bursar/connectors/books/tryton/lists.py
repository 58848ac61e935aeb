"""Accounts, parties, terms and journals of the company, by code."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from bursar.connectors.books.tryton.options import TrytonOptions
from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.records import Account, Currency, Journal, Party, Period, Term
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.errors import FieldFault, Rejected

_JOURNALS = {"revenue": "sales_journal", "expense": "purchase_journal", "general": "general_journal"}


class Lists:
    """Looks codes up. What is asked for is read anew each time, but for currencies, terms and journals."""

    def __init__(self, reader: Reader, options: TrytonOptions) -> None:
        self._reader = reader
        self._options = options
        self._currencies: dict[str, int] = {}
        self._journals: dict[str, int] = {}

    def references(self, kind: ReferenceKind) -> Sequence[Reference] | None:
        """One of the lists. Customers and suppliers are the same parties; taxes and items are not kept."""
        if kind is ReferenceKind.ACCOUNT:
            found = self._reader.all("account.account", Account, self._reader.own(["code", "!=", None]))
            return [Reference(kind, each.code, each.name, each.usable, each.type_id is not None) for each in found]
        if kind in {ReferenceKind.CUSTOMER, ReferenceKind.SUPPLIER}:
            parties = self._reader.all("party.party", Party, [["code", "!=", None]])
            return [Reference(kind, each.code, each.name, each.active) for each in parties]
        if kind is ReferenceKind.TERM:
            terms = self._reader.all("account.invoice.payment_term", Term, [])
            return [Reference(kind, each.name, each.name, each.active) for each in terms]
        return None

    def accounts(self, codes: Collection[str], title: str) -> dict[str, Account]:
        """Accounts by code; of two of one code the one in use. Raises Rejected when one is missing."""
        found: dict[str, Account] = {}
        wanted = sorted(set(codes))
        for each in self._reader.among("account.account", Account, self._reader.own(), "code", list(wanted)):
            if each.code not in found or each.usable:
                found[each.code] = each
        for code in wanted:
            if code not in found:
                raise missing(f"{title}: {self._reader.name} has no account {code}.", "account", code)
        return found

    def party(self, code: str) -> Party | None:
        """A party by code, inactive ones too."""
        return next(iter(self._reader.all("party.party", Party, [["code", "=", code]])), None)

    def usable_party(self, code: str, title: str) -> Party:
        """A party that a document can be with. Raises Rejected."""
        found = self.party(code)
        if found is None:
            raise missing(f"{title}: {self._reader.name} has no party {code}.", "party", code)
        if not found.active:
            sentence = f"{title}: party {code} ({found.name}) is inactive in {self._reader.name}."
            raise Rejected(
                sentence,
                fields=[FieldFault("party", "inactive", sentence)],
                remedy="Activate it in Tryton, or map the company to another one on Ledger › Mappings.",
            )
        return found

    def term(self, name: str, title: str) -> int:
        """A payment term by name. Raises Rejected."""
        found = list(self._reader.all("account.invoice.payment_term", Term, [["name", "=", name]]))
        for each in sorted(found, key=lambda one: not one.active):
            return each.id
        raise missing(f"{title}: {self._reader.name} has no payment term {name}.", "terms", name)

    def currency(self, code: str, title: str) -> int:
        """A currency by its ISO code. Raises Rejected."""
        if code not in self._currencies:
            for each in self._reader.all("currency.currency", Currency, [["code", "=", code]]):
                self._currencies[code] = each.id
        if code not in self._currencies:
            raise missing(f"{title}: {self._reader.name} has no currency {code}.", "currency", code)
        return self._currencies[code]

    def journal(self, kind: str) -> int:
        """The journal for sales (`revenue`), purchases (`expense`) or everything else. Raises Rejected."""
        if kind not in self._journals:
            wanted = str(getattr(self._options, _JOURNALS[kind]))
            found = list(self._reader.all("account.journal", Journal, [["type", "=", kind]]))
            chosen = [each for each in found if each.active and (not wanted or each.code == wanted)]
            if not chosen:
                raise missing(f"{self._reader.name} has no {kind} journal {wanted}.".replace(" .", "."), "journal", "")
            usual = [each for each in chosen if each.code == "MISC"] if kind == "general" else []
            self._journals[kind] = (usual or chosen)[0].id
        return self._journals[kind]

    def closed_through(self) -> date | None:
        """The day before the first open period, if anything is closed before it."""
        standard = self._reader.own(["type", "=", "standard"])
        periods = sorted(self._reader.all("account.period", Period, standard), key=lambda each: each.start_date)
        closed = [each.end_date for each in periods if each.state != "open"]
        if not closed:
            return None
        first = next((each for each in periods if each.state == "open"), None)
        if first is None:
            return max(closed)
        return first.start_date - timedelta(days=1) if min(closed) < first.start_date else None


def missing(sentence: str, field: str, code: str) -> Rejected:
    """A code that is not in a list of the books."""
    remedy = "Create it in Tryton, or map it to another one on Ledger › Mappings."
    return Rejected(sentence, fields=[FieldFault(field, "unknown", code)], remedy=remedy)
