"""How a rule says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One entry of `errors` in a vendor error body [spec: ValidationError]."""

    code: str
    message: str
    resource: str
    field: str


class RefusalError(Exception):
    """A request the PSA turns down: HTTP status, vendor code, message, and what is wrong with each field."""

    def __init__(self, status: int, code: str, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = list(errors)


# The name that rules read well with; an exception class itself has to end in Error.
Refusal = RefusalError


def invalid(resource: str, *errors: FieldError) -> Refusal:
    """400 `<entity> object is invalid` with its field errors [guide]."""
    return Refusal(400, "InvalidObject", f"{resource} object is invalid", errors)


def invalid_field(resource: str, field: str, message: str, code: str = "InvalidObject") -> Refusal:
    """400 with a single field error."""
    return invalid(resource, FieldError(code, message, resource, field))


def not_found(entity: str, key: object) -> Refusal:
    """404 for a record that is not there [guide: code NotFound]."""
    return Refusal(404, "NotFound", f"{entity} {key} not found")


def bad_query(message: str) -> Refusal:
    """400 for conditions, fields or orderBy that cannot be understood: a message and no field errors [field]."""
    return Refusal(400, "ConnectWiseApi", message)
