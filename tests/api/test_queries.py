"""How many statements a list costs: the same for three records as for thirty."""

from collections.abc import Callable

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bursar.domain.roles import Role
from bursar.store.models import ApiToken, Connection
from tests.api.conftest import Cast
from tests.api.populated import populate

KNOWN_CALLER = 1
"""Who calls: one statement. The use of a token is noted once a minute, with one more."""
BASELINES = {
    "/connections": 1,
    "/connections/{connection_id}": 1,
    "/connections/{connection_id}/configuration": 1,
    "/connections/{connection_id}/properties": 1,
    "/connections/{connection_id}/lists/location": 3,
    "/connections/{connection_id}/dashboard": 7,
    "/connections/{connection_id}/organizations": 3,
    "/connections/{connection_id}/offers": 2,
    "/connections/{connection_id}/lines": 9,
    "/connections/{connection_id}/plans": 2,
    "/connections/{connection_id}/plans/{plan_id}": 5,
    "/connections/{connection_id}/plans/{plan_id}/entries": 3,
    "/connections/{connection_id}/adoption": 5,
    "/connections/{connection_id}/drift": 7,
    "/connections/{connection_id}/variances": 4,
    "/connections/{connection_id}/books": 2,
    "/connections/{connection_id}/books/{book_id}": 2,
    "/connections/{connection_id}/books/{book_id}/codes": 3,
    "/connections/{connection_id}/books/{book_id}/references": 3,
    "/connections/{connection_id}/routes": 2,
    "/connections/{connection_id}/ledger/unposted": 2,
    "/connections/{connection_id}/ledger/documents": 2,
    "/connections/{connection_id}/ledger/documents/{document_id}": 2,
    "/connections/{connection_id}/ledger/exceptions": 2,
    "/connections/{connection_id}/ledger/reconciliation": 3,
    "/connections/{connection_id}/ledger/reconciliation/totals": 3,
    "/connections/{connection_id}/ledger/batches": 2,
    "/connections/{connection_id}/ledger/batches/{batch_id}": 4,
    "/connections/{connection_id}/payments": 2,
    "/connections/{connection_id}/payments/files/{file_id}": 3,
    "/connections/{connection_id}/runs": 2,
    "/connections/{connection_id}/runs/{run}/notes": 3,
    "/connections/{connection_id}/runs/{run}/postings": 3,
    "/connections/{connection_id}/logs": 3,
    "/audit": 1,
    "/people": 1,
    "/invitations": 1,
    "/tokens": 1,
}


@pytest.mark.parametrize("times", [1, 10])
def test_statements_of_every_list(times: int, cast: Cast, connection: Connection) -> None:
    populated = populate(connection, cast.people[Role.ADMINISTRATOR], times=times)
    cast.administrator.get("/whoami")
    assert ApiToken.objects.filter(last_used_at__isnull=False).count() == 1, "its use is noted for this minute"
    ids = populated.ids  # these are looked up, too: not within what is counted
    found = {}
    for path in BASELINES:
        with CaptureQueriesContext(database) as statements:
            answer = cast.administrator.get(path.format(**ids, run=populated.run.pk))
        assert answer.status_code == 200, answer.content
        found[path] = len(statements) - KNOWN_CALLER
    assert found == BASELINES


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/connections/{connection_id}/organizations", "organizations"),
        ("/connections/{connection_id}/lines", "lines"),
        ("/connections/{connection_id}/lists/location", "entries"),
        ("/connections/{connection_id}/plans/{plan_id}/entries", "entries"),
        ("/connections/{connection_id}/books/{book_id}/codes", "codes"),
        ("/connections/{connection_id}/books/{book_id}/references", "references"),
        ("/connections/{connection_id}/ledger/unposted", "records"),
        ("/connections/{connection_id}/ledger/documents", "documents"),
        ("/connections/{connection_id}/ledger/exceptions", "exceptions"),
        ("/connections/{connection_id}/ledger/reconciliation", "balances"),
        ("/connections/{connection_id}/ledger/batches", "batches"),
        ("/connections/{connection_id}/payments", "payments"),
        ("/connections/{connection_id}/runs", "runs"),
        ("/connections/{connection_id}/runs/{run}/notes", "notes"),
        ("/connections/{connection_id}/runs/{run}/postings", "postings"),
    ],
)
def test_pages_by_number_hold_everything_once(path: str, name: str, cast: Cast, connection: Connection) -> None:
    populated = populate(connection, cast.people[Role.ADMINISTRATOR], times=3)
    address = path.format(**populated.ids, run=populated.run.pk)
    whole = cast.viewer.get(address).json()
    assert whole["next"] is None
    assert collected(lambda at: cast.viewer.get(address, limit=2, offset=at).json(), name) == whole[name]


def collected(page: Callable[[int], dict[str, object]], name: str) -> list[object]:
    found: list[object] = []
    at: object = 0
    while isinstance(at, int):
        document = page(at)
        items = document[name]
        assert isinstance(items, list)
        assert 0 < len(items) <= 2
        found += items
        at = document["next"]
    return found


@pytest.mark.parametrize("path", ["/connections/{connection_id}/logs", "/audit"])
def test_pages_by_cursor_hold_everything_once(path: str, cast: Cast, connection: Connection) -> None:
    populated = populate(connection, cast.people[Role.ADMINISTRATOR], times=3)
    address = path.format(**populated.ids)
    whole = cast.administrator.get(address, limit=200).json()
    found, older = [], None
    while True:
        query = {"limit": 2} if older is None else {"limit": 2, "before": older}
        page = cast.administrator.get(address, **query).json()
        found += page["entries"]
        older = page["older"]
        if older is None:
            break
    assert found == whole["entries"]
    assert cast.administrator.get(address, limit=201).status_code == 422
