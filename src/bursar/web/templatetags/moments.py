"""Instants as people read them: how long ago, and in which zone (decision 23, rule 27)."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `5m ago`, `7h ago`, `1 day ago`, `3 days ago`."""
    passed = now - moment
    if passed < MINUTE:
        return "just now"
    if passed < HOUR:
        return f"{passed // MINUTE}m ago"
    if passed < DAY:
        return f"{passed // HOUR}h ago"
    days = passed // DAY
    return "1 day ago" if days == 1 else f"{days} days ago"


def zone_of(moment: datetime) -> str:
    """The viewer's zone as `UTC+02:00 Europe/Warsaw`, with the offset of that moment."""
    local = timezone.localtime(moment)
    offset = local.strftime("%z")
    name = timezone.get_current_timezone_name()
    return f"UTC{offset[:3]}:{offset[3:5]} {name}" if name != "UTC" else "UTC"


@register.filter
def relative(moment: datetime | None) -> SafeString | str:
    """`7h ago (UTC+02:00 Europe/Warsaw)`; the exact time on hover."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{} <span class="zone">({})</span></time>',
        moment.isoformat(),
        exact(moment),
        ago(moment, timezone.now()),
        zone_of(moment),
    )


@register.filter
def since(moment: datetime | None) -> SafeString | str:
    """`7h ago`, for tables; the exact time and zone on hover."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), ago(moment, timezone.now())
    )


@register.filter
def exact(moment: datetime | None) -> str:
    """`2026-10-31 14:05 (UTC+02:00 Europe/Warsaw)`."""
    return "" if moment is None else f"{timezone.localtime(moment):%Y-%m-%d %H:%M} ({zone_of(moment)})"


@register.filter
def clock(moment: datetime | None) -> SafeString | str:
    """`2026-10-31 14:05` in the viewer's zone, for tables that name the zone in their heading (rule 120)."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        exact(moment),
        f"{timezone.localtime(moment):%Y-%m-%d %H:%M}",
    )


@register.simple_tag
def zone() -> str:
    """The name of the viewer's zone, as `Europe/Warsaw`; its offset may differ from row to row."""
    return timezone.get_current_timezone_name()
