"""Links to other pages of a list that keep everything else in the address."""

from django import template
from django.http import QueryDict
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def address_with(context: Context, name: str, value: object) -> str:
    """`?…` of this page with one parameter changed, whichever its name is; empty and None remove it."""
    query: QueryDict = context["request"].GET.copy()
    query.pop(name, None)
    if value not in {None, ""}:
        query[name] = str(value)
    return f"?{query.urlencode()}"
