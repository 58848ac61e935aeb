"""Amounts: `Decimal`, with their currency, never converted, never a float."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bursar.domain.errors import CurrencyMismatch

CENT = Decimal("0.01")
ZERO = Decimal(0)
UNIT_PRICE_STEP = Decimal("0.0001")
"""ConnectWise keeps unit prices and costs of an Addition to four decimals (assumed; see docs/psa/additions.md)."""


def to_cents(amount: Decimal) -> Decimal:
    """Round half up to the cent, as an invoice prints it."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrencyMismatch(f"Cannot add {other.currency} to {self.currency}.")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return f"{to_cents(self.amount):z,.2f} {self.currency}"


class Totals(Mapping[str, Decimal]):
    """Sums per currency. Currencies that were never added are absent, not zero."""

    def __init__(self, amounts: Iterable[Money] = ()) -> None:
        self._sums: dict[str, Decimal] = {}
        for money in amounts:
            self.add(money)

    def add(self, money: Money) -> None:
        """Add one amount to its currency's sum."""
        self._sums[money.currency] = self._sums.get(money.currency, ZERO) + money.amount

    def merge(self, other: Mapping[str, Decimal]) -> None:
        """Add every sum of `other`."""
        for currency, amount in other.items():
            self.add(Money(amount, currency))

    def __getitem__(self, currency: str) -> Decimal:
        return self._sums[currency]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._sums))

    def __len__(self) -> int:
        return len(self._sums)

    def __str__(self) -> str:
        return " + ".join(str(Money(amount, currency)) for currency, amount in self.items()) or "0.00"


@dataclass(frozen=True, slots=True)
class Priced:
    """What is sent so that the receiver's `quantity × unit price` equals the total to the cent."""

    quantity: Decimal
    unit_price: Decimal
    kept_quantity: Decimal | None = None
    """The source's quantity when it had to give way to quantity 1 (rule 107)."""

    @property
    def total(self) -> Decimal:
        return to_cents(self.quantity * self.unit_price)


def price_to_total(quantity: Decimal, unit_price: Decimal, total: Decimal) -> Priced:
    """Keep quantity × unit price when it reproduces `total` to the cent; else quantity 1 at the total (rule 107)."""
    sent = unit_price.quantize(UNIT_PRICE_STEP, ROUND_HALF_UP)
    owed = to_cents(total)
    if to_cents(quantity * sent) == owed:
        return Priced(quantity, sent)
    return Priced(Decimal(1), owed, kept_quantity=quantity)
