"""Stable identities: the marker that ties a ConnectWise Addition to its source (decision 7, rules 84 and 91)."""

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

AGREEMENT_NAME_LIMIT = 100


class AdditionKind(StrEnum):
    """Persistent per subscription, or one per line."""

    RECURRING = "r"
    ONE_TIME = "o"


@dataclass(frozen=True, slots=True)
class Marker:
    """What Bursar writes on an Addition. Unique within an agreement; `generation` counts re-openings from 0."""

    kind: AdditionKind
    digest: str
    generation: int = 0

    def __str__(self) -> str:
        return f"bursar:{self.kind}:{self.digest}:{self.generation}"

    @property
    def series(self) -> str:
        """The identity without its generation."""
        return f"{self.kind}:{self.digest}"

    @property
    def following(self) -> "Marker":
        return replace(self, generation=self.generation + 1)


_MARKER = re.compile(r"bursar:([ro]):([a-z2-7]{16}):(\d{1,6})")


def parse_marker(text: str) -> Marker | None:
    """Read a marker back; None when the text is somebody else's."""
    found = _MARKER.fullmatch(text.strip())
    return Marker(AdditionKind(found[1]), found[2], int(found[3])) if found else None


def short_digest(*parts: str) -> str:
    """80 bits of SHA-256 in base32, lower case: safe in any text field of 50 characters."""
    joined = "\x1f".join(parts).encode()
    return base64.b32encode(hashlib.sha256(joined).digest()[:10]).decode().lower()


def recurring_marker(scope: str, subscription_id: str) -> Marker:
    """The marker of a subscription's persistent Addition; `scope` is the ConnectWise login company."""
    return Marker(AdditionKind.RECURRING, short_digest(scope, "subscription", subscription_id))


def one_time_marker(scope: str, line_id: str) -> Marker:
    """The marker of the Addition of one line."""
    return Marker(AdditionKind.ONE_TIME, short_digest(scope, "line", line_id))


def agreement_name(type_name: str, company_identifier: str, currency: str) -> str:
    """The natural key of the Agreement that Bursar makes per company, type and currency (rule 78, decision 11)."""
    name = f"{type_name} {currency} - {company_identifier}"
    if len(name) <= AGREEMENT_NAME_LIMIT:
        return name
    return f"{name[: AGREEMENT_NAME_LIMIT - 17]}-{short_digest(name)}"
