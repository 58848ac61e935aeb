"""The accounting interface of a ConnectWise PSA behind the `Accounting` port: everything that is read."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TypeVar

from bursar.connectors.connectwise import accounting_records
from bursar.connectors.connectwise.accounting_wire import (
    BATCH_ENTRY_LIST,
    BATCH_LIST,
    ID_LIST,
    INVOICE_LIST,
    PAYMENT_LIST,
    RAW_LIST,
    VENDOR_NUMBER_LIST,
)
from bursar.connectors.connectwise.concurrent_reads import gather
from bursar.connectors.connectwise.currencies import HomeCurrency
from bursar.connectors.connectwise.export_request import export_request
from bursar.connectors.connectwise.faults import AddressMissing
from bursar.connectors.connectwise.gl_export_rest import object_records, record_part
from bursar.connectors.connectwise.gl_export_unposted import waiting_rows
from bursar.connectors.connectwise.locations import Locations
from bursar.connectors.connectwise.query import field
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import (
    BATCH_ENTRIES,
    BATCH_EXPORT,
    BATCHES,
    EXPORT,
    GL_ENTRIES,
    INVOICES,
    PAYMENTS,
    UNPOSTED,
    VENDOR_NUMBERS,
    Endpoint,
)
from bursar.connectors.connectwise.session import Session, read_json
from bursar.connectors.exact_json import JsonObject, dump
from bursar.domain.errors import InvalidInput, NotFound, RemoteError, Unavailable, UnknownOutcome
from bursar.domain.ledger.batch import Batch, BatchEntry
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.export import Part
from bursar.domain.ledger.purchase_taxes import needs_unfiltered_export, with_purchase_taxes
from bursar.domain.ledger.unposted import Family, Waiting, Wish
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.plan import Blocked
from bursar.ports import Exported

T = TypeVar("T")
TRIES = 2
"""How often an export is asked for: it changes nothing, so a lost answer may be asked for again."""
_BOTH_QUOTES = frozenset("\"'")


class AccountingInterface:
    """Reads what waits, exports, batches and payments of one PSA. Thread-safe.

    Batches and payments are written through `ConnectWise.send`.
    """

    def __init__(
        self, session: Session, reader: Reader, pool: Executor, *, concurrency: int, home_currency: str = ""
    ) -> None:
        self._session = session
        self._reader = reader
        self._pool = pool
        self._window = 2 * concurrency
        self._home = HomeCurrency(reader, home_currency)
        self._locations = Locations(reader)

    def unposted(self, family: Family) -> Iterator[Waiting]:
        """What waits for the accounting package, in one of the three lists, with the names of locations."""
        endpoint, currency = UNPOSTED[family], self._home.code()
        with _readable(endpoint):
            for record in self._reader.walk(endpoint, RAW_LIST):
                (row,) = waiting_rows(family, [record.whole], currency=currency)
                yield row if row.location else replace(row, location=self._locations.name_of(row.location_id))

    def explain(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """The rows, with vendor numbers of members and how many GL entries invoices have."""
        members = {row.member for row in waiting if row.family is Family.EXPENSES and row.member}
        found = self._reader.matching(VENDOR_NUMBERS, VENDOR_NUMBER_LIST, field("identifier"), _askable(members))
        vendor_numbers = {member.identifier: member.vendor_number for member in found}
        invoices = [row.unposted_id for row in waiting if row.family is Family.INVOICES and row.unposted_id.isdecimal()]
        counts = {str(key): count for key, count in self._each(map(int, invoices), self._count_entries)}
        return [_explained(row, vendor_numbers, counts) for row in waiting]

    def export(self, wish: Wish) -> Iterator[Exported]:
        """What would be posted. Changes nothing."""
        return self._complete(EXPORT, EXPORT.path, wish)

    def batches(self) -> Iterator[Batch]:
        """Every accounting batch."""
        return map(accounting_records.batch, self._reader.walk(BATCHES, BATCH_LIST))

    def batch_export(self, batch_id: int, wish: Wish) -> Iterator[Exported]:
        """The documents of an existing batch once more. Changes nothing. Raises NotFound."""
        return self._complete(BATCH_EXPORT, BATCH_EXPORT.at(parent=batch_id), wish)

    def batch_entries(self, batch_id: int) -> Iterator[BatchEntry]:
        """What a batch holds. Raises NotFound."""
        return map(accounting_records.batch_entry, self._reader.walk(BATCH_ENTRIES, BATCH_ENTRY_LIST, parent=batch_id))

    def invoices(self, numbers: Collection[str]) -> Iterator[PaidInvoice]:
        """Invoices by number, in any order; unknown numbers are absent."""
        for record in self._reader.matching(INVOICES, INVOICE_LIST, field("invoiceNumber"), _askable(numbers)):
            invoice = accounting_records.paid_invoice(record)
            yield invoice if invoice.currency else replace(invoice, currency=self._home.code())

    def invoice_numbers(self, ids: Collection[int]) -> dict[int, str]:
        """The numbers of invoices by id; unknown ids are absent."""
        found = self._reader.matching(INVOICES, INVOICE_LIST, field("id"), ids)
        return {record.id: record.number for record in found if record.number}

    def payments(self, invoice_ids: Collection[int]) -> Iterator[tuple[int, Sequence[InvoicePayment]]]:
        """All payments of each invoice, as the answers come. Invoices that do not exist are left out."""
        return self._each(invoice_ids, self._payments_of)

    def _payments_of(self, invoice_id: int) -> Sequence[InvoicePayment]:
        try:
            found = list(self._reader.walk(PAYMENTS, PAYMENT_LIST, parent=invoice_id))
        except AddressMissing as error:  # no invoice is gone, and none is unpaid because of it
            raise RemoteError(error.sentence, remedy=error.remedy, answer=error.answer) from error
        return [accounting_records.invoice_payment(record, invoice_id) for record in found]

    def _count_entries(self, invoice_id: int) -> int:
        return sum(1 for _ in self._reader.walk(GL_ENTRIES, ID_LIST, parent=invoice_id))

    def _each(self, ids: Iterable[int], read: Callable[[int], T]) -> Iterator[tuple[int, T]]:
        """What was read for each id; what does not exist is left out."""

        def found(key: int) -> T | None:
            try:
                return read(key)
            except NotFound:
                return None

        with closing(gather(self._pool, found, dict.fromkeys(ids), self._window)) as answers:
            for key, value in answers:
                if value is not None:
                    yield key, value

    def _complete(self, endpoint: Endpoint, path: str, wish: Wish) -> Iterator[Exported]:
        """The export; where it names purchases and so lacks their tax rows, these come from one that names none."""
        found = self._exported(endpoint, path, wish)
        if Family.PROCUREMENT not in wish.families or not wish.included.get(Family.PROCUREMENT):
            yield from found
            return
        named = list(found)
        if needs_unfiltered_export(each.part for each in named if isinstance(each.part, Document)):
            whole = replace(wish, families=frozenset({Family.PROCUREMENT}), included={}, excluded={})
            yield from _with_taxes(named, self._exported(endpoint, path, whole))
        else:
            yield from named

    def _exported(self, endpoint: Endpoint, path: str, wish: Wish) -> Iterator[Exported]:
        if not wish.families:
            return
        export = self._asked(endpoint, path, export_request(wish, self._location(wish)))
        currency = self._home.code()
        with _readable(endpoint):
            for section, record, place in object_records(export):
                yield Exported(_in_a_currency(record_part(section, record, place, currency)), dump(record))

    def _location(self, wish: Wish) -> int:
        return self._locations.id_of(wish.location) if wish.location else 0

    def _asked(self, endpoint: Endpoint, path: str, body: JsonObject) -> JsonObject:
        """The GL export. Raises RemoteError, never UnknownOutcome: there is nothing that can have happened."""
        for attempt in range(TRIES):
            try:
                answer = read_json(self._session.post(endpoint, path, body), endpoint)
            except UnknownOutcome as error:
                if attempt + 1 == TRIES:
                    raise Unavailable(
                        "ConnectWise did not answer the export, which changes nothing.",
                        remedy="Run again, with fewer records if that many take too long.",
                        answer=error.answer,
                    ) from error
            else:
                if isinstance(answer, dict):
                    return answer
                break
        raise _strange(endpoint, "it is no object.")


@contextmanager
def _readable(endpoint: Endpoint) -> Iterator[None]:
    """Raises RemoteError where what was read makes no sense."""
    try:
        yield
    except InvalidInput as error:
        raise _strange(endpoint, error.sentence) from error


def _strange(endpoint: Endpoint, why: str) -> RemoteError:
    return RemoteError(
        f"ConnectWise answered about the {endpoint.noun} in a way that Bursar cannot read: {why}",
        remedy="Correct the record in ConnectWise, or report this.",
    )


def _askable(texts: Iterable[str]) -> list[str]:
    """Texts that a condition can hold: one with both kinds of quotes cannot be asked for, and so is unknown."""
    return [text for text in texts if text.strip() and not _BOTH_QUOTES.issubset(text)]


def _explained(row: Waiting, vendor_numbers: Mapping[str, str], entries: Mapping[str, int]) -> Waiting:
    if row.family is Family.EXPENSES:
        return replace(row, vendor_number=vendor_numbers.get(row.member))
    return replace(row, entries=entries.get(row.unposted_id)) if row.family is Family.INVOICES else row


def _with_taxes(named: Iterable[Exported], everything: Iterable[Exported]) -> Iterator[Exported]:
    """Purchases without tax rows as the whole export has them, with what it says of them."""
    full = {purchase.key: (purchase, each.source) for each in everything if (purchase := _purchase(each.part))}
    for each in named:
        purchase = _purchase(each.part)
        if purchase is None or purchase.taxes or purchase.key not in full:
            yield each
        else:
            other, source = full[purchase.key]
            (completed,) = with_purchase_taxes([purchase], [other])
            yield Exported(completed, source)


def _purchase(part: Part) -> Document | None:
    return part if isinstance(part, Document) and part.record is RecordType.PURCHASE else None


def _in_a_currency(part: Part) -> Part:
    """The part, unless it is a document whose currency nobody knows."""
    if not isinstance(part, Document) or part.currency:
        return part
    return Blocked(
        subject=part.key,
        code="no_currency",
        sentence=f"{part.title} names no currency, and ConnectWise does not say its base currency.",
        remedy="Enter the home currency in the settings of the connection, or the base currency in ConnectWise under "
        "System > My Company > Corporate.",
    )
