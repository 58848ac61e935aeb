"""Months of invoice lines of any size, as a billing source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine
from bursar.domain.period import Month

OFFERS = 50
"""The seed `scale` has so many products."""
LINES_PER_USAGE_FEE = 5


@dataclass(frozen=True, slots=True)
class DealtLines:
    """So many lines, dealt out evenly to companies and offers: four Cycle Fees, then a Usage Fee, and so on."""

    month: Month
    count: int
    companies: int
    name: str = "dealt lines"

    def months(self) -> Sequence[Month] | None:
        """One source, whatever the month."""
        return None

    def read(self, month: Month | None = None) -> Iterator[InvoiceLine]:
        """All lines; the source holds one month only, so `month` does not matter."""
        del month
        return map(self._line, range(self.count))

    def _line(self, position: int) -> InvoiceLine:
        customer, offer = position % self.companies + 1, position % OFFERS + 1
        usage = position // self.companies % LINES_PER_USAGE_FEE == LINES_PER_USAGE_FEE - 1
        quantity, price = Decimal(position % 40 + 1), Decimal(offer) + Decimal("0.99")
        return InvoiceLine(
            line_id=f"{self.month}-{position:07}",
            invoice_number=f"INV-{self.month}-{customer:05}",
            invoice_date=self.month.last,
            organization_id=f"org-{customer:05}",
            organization_name=f"Customer {customer:05}",
            offer_id=f"offer-{offer:03}",
            offer_name=f"Subscription {offer:03}",
            charge_type=ChargeType.USAGE_FEE if usage else ChargeType.CYCLE_FEE,
            billing_cycle=BillingCycle.MONTHLY,
            charge_start=self.month.first,
            charge_end=self.month.last,
            quantity=quantity,
            unit_price=price,
            total=quantity * price,
            currency="USD",
            unit_cost=price - 1,
            invoice_status="Verified",
            subscription_id=f"subscription-{position:07}",
            subscription_name=f"Seats {position:07}",
        )
