"""Money and counts as people read them."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def amount(value: Decimal | str | None) -> str:
    """`1,234.50`; nothing for None. The currency stands beside it."""
    return "" if value is None or value == "" else f"{Decimal(value):z,.2f}"


@register.filter
def count(value: int | None) -> str:
    """`1,234`."""
    return "" if value is None else f"{value:,}"


@register.filter
def counted(value: int, noun: str) -> str:
    """`1 entry`, `1,234 entries`, for `{{ n|counted:"entry,entries" }}`."""
    one, _, many = noun.partition(",")
    return f"{value:,} {one if value == 1 else many or one + 's'}"
