"""What the Plan page costs: the same statements for 25 entries as for 2,000, and no walk through the others' rows."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bursar.domain.plan import Action
from bursar.domain.roles import Role
from bursar.store.field_json import to_json
from bursar.store.models import Connection, Load, PlanEntry, Run
from bursar.usecases.runs import PLAN_LINES, POST_LINES
from tests.query_plan import plan_of
from tests.web.visitors import HTMX, VISIT, a_connection, part_of, text_of, visitor

pytestmark = pytest.mark.django_db
ACTIONS = tuple(action.value for action in Action)


def a_plan(connection: Connection, size: int) -> Run:
    """`size` entries of each kind, for customers with five entries each; some of them are agreed to."""
    Load.objects.create(connection=connection, source="lines", months=["2026-10"], complete=True)
    counts = dict.fromkeys(ACTIONS, size // 4) | {"blocked": size, "warnings": size, "lines": 2 * size}
    plan = Run.objects.create(
        connection=connection, verb=PLAN_LINES, month="2026-10", state="done", counts=counts,
        totals={"planned": {"USD": f"{size}.00", "EUR": "1.00"}, "held": {"USD": "1.00"}, "excluded": {}},
        result={"complete": True, "preview_only": 0},
    )  # fmt: skip
    posting = Run.objects.create(connection=connection, verb=POST_LINES, month="2026-10", state="done")
    fields = {"product_id": 7, "quantity": Decimal(10), "unit_price": Decimal("11.50"), "description": "Seats"}
    PlanEntry.objects.bulk_create(
        (entry(connection, plan, posting, number, fields, kind) for number in range(size) for kind in PlanEntry.Kind),
        batch_size=500,
    )
    return plan


def entry(
    connection: Connection, plan: Run, posting: Run, number: int, fields: dict[str, object], kind: str
) -> PlanEntry:
    common = {"connection": connection, "run": plan, "kind": kind, "company_id": number // 5 + 1}
    row = PlanEntry(**common, company_name=f"Customer {number // 5:05}", subject=f"Entry {number}", currency="USD")
    if kind == PlanEntry.Kind.CHANGE:
        row.action, row.resource, row.key = ACTIONS[number % 4], "addition", f"5/{number}"
        row.after, row.amount = to_json(fields), Decimal("1.00")
        row.before = to_json(fields | {"quantity": Decimal(9)}) if row.action != Action.CREATE else None
        row.agreed_in, row.posted = (posting, True) if number % 5 == 0 else (None, False)
    else:
        row.code, row.sentence, row.remedy = "not_mapped", "Not mapped yet.", "Map it."
    return row


def statements(client: Client, address: str, **how: object) -> Sequence[str]:
    client.get(address)
    with CaptureQueriesContext(database) as found:
        assert client.get(address, **how).status_code == 200
    return [query["sql"] for query in found]


@pytest.mark.parametrize("size", [25, 2000])
def test_every_list_costs_the_same(size: int) -> None:
    """Plan, newest attempt, months, what changed since (3), counts by reason (2), how many, rows, products and runs."""
    connection = a_connection()
    plan = a_plan(connection, size)
    viewer = visitor(Role.VIEWER)
    address = {
        name: reverse(f"plan:{name}", args=[connection.pk, plan.pk]) for name in ("changes", "blocked", "warnings")
    }
    found = {name: len(statements(viewer, url)) - VISIT for name, url in address.items()}
    assert found == {"changes": 12, "blocked": 11, "warnings": 11}
    part = {name: len(statements(viewer, url, headers=HTMX)) for name, url in address.items()}
    assert max(part.values()) < VISIT + 7
    assert "of 2,000" in part_of(viewer.get(address["blocked"]), "entries") or size == 25


def test_asking_before_everything_is_posted_costs_the_same() -> None:
    connection = a_connection()
    operator = visitor(Role.OPERATOR)
    costs = []
    for size in (25, 2000):
        PlanEntry.objects.all().delete()
        Run.objects.all().delete()
        plan = a_plan(connection, size)
        address = reverse("plan:changes-post", args=[connection.pk, plan.pk])
        operator.post(address, {"everything": 1})
        with CaptureQueriesContext(database) as found:
            answer = operator.post(address, {"everything": 1})
        assert "changes posted already" in text_of(answer)
        costs.append(len(found))
    assert costs[0] == costs[1] <= VISIT + 9


def test_a_page_of_rows_comes_from_an_index() -> None:
    """50,000 entries of other plans must not be walked through for one page of this one."""
    connection = a_connection()
    plan = a_plan(connection, 200)
    found = statements(visitor(Role.VIEWER), reverse("plan:changes", args=[connection.pk, plan.pk]))
    about = [step for sql in found if "store_planentry" in sql for step in plan_of(sql)]
    assert about
    assert not [step for step in about if step.startswith("SCAN store_planentry")], about
