"""Schemathesis reads the OpenAPI document and tries every route with what it allows, and with what it does not.

Each example is rolled back, so every one meets the same records. Whatever goes to ConnectWise goes to a sandbox on a
loopback port. A 502 or 503 is ConnectWise's refusal in our words, and documented; any other 5xx is a defect.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from bursar.api.application import api
from bursar.domain.roles import Role
from bursar.store.models import Connection
from tests.api.conftest import Cast, credentials
from tests.api.populated import Populated, populate
from tests.api.populated_ledger import FOLDER
from tests.cli.psa_process import PsaProcess

EXAMPLES = 6
OTHERS_EVERY = 8
tried: Counter[str] = Counter()
"""How many examples each operation has had."""
REFUSED_BY_CONNECTWISE = frozenset(
    {"remote_error", "wrong_key", "unknown_company", "not_permitted", "rejected", "throttled", "unavailable"}
) | {"forbidden_address", "unknown_outcome"}
PLACE = {"folder": str(FOLDER), "url": "http://127.0.0.1:9"}
"""Where books of the examples are."""
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


def document() -> dict[str, object]:
    """The OpenAPI document without its ways to log in: each test says itself who calls."""
    copy = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
    del copy["components"]["securitySchemes"]
    for operation in (operation for path in copy["paths"].values() for operation in path.values()):
        del operation["security"]
    return copy


schema = schemathesis.openapi.from_dict(document())
schema.app = get_wsgi_application()


@dataclass(frozen=True)
class Site:
    """What an example meets: records by the names that addresses have for them, and a sandbox."""

    cast: Cast
    populated: Populated
    psa: PsaProcess


@pytest.fixture
def site(cast: Cast, connection: Connection, psa: PsaProcess) -> Site:
    connection.options = {"requests_per_minute": "0", "timeout": "5"}
    connection.source = {"path": "/nowhere", "profile": "canonical"}
    connection.save()
    return Site(cast, populate(connection, cast.people[Role.ADMINISTRATOR]), psa)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def aim(case: schemathesis.Case, site: Site) -> None:
    """Half of the well-formed ids become ones that exist, half of the new connections lead to the sandbox."""
    for name, value in dict(case.path_parameters or {}).items():
        well_formed = type(value) is int or (name in {"run_id", "file_id", "posting_id"} and is_uuid(value))
        if well_formed and len(str(value)) % 2:
            case.path_parameters[name] = site.populated.ids[name]
    body = case.body
    if not isinstance(body, Mapping):
        return
    if case.operation.label == "POST /api/v1/connections" and len(str(body)) % 2:
        case.body = dict(body) | {name: text for name, text in credentials(site.psa).items() if name in body}
    elif case.operation.label.split("/")[-1] in {"books", "{book_id}"}:  # no folder or server of anybody else is tried
        case.body = dict(body) | {name: text for name, text in PLACE.items() if isinstance(body.get(name), str)}


def callers(operation: str) -> list[Role | None]:
    """An administrator; now and then also who is let in less, or not at all: that does not depend on what is sent."""
    tried[operation] += 1
    return [Role.ADMINISTRATOR, *([Role.VIEWER, None] if tried[operation] % OTHERS_EVERY == 1 else [])]


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
def test_every_answer_is_documented(case: schemathesis.Case, site: Site) -> None:
    aim(case, site)
    for who in callers(case.operation.label):
        program = site.cast.programs[who] if who else site.cast.stranger
        headers = {"Authorization": f"Bearer {program.secret}"} if program.secret else {}
        with rolled_back():
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS, headers=headers)
        if answer.status_code >= 500:
            assert answer.status_code in {502, 503}, answer.text
            assert answer.json()["error"]["code"] in REFUSED_BY_CONNECTWISE, answer.text
        if who is None and answer.status_code != 405:
            assert answer.status_code in {401, 404}, answer.text
