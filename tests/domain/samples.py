"""Records that the tests of the domain start from; each test replaces what it is about."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bursar.domain.additions.situation import BillingSettings, MappedLine
from bursar.domain.identity import Marker, agreement_name, one_time_marker, recurring_marker
from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine
from bursar.domain.period import Month
from bursar.domain.psa import Addition, Agreement, AgreementType, CatalogItem, Company
from bursar.domain.rules import Overrides

DEC, JAN, FEB, MAR, APR = Month(2025, 12), Month(2026, 1), Month(2026, 2), Month(2026, 3), Month(2026, 4)
SCOPE = "training"
LICENCE, BACKUP, BUNDLE, RETIRED = 101, 102, 103, 104

PRODUCTS = {
    LICENCE: CatalogItem(LICENCE, "LIC", "Licence", price=Decimal("12.50")),
    BACKUP: CatalogItem(BACKUP, "BAK", "Backup"),
    BUNDLE: CatalogItem(BUNDLE, "BUN", "Bundle", product_class="Bundle"),
    RETIRED: CatalogItem(RETIRED, "OLD", "Retired", inactive=True),
}
COMPANY = Company(id=10, identifier="Contoso", name="Contoso Ltd", contact_id=7)
SETTINGS = BillingSettings(scope=SCOPE, agreement_type=AgreementType(3, "Cloud"))
OURS = agreement_name("Cloud", "Contoso", "EUR")
AGREEMENT = Agreement(
    id=500,
    name=OURS,
    company_id=COMPANY.id,
    type_id=3,
    currency="EUR",
    start=date(2025, 1, 1),
    bill_start=date(2025, 1, 1),
    next_invoice=date(2026, 1, 1),
)
OTHER = replace(AGREEMENT, id=600, name="Managed services")

CYCLE_FEE = InvoiceLine(
    line_id="L1",
    invoice_number="INV-1",
    invoice_date=date(2026, 1, 20),
    organization_id="org-1",
    organization_name="Contoso",
    offer_id="offer-1",
    offer_name="Office licence",
    charge_type=ChargeType.CYCLE_FEE,
    billing_cycle=BillingCycle.MONTHLY,
    charge_start=date(2026, 1, 1),
    charge_end=date(2026, 1, 31),
    quantity=Decimal(2),
    unit_price=Decimal(10),
    total=Decimal(20),
    currency="EUR",
    subscription_id="S1",
    subscription_name="Office for Contoso",
)
USAGE = replace(CYCLE_FEE, line_id="U1", charge_type=ChargeType.USAGE_FEE, subscription_id="S9", offer_name="Storage")


def in_month(line: InvoiceLine, month: Month, line_id: str) -> InvoiceLine:
    """The line of another month, for that whole month."""
    return replace(
        line,
        line_id=line_id,
        invoice_date=month.first.replace(day=20),
        charge_start=month.first,
        charge_end=month.last,
    )


def priced(line: InvoiceLine, quantity: str, unit_price: str) -> InvoiceLine:
    """The line with another quantity and price, and the total that follows."""
    number, price = Decimal(quantity), Decimal(unit_price)
    return replace(line, quantity=number, unit_price=price, total=number * price)


def mapped(
    line: InvoiceLine, agreement_id: int | None = None, product_id: int = LICENCE, overrides: Overrides | None = None
) -> MappedLine:
    """The line with its product, and an Agreement if one was chosen."""
    return MappedLine(line, product_id, agreement_id, overrides or Overrides())


def series(subscription: str = "S1") -> Marker:
    """The marker of a subscription's first persistent Addition."""
    return recurring_marker(SCOPE, subscription)


def single(line_id: str) -> Marker:
    """The marker of a line's one-time Addition."""
    return one_time_marker(SCOPE, line_id)


def by_hand(addition_id: int, agreement_id: int = AGREEMENT.id) -> Addition:
    """An Addition that a person made, of the usual product."""
    return Addition(
        id=addition_id,
        agreement_id=agreement_id,
        product_id=LICENCE,
        quantity=Decimal(2),
        unit_price=Decimal(10),
        effective=date(2025, 6, 1),
        total=Decimal(20),
    )
