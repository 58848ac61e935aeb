"""Whether a connection works: address, company and keys, then what the API member may read (rules 8 and 11)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bursar.domain.errors import NotPermitted, RemoteError
from bursar.domain.lists import SETTING_LISTS
from bursar.domain.psa import PsaInfo
from bursar.ports import Psa
from bursar.store.models import Connection
from bursar.usecases.connection_state import mark_connected, mark_refused
from bursar.usecases.lists import refresh_lists

NOBODY = 0
"""The id of no record: reading it costs nothing and needs the same permission."""


@dataclass(slots=True)
class Check:
    """What was found. `problems` holds what makes the connection unusable, or the permissions that are missing."""

    info: PsaInfo | None = None
    problems: list[RemoteError] = field(default_factory=list)

    @property
    def successful(self) -> bool:
        return not self.problems

    @property
    def unusable(self) -> RemoteError | None:
        """The error that stops everything, not only one module."""
        return next((problem for problem in self.problems if not isinstance(problem, NotPermitted)), None)


def check_connection(psa: Psa) -> Check:
    """Call ConnectWise with the connection's keys. Nothing is written there or here."""
    check = Check()
    try:
        check.info = psa.info()
    except RemoteError as error:
        check.problems.append(error)
    if check.unusable is None:
        check.problems.extend(_missing_permissions(psa))
    return check


def check_stored(connection: Connection, psa: Psa, now: datetime) -> Check:
    """Check a stored connection, and note on it what the answer proves (rule 15).

    The lists to choose settings from are read anew, so that what was added in ConnectWise can be chosen (rule 17).
    """
    check = check_connection(psa)
    if check.unusable is None:
        mark_connected(connection, check.info, now)
        refresh_lists(connection, psa, SETTING_LISTS, now)
    else:
        mark_refused(connection, check.unusable, now)
    return check


def _missing_permissions(psa: Psa) -> Sequence[NotPermitted]:
    reads: tuple[Callable[[], object], ...] = (
        psa.agreement_types,
        lambda: list(psa.catalog_items([NOBODY])),
        lambda: list(psa.agreements([NOBODY])),
    )
    missing: dict[str, NotPermitted] = {}
    for read in reads:
        try:
            read()
        except NotPermitted as error:
            missing.setdefault(error.module, error)
    return list(missing.values())
