"""Exact numbers as people read them."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def plain(value: Decimal | None) -> str:
    """`10`, `11.505`: every digit, without zeros that say nothing; nothing for None."""
    return "" if value is None else f"{value.normalize():f}"
