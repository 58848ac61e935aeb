"""Everything that can go wrong, as a vocabulary. Each error is a sentence, a remedy and an answer to "may I retry?".

BursarError
├── InvalidInput            what a person or a file gave us cannot be used
│   ├── CurrencyMismatch
│   └── SourceUnreadable    a whole source (not one row) cannot be read
├── NotConfigured           a setting is missing
└── RemoteError             another system said no, or said nothing
    ├── WrongKey            the credentials are refused
    ├── UnknownCompany      the login company does not exist there
    ├── ForbiddenAddress    it lives at an address that Bursar never calls
    ├── NotPermitted        the API member's role lacks a permission
    ├── NotFound            the record is not there
    ├── Rejected            the record is invalid; `fields` says where
    ├── Throttled           too many requests          (may retry)
    ├── Unavailable         down, or nothing was sent  (may retry)
    └── UnknownOutcome      a write was sent and its answer was lost: look before sending again
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class BursarError(Exception):
    """A failure that a person can act on."""

    code: ClassVar[str] = "error"
    may_retry: ClassVar[bool] = False
    default_remedy: ClassVar[str] = ""

    def __init__(self, sentence: str, *, remedy: str = "", answer: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy or self.default_remedy
        self.answer = answer
        """What the other system said, redacted and readable; empty when it said nothing (rule 125)."""


class InvalidInput(BursarError):
    """What a person or a file gave us cannot be used; nothing was changed."""

    code = "invalid_input"


class CurrencyMismatch(InvalidInput):
    """Amounts of two currencies met; Bursar never converts."""

    code = "currency_mismatch"


class SourceUnreadable(InvalidInput):
    """A whole source cannot be read: no such file, no heading row, an unknown format."""

    code = "source_unreadable"


class NotConfigured(BursarError):
    """A setting that the journey needs is missing."""

    code = "not_configured"


class RemoteError(BursarError):
    """Another system refused, failed or fell silent."""

    code = "remote_error"


class WrongKey(RemoteError):
    """The credentials are refused."""

    code = "wrong_key"
    default_remedy = (
        "Create a new key on the API member's API Keys tab in ConnectWise, then enter it on Settings › Authentication"
        " or with `bursar connection rekey`."
    )


class UnknownCompany(RemoteError):
    """The login company does not exist at this address."""

    code = "unknown_company"
    default_remedy = "Use the Company ID that you type on the ConnectWise login page, and check the site's region."


class ForbiddenAddress(RemoteError):
    """The site's name leads to a network address that Bursar never calls: metadata services and the like."""

    code = "forbidden_address"
    default_remedy = "Check the address of the connection, and what your name server answers for it."


class NotPermitted(RemoteError):
    """The API member's security role lacks a permission; `module` names it when it is known."""

    code = "not_permitted"

    def __init__(self, sentence: str, *, module: str = "", remedy: str = "", answer: str = "") -> None:
        self.module = module
        where = f"the {module} row" if module else "the module that this call needs"
        super().__init__(
            sentence,
            remedy=remedy or f"In ConnectWise, System > Security Roles, open the API member's role and allow {where}.",
            answer=answer,
        )


class NotFound(RemoteError):
    """The record is not there (any more)."""

    code = "not_found"
    default_remedy = "Refresh the mapping: the record may have been deleted in ConnectWise."


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field that the other system refused, in its own words."""

    field: str
    code: str
    message: str


class Rejected(RemoteError):
    """The other system validated the record and refused it; `fields` says which and why."""

    code = "rejected"
    default_remedy = "Correct the named field on the line or in ConnectWise, then post again."

    def __init__(self, sentence: str, *, fields: Sequence[FieldFault] = (), remedy: str = "", answer: str = "") -> None:
        super().__init__(sentence, remedy=remedy, answer=answer)
        self.fields = tuple(fields)


class Throttled(RemoteError):
    """Too many requests; `retry_after` is in seconds when the server said so."""

    code = "throttled"
    may_retry = True
    default_remedy = "Wait a minute and run again, or lower requests per minute on the connection."

    def __init__(self, sentence: str, *, retry_after: float | None = None, remedy: str = "", answer: str = "") -> None:
        super().__init__(sentence, remedy=remedy, answer=answer)
        self.retry_after = retry_after


class Unavailable(RemoteError):
    """The other system is down or unreachable, and nothing was written."""

    code = "unavailable"
    may_retry = True
    default_remedy = "Check the site's address and its status page, then run again."


class UnknownOutcome(RemoteError):
    """A write was sent and its answer was lost. It may have happened: look before sending again."""

    code = "unknown_outcome"
    default_remedy = "Run again: Bursar looks for the record before it sends anything."
