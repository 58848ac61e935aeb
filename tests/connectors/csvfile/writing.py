"""Writes invoice lines to files in many styles, independently of the code that reads them."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from bursar.connectors.billing.csvfile import SCHEMA, LineField, Profile, open_source
from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine, RejectedRow

Spell = Callable[[str], str]
Values = dict[LineField, str]

DATES: dict[str, str] = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYYMMDD": "%Y%m%d",
    "DD/MM/YYYY": "%d/%m/%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
    "MM-DD-YYYY": "%m-%d-%Y",
    "DD-MMM-YYYY": "%d-%b-%Y",
    "DD MMM YYYY": "%d %B %Y",
    "MMM DD, YYYY": "%b %d, %Y",
}
SPELLINGS: tuple[Spell, ...] = (
    str,
    str.upper,
    str.lower,
    lambda heading: heading.replace(" ", "_").lower(),
    lambda heading: heading.replace(" ", "-"),
    lambda heading: f"  {heading} ",
    lambda heading: heading.replace(" ", ""),
)
MARKS = {"1,234.56": (",", "."), "1.234,56": (".", ","), "1 234,56": ("\u00a0", ","), "1'234.56": ("'", ".")}

NEGATIVES: tuple[Spell, ...] = (
    lambda amount: f"-{amount}",
    lambda amount: f"({amount})",
    lambda amount: f"{amount}-",
    lambda amount: f"- {amount}",
    lambda amount: f"-$ {amount}",
    lambda amount: f"({amount} €)",
)


@dataclass(frozen=True)
class Style:
    """How a file is written, and the profile settings that say so."""

    delimiter: str = ","
    date_style: str = "YYYY-MM-DD"
    decimal_style: str = "1,234.56"
    grouped: bool = False
    negative: Spell = NEGATIVES[0]
    spelling: Spell = str
    line_break: str = "\r\n"
    encoding: str = "utf-8"
    columns: Sequence[LineField] = field(default_factory=lambda: tuple(LineField))

    @property
    def profile(self) -> Profile:
        return Profile(
            name="test",
            date_formats=(self.date_style,),
            decimal_style=self.decimal_style,
            encoding="utf-8-sig" if self.encoding == "utf-8" else self.encoding,
        )

    @property
    def headings(self) -> list[str]:
        spelt = {row.field: self.spelling(row.headings[0]) for row in SCHEMA}
        return [spelt[field] for field in self.columns]

    def day(self, day: date) -> str:
        return day.strftime(DATES[self.date_style])

    def amount(self, amount: Decimal) -> str:
        group, mark = MARKS[self.decimal_style]
        text = f"{abs(amount):,f}" if self.grouped else f"{abs(amount):f}"
        text = text.replace(",", "\0").replace(".", mark).replace("\0", group)
        return self.negative(text) if amount < 0 else text

    def values(self, line: InvoiceLine) -> Values:
        return {
            LineField.INVOICE_NUMBER: line.invoice_number,
            LineField.INVOICE_DATE: self.day(line.invoice_date),
            LineField.INVOICE_STATUS: line.invoice_status or "",
            LineField.ORGANIZATION_ID: line.organization_id,
            LineField.ORGANIZATION_NAME: line.organization_name,
            LineField.CONTRACT_ID: line.contract_id or "",
            LineField.BILLING_CYCLE: line.billing_cycle.value,
            LineField.SUBSCRIPTION_ID: line.subscription_id or "",
            LineField.SUBSCRIPTION_NAME: line.subscription_name,
            LineField.OFFER_ID: line.offer_id,
            LineField.OFFER_NAME: line.offer_name,
            LineField.CHARGE_TYPE: line.charge_type.value,
            LineField.CHARGE_START: self.day(line.charge_start),
            LineField.CHARGE_END: self.day(line.charge_end),
            LineField.QUANTITY: self.amount(line.quantity),
            LineField.UNIT_PRICE: self.amount(line.unit_price),
            LineField.UNIT_COST: "" if line.unit_cost is None else self.amount(line.unit_cost),
            LineField.TOTAL: self.amount(line.total),
            LineField.CURRENCY: line.currency,
            LineField.LINE_ID: line.line_id,
        }

    def row(self, line: InvoiceLine) -> list[str]:
        values = self.values(line)
        return [values[column] for column in self.columns]


CANONICAL = Style()


def make_line(**changes: object) -> InvoiceLine:
    """A believable line of October 2026, with some values changed."""
    values: dict[str, object] = {
        "line_id": "L-1",
        "invoice_number": "INV-2026-0412",
        "invoice_date": date(2026, 10, 31),
        "organization_id": "ORG-1001",
        "organization_name": "Harbour Dental",
        "offer_id": "MAIL-PLUS-M",
        "offer_name": "Mail Plus, monthly",
        "charge_type": ChargeType.CYCLE_FEE,
        "billing_cycle": BillingCycle.MONTHLY,
        "charge_start": date(2026, 10, 1),
        "charge_end": date(2026, 10, 31),
        "quantity": Decimal(12),
        "unit_price": Decimal("4.50"),
        "total": Decimal("54.00"),
        "currency": "USD",
        "unit_cost": Decimal("3.60"),
        "invoice_status": "Verified",
        "contract_id": "C-77",
        "subscription_id": "SUB-31",
        "subscription_name": "Mail Plus for the front desk",
    }
    return _InvoiceLine(**(values | changes))


_InvoiceLine: Callable[..., InvoiceLine] = InvoiceLine


def csv_text(rows: Iterable[Sequence[str]], style: Style = CANONICAL) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=style.delimiter, lineterminator=style.line_break)
    writer.writerows([style.headings, *rows])
    return out.getvalue()


def write_csv(path: Path, lines: Iterable[InvoiceLine], style: Style = CANONICAL) -> Path:
    path.write_bytes(csv_text(map(style.row, lines), style).encode(style.encoding))
    return path


def write_rows(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """A canonical CSV file of one line per mapping; the mapping changes values of `make_line` by field name."""
    lines = []
    for number, changes in enumerate(rows, start=1):
        values = CANONICAL.values(make_line(line_id=f"L-{number}"))
        values |= {LineField(name): text for name, text in changes.items()}
        lines.append([values[column] for column in CANONICAL.columns])
    path.write_text(csv_text(lines), encoding="utf-8", newline="")
    return path


def write_json(path: Path, lines: Iterable[InvoiceLine], style: Style = CANONICAL, *, layout: str = "list") -> Path:
    """Numbers as JSON numbers; empty values left out, but for the status."""
    objects = [_json_object(line, style) for line in lines]
    if layout == "lines":
        text = "\n".join(objects) + "\n"
    else:
        text = f"[{','.join(objects)}]" if layout == "list" else f'{{"lines": [{",".join(objects)}]}}'
    path.write_text(text, encoding="utf-8")
    return path


def _json_object(line: InvoiceLine, style: Style) -> str:
    numbers = {LineField.QUANTITY, LineField.UNIT_PRICE, LineField.UNIT_COST, LineField.TOTAL}
    plain = Style(date_style=style.date_style).values(line)
    pairs = [
        f"{json.dumps(heading)}: {plain[column] if column in numbers else json.dumps(plain[column])}"
        for heading, column in zip(style.headings, style.columns, strict=True)
        if plain[column] or column == LineField.INVOICE_STATUS
    ]
    return f"{{{', '.join(pairs)}}}"


def write_xlsx(path: Path, lines: Iterable[InvoiceLine], style: Style = CANONICAL) -> Path:
    """Amounts as floating point numbers and dates as dates, as Excel keeps them."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Lines")
    sheet.append(style.headings)
    for line in lines:
        typed: dict[LineField, object] = {
            **style.values(line),
            LineField.INVOICE_DATE: line.invoice_date,
            LineField.CHARGE_START: line.charge_start,
            LineField.CHARGE_END: line.charge_end,
            LineField.QUANTITY: float(line.quantity),
            LineField.UNIT_PRICE: float(line.unit_price),
            LineField.UNIT_COST: None if line.unit_cost is None else float(line.unit_cost),
            LineField.TOTAL: float(line.total),
        }
        sheet.append([typed[column] for column in style.columns])
    workbook.save(path)
    return path


def read(path: Path, profile: Profile = CANONICAL.profile) -> list[InvoiceLine | RejectedRow]:
    return list(open_source(path, profile).read())


def lines_of(found: Iterable[InvoiceLine | RejectedRow]) -> list[InvoiceLine]:
    return [item for item in found if isinstance(item, InvoiceLine)]


def rejected_of(found: Iterable[InvoiceLine | RejectedRow]) -> list[RejectedRow]:
    return [item for item in found if isinstance(item, RejectedRow)]


def only_rejected(found: Iterable[InvoiceLine | RejectedRow]) -> RejectedRow:
    (row,) = rejected_of(found)
    return row
