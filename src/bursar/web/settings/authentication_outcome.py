"""Testing and saving credentials, and what a page says about it (rules 8, 9 and 11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bursar.domain.errors import BursarError
from bursar.store.models import Connection
from bursar.usecases.check_connection import Check, check_connection
from bursar.usecases.connections import add_connection, edit_connection
from bursar.usecases.credentials import candidate
from bursar.usecases.start_over import CompanyChanged
from bursar.web.settings.auth_forms import CredentialsForm
from bursar.web.settings.lists import read_lists
from bursar.wiring import connectwise

SUCCESSFUL = "Test is successful."
NOT_SUCCESSFUL = "Test is not successful."
PERMISSIONS_MISSING = "The keys work, but permissions are missing."
NOT_ESTABLISHED = "Connection was not established. Please validate settings information."


@dataclass(frozen=True, slots=True)
class Problem:
    """What happened, what to do, and what the other system said."""

    sentence: str
    remedy: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test or a save came to. `level` is a Bootstrap colour."""

    level: str
    title: str
    problems: Sequence[Problem] = ()
    detail: str = ""
    asks_for_reset: bool = False


def test_outcome(form: CredentialsForm) -> Outcome:
    """Make an authenticated call with what was entered; nothing is stored."""
    if not form.is_valid():
        return _input_faults(NOT_SUCCESSFUL, form)
    try:
        check = _try(candidate(form.entered(), form.stored))
    except BursarError as error:
        return Outcome("danger", NOT_SUCCESSFUL, _problems([error]))
    return told(check)


def told(check: Check) -> Outcome:
    """A check as a page tells it."""
    if check.unusable is not None:
        return Outcome("danger", NOT_SUCCESSFUL, _problems([check.unusable]))
    if check.problems:
        return Outcome("warning", PERMISSIONS_MISSING, _problems(check.problems))
    info = check.info
    return Outcome("success", SUCCESSFUL, detail=f"{info.company_name}, ConnectWise {info.version}" if info else "")


@dataclass(frozen=True, slots=True)
class Saved:
    """A connection that was stored, and whether it works for the first time since it had no credentials."""

    connection: Connection
    first: bool
    check: Check


def save(form: CredentialsForm) -> Saved | Outcome:
    """Test, store, and read the lists to choose from (rule 17). Unusable credentials are refused, nothing is stored."""
    if not form.is_valid():
        return _input_faults(NOT_ESTABLISHED, form)
    entered, stored = form.entered(), form.stored
    first = stored is None or not stored.connected
    try:
        check = _try(candidate(entered, stored))
        if check.unusable is not None:
            return Outcome("danger", NOT_ESTABLISHED, _problems([check.unusable]))
        reset = bool(form.cleaned_data["reset"])
        saved = (
            edit_connection(stored, entered, check=check, reset=reset)
            if stored
            else add_connection(entered, check=check)
        )
        read_lists(saved)
        return Saved(saved, first, check)
    except CompanyChanged as error:
        return Outcome("danger", "Nothing was saved.", _problems([error]), asks_for_reset=True)
    except BursarError as error:
        return Outcome("danger", NOT_ESTABLISHED, _problems([error]))


def _try(connection: Connection) -> Check:
    with connectwise(connection) as psa:
        return check_connection(psa)


def _problems(errors: Iterable[BursarError]) -> Sequence[Problem]:
    return [Problem(error.sentence, error.remedy, error.answer) for error in errors]


def _input_faults(title: str, form: CredentialsForm) -> Outcome:
    return Outcome("danger", title, [Problem(fault) for fault in form.faults()])
