"""One run: what was asked, how far it is, what came of it; and Stop."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bursar.domain.roles import Role
from bursar.store.field_json import to_json
from bursar.store.models import AuditEntry, Connection, Posting, Run, RunNote, Worker
from bursar.usecases.runs import POST_LINES
from tests.web.visitors import HTMX, VISIT, a_connection, element, part_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db

BALANCED = {
    "planned": {"USD": "1234.50", "EUR": "-2.00"},
    "posted": {"USD": "1234.50", "EUR": "-2.00"},
    "read_back": {"USD": "1234.50", "EUR": "-2.00"},
    "held": {"USD": "10.00"},
    "excluded": {},
}


def a_run(connection: Connection | None = None, **values: object) -> Run:
    facts: dict[str, object] = {
        "verb": POST_LINES,
        "month": "2026-10",
        "state": "done",
        "requested_by": "ada@cedarpoint.example",
        "channel": "cli",
        "attempts": 1,
        "started_at": timezone.now(),
        "ended_at": timezone.now(),
    }
    return Run.objects.create(connection=connection or a_connection(), **(facts | values))


def address(run: Run, route: str = "run", **query: object) -> str:
    return reverse(f"runs:{route}", args=[run.connection_id, run.pk], query=query)


def posting(run: Run, number: int, **values: object) -> Posting:
    facts: dict[str, object] = {
        "connection": run.connection, "run": run, "stage": 1, "key": f"addition/{number}", "action": "create",
        "resource": "addition", "after": to_json({"description": f"Seats {number}"}), "state": "failed",
    }  # fmt: skip
    return Posting.objects.create(**(facts | values))


def test_what_was_asked_by_whom_and_from_which_channel() -> None:
    Worker.objects.create(
        executor="w1", machine="billing-1", process=4711, started_at=timezone.now(), seen_at=timezone.now()
    )
    run = a_run(request={"company_ids": [7, 9], "confirm_all_cancellations": False}, attempts=2, executor="w1")
    text = text_of(visitor(Role.VIEWER).get(address(run)))
    assert "Europe/Warsaw) by ada@cedarpoint.example (cli)" in text
    assert "Attempts 2: an earlier process ended before the run did" in text
    assert "billing-1, process 4711" in text
    assert "Company ids 7, 9" in text


def test_the_money_agrees_per_currency() -> None:
    run = a_run(verdict="balanced", totals=BALANCED, counts={"lines": 12, "create": 3, "failed": 0})
    answer = visitor(Role.VIEWER).get(address(run))
    text = text_of(answer)
    assert "Balanced: what was planned, posted and read back agrees to the cent." in text
    assert "Currency Planned Posted Read back Held back Left out on purpose Verdict" in text
    assert "USD 1,234.50 1,234.50 1,234.50 10.00 0.00 Balanced" in text
    assert "EUR -2.00 -2.00 -2.00 0.00 0.00 Balanced" in text
    assert "Lines 12 Created 3" in text
    assert "Failed 0" not in text


def test_the_money_differs_per_currency() -> None:
    totals = BALANCED | {"read_back": {"USD": "1234.00", "EUR": "-2.00"}, "posted": {"USD": "1234.50", "EUR": "-2.00"}}
    answer = visitor(Role.VIEWER).get(address(a_run(verdict="differs by 0.50 USD in 1 record(s)", totals=totals)))
    text = text_of(answer)
    assert "Differs by 0.50 USD in 1 record(s)" in text
    assert "1,234.00 10.00 0.00 Differs by -0.50" in text
    assert "agrees to the cent" not in text
    alerts = [part for part in tree_of(answer).iter("div") if "alert-danger" in part.get("class", "")]
    assert len(alerts) == 1


@pytest.mark.parametrize(
    ("state", "verdict", "tone"),
    [
        ("done", "36 companies", "info"),
        ("failed", "The keys are refused.", "danger"),
        ("cancelled", "stopped after 3 writes", "warning"),
        ("interrupted", "The process ended before the run did.", "warning"),
    ],
)
def test_a_run_without_money_has_an_outcome(state: str, verdict: str, tone: str) -> None:
    tree = tree_of(visitor(Role.VIEWER).get(address(a_run(state=state, verdict=verdict))))
    live = next(part for part in tree.iter("div") if part.get("id") == "run-live")
    alerts = [part.get("class", "").split() for part in live.iter("div") if "alert" in part.get("class", "").split()]
    assert [f"alert-{tone}" in classes for classes in alerts] == [True]


def test_everything_that_needs_a_look_has_its_remedy_and_the_redacted_answer() -> None:
    run = a_run()
    RunNote.objects.create(run=run, kind="warning", code="w", subject="Later", sentence="Worth knowing.", lines=["L9"])
    RunNote.objects.create(
        run=run, kind="blocked", code="unmapped", subject="Nobody Knows LLC", sentence="It lacks a company.",
        remedy="Map it.", lines=["L1", "L2"], amount="12.50", currency="USD",
    )  # fmt: skip
    RunNote.objects.create(run=run, kind="error", code="e", subject="The run", sentence="It broke.")
    posting(
        run, 1, sentence="ConnectWise refused it.", remedy="Correct the field.", answer='{"message": "<b>bad</b>"}',
        amount="7.00", currency="EUR",
    )  # fmt: skip
    posting(run, 2, state="unknown", sentence="The answer was lost.", remedy="Run again.")
    posting(run, 3, state="posted")
    text = part_of(visitor(Role.VIEWER).get(address(run)), "findings")
    assert "Blocked Nobody Knows LLC It lacks a company. Map it. L1, L2 12.50 USD" in text
    assert text.index("It broke.") < text.index("It lacks a company.") < text.index("Worth knowing.")
    assert "Failed Create addition: Seats 1 ConnectWise refused it. Correct the field." in text
    assert 'Answer of ConnectWise {"message": "<b>bad</b>"} 7.00 EUR' in text
    assert "Unknown Create addition: Seats 2 The answer was lost. Run again." in text
    assert "Seats 3" not in text
    assert "What needs a look (3)" in text
    assert "Writes that did not arrive (2)" in text


def test_a_clean_run_says_that_nothing_needs_a_look() -> None:
    assert "Nothing needs a look" in part_of(visitor(Role.VIEWER).get(address(a_run())), "findings")


def test_long_findings_come_in_pages_at_a_constant_price(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    run = a_run()
    RunNote.objects.bulk_create(
        RunNote(run=run, kind="blocked", code="c", subject=f"Customer {n:04}", sentence="No.") for n in range(1, 131)
    )
    for number in range(60):
        posting(run, number)
    viewer = visitor(Role.VIEWER)
    viewer.get(address(run))
    with django_assert_num_queries(VISIT + 6):  # run, reasons, notes and how many, writes and how many
        answer = viewer.get(address(run, notes=2))
    text = part_of(answer, "findings")
    assert ("Customer 0050" in text, "Customer 0051" in text, "Customer 0101" in text) == (False, True, False)
    assert "Page 2 of 3" in text
    assert "Page 1 of 2" in text
    following = [link.get("href") for link in element(answer, "findings").iter("a") if link.get("rel") == "next"]
    assert following == [address(run) + "?notes=3#findings", address(run) + "?notes=2&writes=2#findings"]


def test_an_active_run_asks_for_itself_anew_until_it_has_ended() -> None:
    run = a_run(state="running", ended_at=None, expected=480, done=133)
    viewer = visitor(Role.VIEWER)
    live = element(viewer.get(address(run)), "run-live")
    assert (live.get("hx-trigger"), live.get("hx-swap")) == ("every 2s", "outerHTML")
    (bar,) = live.iter("progress")
    assert (bar.get("value"), bar.get("max"), bar.text) == ("133", "480", "133 of 480 done")

    polled = viewer.get(str(live.get("hx-get")), headers=HTMX)
    assert [part.get("id") for part in tree_of(polled)] == ["run-live"]  # nothing new to say aloud
    Run.objects.update(done=241)
    polled = viewer.get(str(live.get("hx-get")), headers=HTMX)
    assert part_of(polled, "run-said") == "Run running: 50 percent."

    Run.objects.update(state="done", verdict="balanced")
    RunNote.objects.create(run=run, kind="blocked", code="c", subject="Customer 1", sentence="No company.")
    polled = viewer.get(str(live.get("hx-get")), headers=HTMX)
    assert element(polled, "run-live").get("hx-get") is None
    assert part_of(polled, "run-said") == "The run has ended: done, balanced."
    assert "No company." in part_of(polled, "findings")
    assert element(polled, "findings").get("hx-swap-oob") == "innerHTML"


def test_polling_is_cheap(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    run = a_run(state="running", expected=480, done=133)
    viewer = visitor(Role.VIEWER)
    viewer.get(address(run, "live"), headers=HTMX)
    with django_assert_num_queries(VISIT + 1):
        viewer.get(address(run, "live"), headers=HTMX)


def test_before_it_is_known_how_much_there_is_progress_is_open_ended() -> None:
    run = a_run(state="running", expected=None)
    answer = visitor(Role.VIEWER).get(address(run))
    (bar,) = element(answer, "run-live").iter("progress")
    assert "value" not in bar.attrib
    assert "It is not known yet" in text_of(answer)
    Run.objects.update(state="queued")
    assert "Waiting for a worker." in text_of(visitor(Role.VIEWER).get(address(run)))


def test_operators_stop_a_run_after_they_were_asked() -> None:
    run = a_run(state="running")
    operator = visitor(Role.OPERATOR)
    button = element(operator.get(address(run)), "run-stop")
    assert button.get("data-confirm-title") == "Stop this run?"
    assert "within one request" in str(button.get("data-confirm-text"))
    answer = operator.post(str(button.get("data-confirm-url")), follow=True)
    run.refresh_from_db()
    assert run.stop_requested_by == "operator@cedarpoint.example"
    assert "Stopping, as operator@cedarpoint.example asked" in text_of(answer)
    assert "run-stop" not in [part.get("id") for part in tree_of(answer).iter("button")]
    assert AuditEntry.objects.get(action="run stopped").actor == "operator@cedarpoint.example"


def test_an_ended_run_cannot_be_stopped() -> None:
    run = a_run()
    answer = visitor(Role.OPERATOR).post(address(run, "stop"), follow=True)
    assert "This run has ended already." in text_of(answer)
    run.refresh_from_db()
    assert not run.stop_requested_by


def test_viewers_and_strangers_stop_nothing() -> None:
    run = a_run(state="running")
    viewer = visitor(Role.VIEWER)
    assert not [part for part in tree_of(viewer.get(address(run))).iter("button") if part.get("id") == "run-stop"]
    assert viewer.post(address(run, "stop")).status_code == 403
    assert visitor(None).post(address(run, "stop")).status_code == 302
    assert visitor(Role.OPERATOR).get(address(run, "stop")).status_code == 405
    run.refresh_from_db()
    assert not run.stop_requested_by


@pytest.mark.parametrize("route", ["run", "live", "stop"])
def test_a_run_is_found_under_its_own_connection_only(route: str) -> None:
    run = a_run()
    other = a_connection("other")
    operator = visitor(Role.OPERATOR)
    ask = operator.post if route == "stop" else operator.get
    assert ask(reverse(f"runs:{route}", args=[other.pk, run.pk])).status_code == 404
    assert ask(reverse(f"runs:{route}", args=[run.connection_id, uuid4()])).status_code == 404
    assert visitor(None).get(address(run)).status_code == 302
