"""What waits for a person (rule 30), and who may start a sync."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import (
    AdditionLink,
    AuditEntry,
    Connection,
    Line,
    Mute,
    Offer,
    Organization,
    OrganizationCompany,
    Run,
)
from bursar.store.queries.dashboard import what_waits
from bursar.store.queries.line_list import LineStatus, listed_lines
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.runs import POST_LINES, SYNC_ORGANIZATIONS
from tests.query_plan import plan_of
from tests.usecases.world import GivenLines, make_line
from tests.web.review.many_variances import a_plan, a_variance, keep
from tests.web.visitors import VISIT, a_connection, element, links_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


def load(connection: Connection, count: int, **changes: object) -> None:
    lines = [make_line(n, **changes) for n in range(1, count + 1)]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions())


def give(connection: Connection, number: int, state: MappingState, *companies: int) -> None:
    row = Organization.objects.get(connection=connection, organization_id=f"org-{number:05}")
    row.state = state
    row.save()
    for company in companies:
        OrganizationCompany.objects.create(organization=row, company_id=company)


def every_kind_of_line(connection: Connection) -> None:
    """One line for each way to be ready, unmapped, excluded, posted or gone."""
    load(connection, 12)
    Offer.objects.update(state=MappingState.MAPPED, product_id=7)
    give(connection, 1, MappingState.MAPPED, 11)
    give(connection, 2, MappingState.MAPPED, 12, 13)  # several companies: the line does not say which
    give(connection, 3, MappingState.MAPPED, 12, 13)
    give(connection, 4, MappingState.EXCLUDED)
    lines = Line.objects.filter(connection=connection)
    lines.filter(line_id="L00003").update(set_company_id=13)
    lines.filter(line_id="L00005").update(set_company_id=14, set_product_id=8, offer_id="never mapped")
    lines.filter(line_id="L00006").update(set_company_id=14, offer_id="never mapped")
    lines.filter(line_id="L00007").update(invoice_status="Draft")
    lines.filter(line_id="L00008").update(invoice_status=" VERIFIED ", set_company_id=15)
    lines.filter(line_id="L00009").update(invoice_status=None, set_company_id=15)
    lines.filter(line_id="L00010").update(vanished=True)
    link = AdditionLink.objects.create(
        connection=connection, marker="m", series="s", agreement_id=1, addition_id=1, company_id=1,
        organization_id="org-00011", recurring=False, last_month="2026-10", written={},
    )  # fmt: skip
    lines.filter(line_id="L00011").update(link=link)
    Offer.objects.create(connection=connection, offer_id="left out", name="x", state=MappingState.EXCLUDED)
    lines.filter(line_id="L00012").update(set_company_id=14, offer_id="left out")


def test_the_counters_agree_with_the_list_of_lines() -> None:
    connection = a_connection()
    every_kind_of_line(connection)
    listed = Counter(item.status for item in listed_lines(connection))
    waiting = what_waits(connection, TODAY)
    assert (waiting.ready_lines, waiting.unmapped_lines) == (listed[LineStatus.READY], listed[LineStatus.UNMAPPED])
    assert (waiting.ready_lines, waiting.unmapped_lines) == (5, 2)
    Line.objects.filter(line_id="L00001").update(blocked_code="price_unknown", blocked_reason="It has no price.")
    Line.objects.filter(line_id="L00002").update(by_hand=True)
    listed = Counter(item.status for item in listed_lines(connection))
    waiting = what_waits(connection, TODAY)
    assert waiting.blocked_lines == listed[LineStatus.BLOCKED] == 1
    assert waiting.ready_lines == listed[LineStatus.READY]
    assert (waiting.organizations, waiting.offers) == (8, 0)


def test_other_connections_do_not_count() -> None:
    every_kind_of_line(a_connection())
    waiting = what_waits(a_connection("another"), TODAY)
    assert (waiting.ready_lines, waiting.unmapped_lines, waiting.organizations, waiting.offers) == (0, 0, 0, 0)


def test_rule_30_each_counter_leads_to_where_to_act() -> None:
    connection = a_connection()
    every_kind_of_line(connection)
    old = Run.objects.create(connection=connection, verb=POST_LINES, state="done", counts={"blocked": 99})
    Run.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=1))
    newest = Run.objects.create(connection=connection, verb=POST_LINES, state="done", counts={"blocked": 4})
    Run.objects.create(connection=connection, verb=POST_LINES, state="running")
    Run.objects.create(connection=connection, verb=SYNC_ORGANIZATIONS, state="done", verdict="36 companies")
    answer = visitor(Role.VIEWER).get(reverse("dashboard:page", args=[connection.pk]))
    text = text_of(answer)
    assert "Unmapped organizations 8" in text
    assert "Unmapped products 0" in text
    assert "Unmapped lines 2" in text
    assert "Lines waiting to post 5" in text
    assert "Blocked in the newest posting 4" in text
    links = links_of(tree_of(answer))
    assert reverse("mapping:organizations", args=[connection.pk]) + "?status=unmapped" in links
    assert reverse("runs:run", args=[connection.pk, newest.pk]) + "#findings" in links


def test_rule_145_variances_that_nobody_muted_are_counted() -> None:
    connection = a_connection()
    plan = a_plan(connection)
    keep(
        a_variance(plan, 1),
        a_variance(plan, 2, "0", Alert.AGREEMENT_SETUP),
        *(a_variance(plan, number, "1", Alert.OVER_BILLED) for number in range(3, 8)),
    )
    for company, until in ((3, timezone.now().date()), (4, timezone.now().date() - timedelta(days=1))):
        Mute.objects.create(connection=connection, company_id=company, product_id=7, reason="x", until=until)
    keep(a_variance(a_plan(a_connection("other")), 9, "1", Alert.OVER_BILLED))
    answer = visitor(Role.VIEWER).get(reverse("dashboard:page", args=[connection.pk]))
    assert "Variances to look at 4" in text_of(answer)
    assert reverse("review:variance", args=[connection.pk]) in links_of(tree_of(answer))


def test_the_last_five_runs_with_state_and_balance() -> None:
    connection = a_connection()
    for month in range(1, 8):
        run = Run.objects.create(
            connection=connection, verb=POST_LINES, month=f"2026-{month:02}", state="done", verdict="balanced"
        )
        Run.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(hours=10 - month))
    Run.objects.filter(month="2026-07").update(verdict="differs by 1.00 USD in 1 record(s)")
    text = text_of(visitor(Role.VIEWER).get(reverse("dashboard:page", args=[connection.pk])))
    assert [f"Post lines 2026-{month:02}" in text for month in range(1, 8)] == [False, False, *[True] * 5]
    assert "Differs by 1.00 USD" in text


def test_the_page_takes_as_many_questions_for_much_as_for_little(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    connection = a_connection()
    viewer = visitor(Role.VIEWER)
    address = reverse("dashboard:page", args=[connection.pk])
    viewer.get(address)
    with django_assert_num_queries(VISIT + 7):  # newest posting, lines, organizations, offers, variances, books, runs
        viewer.get(address)
    every_kind_of_line(connection)
    for _ in range(9):
        Run.objects.create(connection=connection, verb=POST_LINES, state="done", verdict="balanced")
    with django_assert_num_queries(VISIT + 7):
        viewer.get(address)


@pytest.mark.skipif(database.vendor != "sqlite", reason="reads SQLite's plan")
def test_counting_reads_indexes_only() -> None:
    connection = a_connection()
    with CaptureQueriesContext(database) as asked:
        what_waits(connection, TODAY)
    plan = [step for query in asked for step in plan_of(query["sql"])]
    assert any("store_line USING COVERING INDEX line_open" in step for step in plan)
    assert not [step for step in plan if step.startswith("SCAN store_")]


def test_operators_start_a_sync_and_are_told_where_it_is(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    connection = a_connection()
    operator = visitor(Role.OPERATOR)
    assert "Sync Organizations" in text_of(operator.get(reverse("dashboard:page", args=[connection.pk])))
    with django_capture_on_commit_callbacks() as queued:
        answer = operator.post(reverse("runs:sync", args=[connection.pk]), {"origin": "dashboard"}, follow=True)
    run = Run.objects.get()
    assert (run.verb, run.state, run.requested_by, run.channel) == (
        SYNC_ORGANIZATIONS, "queued", "operator@cedarpoint.example", "web",
    )  # fmt: skip
    assert len(queued) == 1
    assert answer.redirect_chain == [(reverse("dashboard:page", args=[connection.pk]), 302)]
    assert links_of(element(answer, "toasts")) == [reverse("runs:run", args=[connection.pk, run.pk])]
    assert AuditEntry.objects.filter(action="run requested", actor="operator@cedarpoint.example").count() == 1


def test_a_second_press_starts_no_second_sync() -> None:
    connection = a_connection()
    operator = visitor(Role.OPERATOR)
    for _ in range(2):
        answer = operator.post(reverse("runs:sync", args=[connection.pk]), follow=True)
    assert Run.objects.count() == 1
    assert "One is under way already." in text_of(answer)


def test_a_disconnected_connection_starts_nothing() -> None:
    connection = a_connection(state=Connection.State.DISCONNECTED)
    answer = visitor(Role.OPERATOR).post(reverse("runs:sync", args=[connection.pk]), follow=True)
    assert not Run.objects.exists()
    assert "is disconnected" in text_of(answer)


def test_viewers_and_strangers_start_nothing() -> None:
    connection = a_connection()
    address = reverse("runs:sync", args=[connection.pk])
    viewer = visitor(Role.VIEWER)
    assert "Sync Organizations" not in text_of(viewer.get(reverse("dashboard:page", args=[connection.pk])))
    assert viewer.post(address).status_code == 403
    assert visitor(None).post(address).status_code == 302
    assert visitor(Role.OPERATOR).get(address).status_code == 405
    assert not Run.objects.exists()


def test_strangers_see_no_dashboard() -> None:
    connection = a_connection()
    visitor(Role.VIEWER)
    answer = visitor(None).get(reverse("dashboard:page", args=[connection.pk]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
