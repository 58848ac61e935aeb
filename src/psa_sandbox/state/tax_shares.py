"""The tax of an invoice or a purchase, level by level."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from psa_sandbox.state.record import ZERO, amount, number, reference, text
from psa_sandbox.state.sales_tax import LEVELS, TaxBase, level_base, level_tax
from psa_sandbox.state.store import Record, Store

KEPT = "invoiceTax"
_LEVEL_FIELDS = {
    "taxRate": "Rate",
    "taxableMax": "TaxableMax",
    "caption": "Caption",
    "taxCodeXref": "TaxCodeXref",
    "agencyXref": "AgencyXref",
    "taxServicesFlag": "ServicesFlag",
    "taxExpensesFlag": "ExpensesFlag",
    "taxProductsFlag": "ProductsFlag",
    "singleUnitFlag": "ApplySingleUnitFlag",
    "singleUnitMinimum": "ApplySingleUnitMin",
    "singleUnitMaximum": "ApplySingleUnitMax",
}


@dataclass(frozen=True)
class TaxShare:
    """What one level of a tax code comes to."""

    level: int
    rate: Decimal
    taxable: Decimal
    tax: Decimal
    caption: str
    xref: str
    agency: str


def shares_of(code: Record | None, base: TaxBase) -> list[TaxShare]:
    """The shares of every level that has a rate."""
    named = [(position, name) for position, name in enumerate(LEVELS, start=1) if code and code.get(f"level{name}Rate")]
    return [_share(code or {}, position, name, base) for position, name in named]


def levels_of(code: Record) -> list[TaxShare]:
    """The levels of a tax code with nothing in them: rates and cross references."""
    return shares_of(code, TaxBase(ZERO, ZERO))


def remember(store: Store, invoice: Record, code: Record | None, base: TaxBase, by: str) -> None:
    """Keep an invoice's shares as they were worked out; later changes of the tax code do not reach them."""
    for row in store.rows(KEPT, invoice=invoice["id"]):
        store.delete(KEPT, number(row, "id"))
    for share in shares_of(code, base):
        store.insert(KEPT, {"invoice": invoice["id"], **vars(share)}, by=by)


def remembered(store: Store, invoice: Record) -> list[TaxShare]:
    """The shares of an invoice, by level."""
    rows = sorted(store.rows(KEPT, invoice=invoice["id"]), key=lambda row: number(row, "level"))
    return [_of_row(row) for row in rows]


def block(shares: list[TaxShare]) -> Record:
    """The tax members that unposted rows show: six levels by their American names [spec].

    Which name belongs to which level is our reading: state, county, city, country, composite, six.
    """
    held = {share.level: share for share in shares}
    shown: Record = {}
    for level, name in enumerate(("state", "county", "city", "country", "composite", "levelSix"), start=1):
        share = held.get(level)
        shown[f"{name}TaxFlag"] = share is not None and share.taxable != ZERO
        shown[f"{name}TaxXref"] = share.xref if share else ""
        shown[f"{name}TaxAmount"] = share.tax if share else ZERO
    return shown


def tax_code_levels(store: Store, under: Record) -> list[Record]:
    """The levels of a tax code as records, read off its fields; their ids are the levels (our reading)."""
    codes = [store.get("taxCode", number(under, "taxCode"))] if under else store.rows("taxCode")
    found: list[Record] = []
    for code in filter(None, codes):
        named = [(position, name) for position, name in enumerate(LEVELS, start=1) if code.get(f"level{name}Rate")]
        found += [_level_record(code, position, f"level{name}") for position, name in named]
    return found


def tax_code_of(store: Store, record: Record) -> Record | None:
    """The tax code a record names."""
    key = reference(record, "taxCode")
    return store.get("taxCode", key) if key is not None else None


def _level_record(code: Record, position: int, prefix: str) -> Record:
    shown = {name: code.get(f"{prefix}{source}") for name, source in _LEVEL_FIELDS.items()}
    own: Record = {"id": position, "taxLevel": position, "taxCode": code["id"], "_info": code["_info"]}
    return {**shown, **own, "rateType": text(code, f"{prefix}RateType") or "Percent"}


def _share(code: Record, position: int, name: str, base: TaxBase) -> TaxShare:
    return TaxShare(
        level=position,
        rate=amount(code, f"level{name}Rate"),
        taxable=level_base(code, name, base),
        tax=level_tax(code, name, base),
        caption=text(code, f"level{name}Caption"),
        xref=text(code, f"level{name}TaxCodeXref"),
        agency=text(code, f"level{name}AgencyXref"),
    )


def _of_row(row: Record) -> TaxShare:
    return TaxShare(
        level=number(row, "level"),
        rate=amount(row, "rate"),
        taxable=amount(row, "taxable"),
        tax=amount(row, "tax"),
        caption=text(row, "caption"),
        xref=text(row, "xref"),
        agency=text(row, "agency"),
    )
