"""Two months of a platform's export as people get it: German headings, semicolons, commas in amounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from bursar.domain.period import Month

HEADINGS = {
    "Position": "line_id",
    "Rechnung": "invoice_number",
    "Rechnungsdatum": "invoice_date",
    "Kundennummer": "organization_id",
    "Kunde": "organization_name",
    "Angebotsnummer": "offer_id",
    "Angebot": "offer_name",
    "Abonnement": "subscription_id",
    "Abo-Name": "subscription_name",
    "Art": "charge_type",
    "Turnus": "billing_cycle",
    "Von": "charge_start",
    "Bis": "charge_end",
    "Menge": "quantity",
    "Einzelpreis": "unit_price",
    "Betrag": "total",
}
"""Heading of the export → field of a line. The export has no currency: it is in US dollars throughout."""
FEE, ONCE, USAGE, CORRECTION = "Grundgebühr", "Einmalig", "Verbrauch", "Gutschrift"
MEANING = {FEE: "Cycle Fee", ONCE: "One Time Fee", USAGE: "Usage Fee", CORRECTION: "Correction"}
MONTHLY = "monatlich"

SECOND = Month.of(datetime.now(UTC).date()).previous
FIRST = SECOND.previous
"""The two months before this one: both are over, whenever the test runs."""


@dataclass(frozen=True)
class Row:
    """One row of the export. `customer` and `offer` are numbers of the sandbox's records."""

    position: str
    customer: tuple[str, str]
    offer: tuple[str, str]
    subscription: str
    kind: str
    quantity: str
    price: str
    total: str

    def cells(self, month: Month) -> list[str]:
        return [
            f"{month}/{self.position}",
            f"R-{month}-{self.customer[0]}",
            _day(month.last),
            *self.customer,
            *self.offer,
            self.subscription,
            f"Abo {self.subscription}" if self.subscription else "",
            self.kind,
            MONTHLY,
            _day(month.first),
            _day(month.last),
            *(_comma(text) for text in (self.quantity, self.price, self.total)),
        ]


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _comma(text: str) -> str:
    return text.replace(".", ",")


def customer(number: int) -> tuple[str, str]:
    return f"K{number}", f"Customer {number:05}"


def offer(number: int) -> tuple[str, str]:
    return f"A{number}", f"Subscription {number:03}"


THREE = ("K3", "Kunde Drei GmbH")
INTERNAL = ("K9", "Eigenverbrauch")
SPECIAL = ("A9", "Sondertarif")

IN_FIRST = [
    Row("1", customer(1), offer(1), "S1", FEE, "10", "11.50", "115.00"),
    Row("2", customer(1), offer(2), "S2", FEE, "3", "20.00", "60.00"),
    Row("3", customer(2), offer(1), "S3", FEE, "5", "8.00", "40.00"),
    Row("4", customer(2), offer(3), "", ONCE, "1", "99.99", "99.99"),
    Row("5", THREE, offer(1), "S5", FEE, "4", "12.25", "49.00"),
    Row("6", customer(4), SPECIAL, "S6", FEE, "2", "30.00", "60.00"),
    Row("7", INTERNAL, offer(1), "S7", FEE, "1", "5.00", "5.00"),
    Row("8", customer(1), offer(5), "S8", USAGE, "7", "0.333", "2.33"),
]
IN_SECOND = [
    Row("1", customer(1), offer(1), "S1", FEE, "10", "12.00", "120.00"),  # a new price; S2 is gone
    Row("3", customer(2), offer(1), "S3", FEE, "5", "8.00", "40.00"),
    Row("5", THREE, offer(1), "S5", FEE, "4", "12.25", "49.00"),  # somebody changes it in ConnectWise
    Row("6", customer(4), SPECIAL, "S6", FEE, "3", "30.00", "90.00"),  # a seat more
    Row("7", INTERNAL, offer(1), "S7", FEE, "1", "5.00", "5.00"),
    Row("8", customer(1), offer(5), "S8", USAGE, "9", "0.333", "3.00"),
    Row("9", THREE, offer(1), "S5", CORRECTION, "1", "-10.00", "-10.00"),
    Row("10", customer(4), offer(2), "S10", FEE, "2", "20.00", "40.00"),  # new
]
UNREADABLE = Row("99", customer(1), offer(1), "S99", FEE, "1", "eins", "1.00")


def billed(rows: Iterable[Row]) -> Decimal:
    """What ConnectWise has to invoice: everything but the company's own use."""
    return sum((Decimal(row.total) for row in rows if row.customer != INTERNAL), Decimal(0))


def write_export(folder: Path, month: Month, rows: Iterable[Row], name: str = "export") -> Path:
    path = folder / f"{name}-{month}.csv"
    lines = [";".join(HEADINGS), *(";".join(row.cells(month)) for row in rows)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="cp1252")
    return path
