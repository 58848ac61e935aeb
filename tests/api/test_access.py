"""Who gets what: every route of the API, as nobody, viewer, operator and administrator, with tokens and sessions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from ninja import Router

from bursar.api.application import Api, api
from bursar.api.routes import NEEDS, Routes
from bursar.domain.roles import Role
from bursar.store.models import ApiToken, AuditEntry, Connection, Line, Person, Run
from bursar.usecases.api_tokens import create_token, revoke_token
from bursar.usecases.people import deactivate
from tests.api.conftest import PASSWORD, Cast, Program, credentials, error_of
from tests.api.populated import Populated, populate
from tests.cli.psa_process import PsaProcess

SEES, RUNS, RULES = Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR
C = "/connections/{connection_id}"
R = C + "/runs/{run_id}"
B = C + "/books/{book_id}"
L = C + "/ledger"
FILE = {"bursar_connections": 1, "connections": []}
FILES = {"payments": "invoice,amount,date\n10079,1.00,2026-11-02\n", "entries": "1, 2"}
PLACE = {"company_id": 7, "product_id": 7}

TABLE: Mapping[str, tuple[Role, int, object]] = {
    # method and address: the least role that is let in, what it is answered, and what it sends
    "GET /whoami": (SEES, 200, None),
    "POST /connections/export": (RULES, 200, None),
    "POST /connections/import": (RULES, 200, FILE),
    "GET /connections": (SEES, 200, None),
    "POST /connections": (RULES, 201, "credentials"),
    f"GET {C}": (SEES, 200, None),
    f"PATCH {C}": (RULES, 200, {"options": {"concurrency": "4"}}),
    f"DELETE {C}": (RULES, 204, None),
    f"POST {C}/test": (RUNS, 200, None),
    f"POST {C}/default": (RULES, 200, None),
    f"POST {C}/disconnect": (RULES, 200, None),
    f"GET {C}/permissions": (SEES, 200, None),
    f"POST {C}/permissions": (RUNS, 200, {}),
    f"GET {C}/configuration": (SEES, 200, None),
    f"PUT {C}/configuration": (RULES, 200, {"settings": {"skip_zero_lines": "yes"}}),
    f"GET {C}/properties": (SEES, 200, None),
    f"PATCH {C}/properties": (RULES, 200, {}),
    f"POST {C}/lists/refresh": (RUNS, 200, {"kinds": ["location"]}),
    f"GET {C}/lists/{{kind}}": (SEES, 200, None),
    f"GET {C}/dashboard": (SEES, 200, None),
    "GET /dictionary": (SEES, 200, None),
    f"GET {C}/organizations": (SEES, 200, None),
    f"GET {C}/offers": (SEES, 200, None),
    f"POST {C}/organizations/posting": (RUNS, 200, {"enabled": True, "all": True}),
    f"PUT {C}/organization?organization_id=org-00001": (RUNS, 200, {"companies": [1]}),
    f"PUT {C}/offer?offer_id=offer-1": (RUNS, 200, {"product": 1}),
    f"POST {C}/organizations/change": (RUNS, 200, {"do": "clear", "records": {"ids": ["org-00001"]}}),
    f"POST {C}/offers/change": (RUNS, 200, {"do": "exclude", "records": {"state": "mapped"}}),
    f"GET {C}/deliveries": (SEES, 200, None),
    f"POST {C}/deliveries?filename=lines.csv": (RUNS, 201, [{"invoice_number": "INV-1"}]),
    f"GET {C}/deliveries/{{delivery_id}}": (SEES, 200, None),
    f"DELETE {C}/deliveries/{{delivery_id}}": (RUNS, 204, None),
    f"GET {C}/loads/{{load_id}}/rejections": (SEES, 200, None),
    f"GET {C}/pushed-lines": (SEES, 200, None),
    f"GET {C}/pushed-lines/{{month}}": (SEES, 200, None),
    f"PUT {C}/pushed-lines/{{month}}": (RUNS, 200, [{"invoice_number": "INV-1"}]),
    f"DELETE {C}/pushed-lines/{{month}}": (RUNS, 204, None),
    f"GET {C}/column-profiles": (SEES, 200, None),
    f"GET {C}/column-profiles/{{name}}": (SEES, 200, None),
    f"PUT {C}/column-profiles/{{name}}": (RUNS, 200, {"document": {"delimiter": ";"}}),
    f"DELETE {C}/column-profiles/{{name}}": (RUNS, 204, None),
    f"GET {C}/lines": (SEES, 200, None),
    f"POST {C}/lines/edit": (RUNS, 200, {"lines": {"month": "2026-10"}, "values": {"approved": True}}),
    f"GET {C}/line?line_id=L00001": (SEES, 200, None),
    f"PATCH {C}/line?line_id=L00001": (RUNS, 200, {"approved": True}),
    f"POST {C}/line/reset?line_id=L00001": (RUNS, 200, {}),
    f"POST {C}/line/accept?line_id=L00003": (RUNS, 200, {}),
    f"GET {C}/line/agreements?line_id=L00001": (SEES, 200, None),
    f"GET {C}/plan?month=2026-10": (SEES, 200, None),
    f"GET {C}/plans": (SEES, 200, None),
    f"POST {C}/plans": (RUNS, 202, {"month": "2026-10"}),
    f"GET {C}/plans/{{plan_id}}": (SEES, 200, None),
    f"GET {C}/plans/{{plan_id}}/entries": (SEES, 200, None),
    f"POST {C}/plans/{{plan_id}}/post": (RUNS, 202, {"everything": True}),
    f"GET {C}/adoption": (SEES, 200, None),
    f"POST {C}/adoption/decide": (RUNS, 200, {"addition_id": 7001, "do": "adopt"}),
    f"POST {C}/adoption/adopt": (RUNS, 200, {"minimum_score": 90}),
    f"POST {C}/adoption/end": (RUNS, 202, {"additions": [7002], "last_day": "2026-09-30"}),
    f"GET {C}/drift": (SEES, 200, None),
    f"POST {C}/drift/decide": (RUNS, 200, {"addition_id": 6, "decision": "accept"}),
    f"POST {C}/drift/decide-many": (RUNS, 200, {"additions": [6], "decision": "accept"}),
    f"GET {C}/variances": (SEES, 200, None),
    f"POST {C}/variances/mute": (RUNS, 200, {**PLACE, "until": str(timezone.now().date()), "reason": "Known"}),
    f"POST {C}/variances/unmute": (RUNS, 200, PLACE),
    f"GET {C}/books": (SEES, 200, None),
    f"POST {C}/books": (RULES, 201, {"name": "New", "kind": "csv", "folder": "/nowhere/new", "test": False}),
    f"GET {B}": (SEES, 200, None),
    f"PATCH {B}": (RULES, 200, {"name": "Other", "test": False}),
    f"DELETE {B}": (RULES, 204, None),
    f"POST {B}/test": (RUNS, 200, None),
    f"GET {B}/settings": (SEES, 200, None),
    f"PATCH {B}/settings": (RULES, 200, {"settings": {"currency": "USD"}}),
    f"GET {B}/codes": (SEES, 200, None),
    f"PUT {B}/codes": (RUNS, 200, {"codes": [{"kind": "customer", "source": "ACME", "target": "C-1"}]}),
    f"GET {B}/references": (SEES, 200, None),
    f"GET {C}/routes": (SEES, 200, None),
    f"POST {C}/routes": (RULES, 201, {"reason": "Not ours"}),
    f"GET {C}/routes/{{route_id}}": (SEES, 200, None),
    f"POST {C}/routes/{{route_id}}/move": (RULES, 200, {"position": 1}),
    f"DELETE {C}/routes/{{route_id}}": (RULES, 204, None),
    f"GET {L}/unposted": (SEES, 200, None),
    f"GET {L}/documents": (SEES, 200, None),
    f"GET {L}/documents/{{document_id}}": (SEES, 200, None),
    f"POST {L}/documents/{{document_id}}/decide": (RUNS, 200, {"decision": "repost"}),
    f"GET {L}/exceptions": (SEES, 200, None),
    f"GET {L}/reconciliation": (SEES, 200, None),
    f"GET {L}/reconciliation/totals": (SEES, 200, None),
    f"POST {L}/export": (RUNS, 202, {}),
    f"POST {L}/post": (RUNS, 202, {"everything": True}),
    f"POST {L}/void": (RUNS, 202, "documents"),
    f"GET {L}/export-file?format=json": (SEES, 200, None),
    f"GET {L}/postings/{{posting_id}}/file?which=fail": (SEES, 200, None),
    f"GET {L}/batches": (SEES, 200, None),
    f"POST {L}/batches": (RUNS, 202, {"entry_ids": [1, 2]}),
    f"POST {L}/batches/from-file": (RUNS, 202, "entries"),
    f"GET {L}/batches/{{batch_id}}": (SEES, 200, None),
    f"GET {L}/batches/{{batch_id}}/entries": (SEES, 200, None),
    f"GET {L}/batches/{{batch_id}}/export": (SEES, 200, None),
    f"POST {L}/batches/{{batch_id}}/undo": (RUNS, 202, None),
    f"GET {C}/payments": (SEES, 200, None),
    f"POST {C}/payments/pull": (RUNS, 202, {}),
    f"POST {C}/payments/post": (RUNS, 202, {"everything": True}),
    f"POST {C}/payments/{{payment_id}}/choose": (RUNS, 200, {"book_id": None}),
    f"POST {C}/payments/files?filename=paid.csv": (RUNS, 200, "payments"),
    f"GET {C}/payments/files/{{file_id}}": (SEES, 200, None),
    f"GET {C}/runs": (SEES, 200, None),
    f"POST {C}/runs": (RUNS, 202, {"verb": "post lines", "month": "2026-10"}),
    f"GET {R}": (SEES, 200, None),
    f"GET {R}/notes": (SEES, 200, None),
    f"GET {R}/postings": (SEES, 200, None),
    f"POST {R}/stop": (RUNS, 200, None),
    f"POST {R}/retry": (RUNS, 422, None),
    f"GET {C}/logs": (SEES, 200, None),
    "GET /audit": (RULES, 200, None),
    "GET /audit/verification": (RULES, 200, None),
    "GET /audit.csv": (RULES, 200, None),
    "GET /people": (RULES, 200, None),
    "PATCH /people/{person_id}": (RULES, 200, {"role": "operator"}),
    "GET /invitations": (RULES, 200, None),
    "POST /invitations": (RULES, 201, {"email": "new@example.com", "role": "viewer"}),
    "DELETE /invitations/{invitation_id}": (RULES, 204, None),
    "GET /tokens": (SEES, 200, None),
    "POST /tokens": (SEES, 201, {"name": "script"}),
    "DELETE /tokens/{token_id}": (SEES, 204, None),
}


def _noun(route: str) -> str:
    """What an address is about: its first word, below a connection the one after that."""
    words = route.partition("?")[0].split("/")[1:]
    return words[2] if words[0] == "connections" and len(words) > 2 else words[0]


NOUNS: Mapping[str, list[str]] = {
    noun: [route for route in TABLE if _noun(route) == noun] for noun in dict.fromkeys(map(_noun, TABLE))
}
"""Routes that share one set of records in a test: nothing that is done to them lasts."""


@cache
def operations() -> Mapping[str, Mapping[str, object]]:
    """Every operation of the OpenAPI document, by method and address."""
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def populated(cast: Cast, connection: Connection) -> Populated:
    connection.billing = {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}}
    connection.save()
    return populate(connection, cast.people[RULES])


def visit(program: Program, route: str, populated: Populated, psa: PsaProcess, owner: Person | None) -> HttpResponse:
    """Call one route with real ids; a token route gets a token of whoever calls, a removal an idle connection."""
    method, _, path = route.partition(" ")
    ids = dict(populated.ids)
    if "token_id" in path and owner is not None:
        ids["token_id"] = create_token(owner, "to be revoked", SEES, None)[0].pk
    if route == f"DELETE {C}":
        Run.objects.filter(pk=populated.waiting.pk).delete()
        Line.objects.filter(connection=populated.connection).update(link=None)
    body = TABLE[route][2]
    if isinstance(body, str) and body in FILES:
        return program.client.generic(method, f"/api/v1{path.format(**ids)}", FILES[body], "application/octet-stream")
    if body == "credentials":
        body = credentials(psa, "second")
    elif body == "documents":
        body = {"documents": [ids["document_id"]]}
    return program.send(method, path.format(**ids), body)


def test_the_table_has_every_route_and_no_other() -> None:
    assert {route.partition("?")[0] for route in TABLE} == set(operations())


def test_the_document_says_the_role_that_is_asked_for() -> None:
    documented = {route: operation["x-role"] for route, operation in operations().items()}
    assert documented == {route.partition("?")[0]: role.value for route, (role, _, _) in TABLE.items()}


@pytest.mark.parametrize("noun", NOUNS)
def test_who_is_let_in(noun: str, cast: Cast, populated: Populated, psa: PsaProcess) -> None:
    for route in NOUNS[noun]:
        needed, status, _ = TABLE[route]
        with rolled_back():
            nobody = visit(cast.stranger, route, populated, psa, None)
        assert nobody.status_code == 401, route
        assert error_of(nobody)["code"] == "not_authenticated", route
        for role in Role:
            with rolled_back():
                answer = visit(cast.programs[role], route, populated, psa, cast.people[role])
            if role.allows(needed):
                assert answer.status_code == status, (route, role, answer.content)
            else:
                assert answer.status_code == 403, (route, role, answer.content)
                assert error_of(answer)["code"] == "forbidden", route


def test_who_is_refused_changes_nothing(cast: Cast, populated: Populated, psa: PsaProcess) -> None:
    before = AuditEntry.objects.count()
    for route, (needed, _, _) in TABLE.items():
        if route.startswith("GET"):
            continue
        for program in (cast.stranger, *(cast.programs[role] for role in Role if not role.allows(needed))):
            visit(program, route, populated, psa, None)
        assert AuditEntry.objects.count() == before, route


def test_a_route_without_a_role_cannot_be_declared() -> None:
    with pytest.raises(TypeError):
        Routes("Test").get("/nothing")


def test_a_route_of_a_plain_router_stops_the_start() -> None:
    def unmarked(request: HttpRequest) -> None: ...

    plain, broken = Router(), Api(urls_namespace="broken", openapi_url=None, docs_url=None)
    plain.get("/unmarked")(unmarked)
    broken.add_router("/v1", plain)
    with pytest.raises(ImproperlyConfigured, match="unmarked"):
        _ = broken.urls


def test_every_view_is_marked() -> None:
    routers = api._get_bound_routers()
    views = [o.view_func for router in routers for path in router.path_operations.values() for o in path.operations]
    assert len(views) == len(TABLE)
    assert all(isinstance(getattr(view, NEEDS), Role) for view in views)


@pytest.mark.parametrize("header", ["Bearer bursar_wrong", "Bearer", "Basic YTpi", "bursar_wrong", ""])
def test_a_wrong_token_is_never_a_session(header: str, cast: Cast) -> None:
    """Also when a session would be good: whoever sends a header means it."""
    client = Client(headers={"Authorization": header})
    client.force_login(cast.people[RULES])
    answer = client.get("/api/v1/whoami")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    error_of(answer)


def test_a_token_is_never_stronger_than_its_person(cast: Cast) -> None:
    person = cast.people[RULES]
    person.role = SEES
    person.save()
    assert cast.administrator.get("/whoami").json()["role"] == "viewer"
    assert cast.administrator.get("/people").status_code == 403


def test_a_token_is_never_stronger_than_itself(cast: Cast) -> None:
    weak = Program(create_token(cast.people[RULES], "weak", SEES, None)[1])
    assert weak.get("/people").status_code == 403
    answer = weak.post("/tokens", {"name": "stronger", "role": "administrator"})
    assert answer.status_code == 403
    assert not ApiToken.objects.filter(name="stronger").exists()


def test_revoked_expired_and_left_behind_tokens_are_refused(cast: Cast) -> None:
    person = cast.people[SEES]
    revoked, revoked_secret = create_token(person, "revoked", SEES, None)
    revoke_token(revoked)
    expired, expired_secret = create_token(person, "expired", SEES, timezone.now() + timedelta(hours=1))
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    for secret in (revoked_secret, expired_secret):
        assert Program(secret).get("/whoami").status_code == 401
    assert cast.viewer.get("/whoami").status_code == 200
    deactivate(person)
    assert cast.viewer.get("/whoami").status_code == 401


def test_the_audit_names_person_token_and_channel(cast: Cast) -> None:
    cast.administrator.post("/invitations", {"email": "new@example.com"})
    entry = AuditEntry.objects.get(action="person invited")
    assert entry.actor == "administrator@example.com (token administrator's)"
    assert (entry.channel, entry.address) == ("api", "127.0.0.1")


def test_last_use_is_noted(cast: Cast) -> None:
    cast.viewer.get("/whoami")
    assert ApiToken.objects.get(person=cast.people[SEES]).last_used_at is not None


@pytest.fixture
def browser(cast: Cast) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.post("/accounts/login/")  # sets the CSRF cookie
    client.force_login(cast.people[RULES])
    return client


def test_a_session_reads(browser: Client) -> None:
    answer = browser.get("/api/v1/whoami")
    assert answer.json() == {"email": "administrator@example.com", "name": "", "role": "administrator", "token": None}


def test_a_session_changes_nothing_without_the_csrf_token(browser: Client) -> None:
    body = {"email": "new@example.com"}
    answer = browser.post("/api/v1/invitations", body, content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in str(error_of(answer)["sentence"])
    assert not AuditEntry.objects.filter(action="person invited").exists()


def test_a_session_with_the_csrf_token_does(browser: Client) -> None:
    page = browser.get("/api/docs")
    token = page.context["csrf_token"]
    headers = {"X-CSRFToken": str(token)}
    body = {"email": "new@example.com"}
    answer = browser.post("/api/v1/invitations", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201
    assert AuditEntry.objects.get(action="person invited").actor == "administrator@example.com"


def test_a_token_needs_no_csrf_token(cast: Cast) -> None:
    assert cast.administrator.post("/invitations", {"email": "new@example.com"}).status_code == 201


def test_a_password_alone_is_no_way_in(cast: Cast) -> None:
    client = Client()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {PASSWORD}"
    assert client.get("/api/v1/whoami").status_code == 401


@pytest.mark.parametrize("path", ["/api/docs", "/api/openapi.json"])
def test_the_reference_is_for_people_who_may_log_in(path: str, cast: Cast) -> None:
    stranger = Client()
    answer = stranger.get(path)
    assert answer.status_code == (302 if path.endswith("docs") else 401)
    stranger.force_login(cast.people[SEES])
    assert stranger.get(path).status_code == 200
