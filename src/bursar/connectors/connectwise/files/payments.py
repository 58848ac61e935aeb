"""Files of payments: read whichever shape they have, and written again as what succeeded and what failed."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from bursar.connectors.connectwise.files.payment_csv import payment_cells, payments_csv
from bursar.connectors.connectwise.files.payment_rows import PaymentRow, Reasons, invoice_ids, numbered, settlements
from bursar.connectors.connectwise.files.payment_xml import LEGACY_ROOT, REST_ROOT, WHAT, payment_elements, payments_xml
from bursar.connectors.connectwise.files.whole_file import is_xml, text_of, whole
from bursar.domain.errors import SourceUnreadable
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Blocked


class PaymentShape(StrEnum):
    """How a file of payments is written."""

    LEGACY_XML = "legacy-xml"
    REST_XML = "rest-xml"
    CSV = "csv"


_ROOTS = {PaymentShape.LEGACY_XML: LEGACY_ROOT, PaymentShape.REST_XML: REST_ROOT}
_STEMS = {
    PaymentShape.LEGACY_XML: "connectwise_accounting_interface_update_invoice_payments",
    PaymentShape.REST_XML: "connectwise_import_invoice_payments",
    PaymentShape.CSV: "connectwise_import_invoice_payments",
}


class Numbers(Protocol):
    """Who knows the numbers of invoices by their ids."""

    def invoice_numbers(self, ids: Collection[int]) -> dict[int, str]: ...


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """What came, in the words of the file."""

    shape: PaymentShape
    rows: tuple[PaymentRow, ...]

    def named(self, numbers: Numbers) -> "PaymentFile":
        """With the numbers of invoices that the file names by id. Raises RemoteError."""
        ids = invoice_ids(self.rows)
        return replace(self, rows=tuple(numbered(self.rows, numbers.invoice_numbers(ids)))) if ids else self

    def settlements(self) -> Iterator[Settlement | Blocked]:
        """What each invoice is paid; what makes no sense is blocked and stops nothing else."""
        return settlements(self.rows)


def payment_file(source: bytes | Iterable[bytes]) -> PaymentFile:
    """Read a file of payments. Raises SourceUnreadable when it is none, holds none, or means harm."""
    content = whole(source, what=WHAT)
    if is_xml(content):
        root, rows = payment_elements(content)
        shape = next(shape for shape, name in _ROOTS.items() if name == root)
    else:
        shape, rows = PaymentShape.CSV, payment_cells(text_of(content, what=WHAT))
    if not rows:
        raise SourceUnreadable(f"The {WHAT} holds not one payment.", remedy="Choose a file with at least one payment.")
    return PaymentFile(shape, tuple(rows))


def success_file(file: PaymentFile, reasons: Reasons) -> Iterator[str]:
    """The rows that have no reason, in the shape of the file, without any message."""
    succeeded = [row for row in file.rows if row.place not in reasons]
    if file.shape is PaymentShape.CSV:
        return payments_csv(succeeded, {}, failed=False)
    return payments_xml(_ROOTS[file.shape], succeeded, {})


def fail_file(file: PaymentFile, reasons: Reasons) -> Iterator[str]:
    """The rows that have a reason, in the shape of the file, each with it."""
    failed = [row for row in file.rows if row.place in reasons]
    if file.shape is PaymentShape.CSV:
        return payments_csv(failed, reasons, failed=True)
    return payments_xml(_ROOTS[file.shape], failed, reasons)


def payment_file_name(shape: PaymentShape, *, failed: bool) -> str:
    """What such a file is called when nobody chose a name."""
    kind = "csv" if shape is PaymentShape.CSV else "xml"
    return f"{_STEMS[shape]}_{'fail' if failed else 'success'}.{kind}"
