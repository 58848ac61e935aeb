"""Recognisable secrets, and a witness who keeps every answer to look for them in."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from django.http.response import HttpResponseBase
from django.test import Client


@dataclass
class Secrets:
    """By what each is. Some are planted, others are caught when Bursar makes them."""

    known: dict[str, str] = field(default_factory=dict)

    def keep(self, what: str, secret: str) -> str:
        assert len(secret) >= 8, f"{what} is too short to be recognised"
        self.known[what] = secret
        return secret

    def found_in(self, data: bytes) -> set[str]:
        """Which of them the data holds, in whatever spelling."""
        return {what for what, secret in self.known.items() if any(form in data for form in spellings(secret))}


def spellings(secret: str) -> Iterator[bytes]:
    """As it is, in a URL, in hexadecimal, and in base64 wherever it may stand in what was encoded."""
    plain = secret.encode()
    yield from {plain, quote(secret, safe="").encode(), binascii.hexlify(plain)}
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + plain)
        yield encoded[4 if lead else 0 : -4]  # the letters that do not depend on what stands around it


@dataclass(frozen=True)
class Heard:
    """One answer: what was asked, and headers and body together."""

    question: str
    data: bytes


class Witness:
    """A browser or program whose every answer is kept."""

    def __init__(self, heard: list[Heard], **options: object) -> None:
        self.client = Client(raise_request_exception=False, HTTP_USER_AGENT="Firefox", **options)
        self._heard = heard

    def ask(self, method: str, path: str, values: object = None, *, as_json: bool = False) -> HttpResponseBase:
        kind = {"content_type": "application/json"} if as_json else {}
        call = getattr(self.client, method.lower())
        answer = call(path, **kind) if values is None else call(path, values, **kind)
        headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
        cookies = answer.cookies.output()
        self._heard.append(Heard(f"{method} {path}", f"{headers}\n{cookies}\n".encode() + body_of(answer)))
        return answer


def body_of(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def leaks(secrets: Secrets, places: Iterable[tuple[str, bytes]], allowed: Mapping[str, set[str]]) -> list[str]:
    """Where a secret stands that may not stand there."""
    return [
        f"{what} in {place}"
        for place, data in places
        for what in sorted(secrets.found_in(data) - allowed.get(place, set()))
    ]
