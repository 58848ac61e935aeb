"""Whether a browser wants a page or a part of one."""

from django.http import HttpRequest


def wants_part(request: HttpRequest) -> bool:
    """True for htmx, except where it restores a page of its history and needs the whole."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
