"""Generated invoice lines."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine
from tests.connectors.csvfile.writing import DATES, MARKS, NEGATIVES, SPELLINGS, Style, make_line

_SIGNS = st.characters(codec="cp1252", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"))


def _free_of_spreadsheet_meaning(text: str) -> bool:
    return text == text.strip() and text[:1] not in ("=", "#")


def names(*, empty: bool = False) -> st.SearchStrategy[str]:
    """Names with delimiters, quotation marks and line breaks in them, in cp1252."""
    signs = st.one_of(_SIGNS, st.sampled_from(" ,;|\"'\n"))
    return st.text(signs, min_size=0 if empty else 1, max_size=12).filter(_free_of_spreadsheet_meaning)


ids = st.text(_SIGNS, min_size=1, max_size=10).filter(_free_of_spreadsheet_meaning)
days = st.dates(date(1990, 1, 1), date(2199, 12, 31))


def amounts(places: int, largest: int = 99_999_999) -> st.SearchStrategy[Decimal]:
    return st.decimals(-largest, largest, places=places, allow_nan=False, allow_infinity=False)


@st.composite
def lines(draw: st.DrawFn) -> InvoiceLine:
    start, end = sorted((draw(days), draw(days)))
    return make_line(
        invoice_number=draw(ids),
        invoice_date=draw(days),
        organization_id=draw(ids),
        organization_name=draw(names()),
        offer_id=draw(ids),
        offer_name=draw(names()),
        charge_type=draw(st.sampled_from(ChargeType)),
        billing_cycle=draw(st.sampled_from(BillingCycle)),
        charge_start=start,
        charge_end=end,
        quantity=draw(amounts(4)),
        unit_price=draw(amounts(6)),
        total=draw(amounts(2)),
        currency=draw(st.sampled_from(["USD", "EUR", "CHF", "NOK"])),
        unit_cost=draw(st.none() | amounts(6)),
        invoice_status=draw(st.sampled_from(["Verified", "Draft", ""])),
        contract_id=draw(st.none() | ids),
        subscription_id=draw(st.none() | ids),
        subscription_name=draw(names(empty=True)),
    )


@st.composite
def files(draw: st.DrawFn) -> list[InvoiceLine]:
    """Lines with ids of their own."""
    found = draw(st.lists(lines(), max_size=6))
    return [make_line(**(_fields(line) | {"line_id": f"L-{number}"})) for number, line in enumerate(found)]


def _fields(line: InvoiceLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in InvoiceLine.__slots__}


styles = st.builds(
    Style,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    date_style=st.sampled_from(sorted(DATES)),
    decimal_style=st.sampled_from(sorted(MARKS)),
    grouped=st.booleans(),
    negative=st.sampled_from(NEGATIVES),
    spelling=st.sampled_from(SPELLINGS),
    line_break=st.sampled_from(["\r\n", "\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    columns=st.permutations(list(Style().columns)),
)
