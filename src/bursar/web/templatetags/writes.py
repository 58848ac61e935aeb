"""Postings as people read them."""

from django import template

from bursar.store.field_json import from_json
from bursar.store.models import Posting

register = template.Library()


@register.filter
def what(posting: Posting) -> str:
    """What a write was about: its description or name, else its key."""
    after = from_json(posting.after)
    return str(after.get("description") or after.get("name") or posting.key)
