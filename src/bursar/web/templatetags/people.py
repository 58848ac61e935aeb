"""What the pages about people need: form fields in the look of the shell, and which ways in there are."""

from django import forms, template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

register = template.Library()

BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
"""In this order: a browser names those that it pretends to be after itself."""

CHECKBOX, SELECT, TEXT = "form-check-input", "form-select", "form-control"


@register.filter
def styled(field: BoundField) -> BoundField:
    """The field with the component stylesheet's class, and without a placeholder that repeats its label."""
    widget = field.field.widget
    widget.attrs.pop("placeholder", None)
    widget.attrs["class"] = _class_of(widget) + (" is-invalid" if field.errors else "")
    return field


def _class_of(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return CHECKBOX
    return SELECT if isinstance(widget, forms.Select) else TEXT


@register.filter
def browser(user_agent: str) -> str:
    """`Firefox on Linux`, or how the program calls itself."""
    name = next((name for sign, name in BROWSERS.items() if sign in user_agent), None)
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), None)
    if name is None:
        return user_agent[:40] or "Unknown"
    return f"{name} on {system}" if system else name


@register.simple_tag
def mail_is_sent() -> bool:
    """Whether there is a mail server for password resets."""
    return bool(settings.MAIL.host)


@register.simple_tag
def sign_on_name() -> str:
    """What the single sign-on button says; empty when there is no provider."""
    provider = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect")
    return provider["APPS"][0]["name"] if provider else ""


@register.simple_tag(takes_context=True)
def absolute_url(context: template.Context, route: str) -> str:
    """An address of Bursar as people outside type it. Empty for a route that does not exist."""
    request: HttpRequest = context["request"]
    try:
        return request.build_absolute_uri(reverse(route))
    except NoReverseMatch:
        return ""
