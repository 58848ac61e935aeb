"""Load Invoices: the current month, the previous one, or both, from what has periods (rules 51-54, 60 and 61)."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bursar.domain.period import Month
from bursar.store.models import Connection, Line, Load, LogEntry, Run
from bursar.usecases.deliveries import keep_pushed
from bursar.web.deliveries.loading import choices
from bursar.wiring import loadable_months, period_source
from tests.deliveries.exports import canonical, carried_out, pushed
from tests.web.visitors import HTMX, element, text_of

JANUARY, DECEMBER = Month(2027, 1), Month(2026, 12)


def a_folder(connection: Connection, folder: Path, *months: object, profile: str = "canonical") -> None:
    """Store the folder, with a file of one line for each month."""
    for month in months:
        (folder / f"lines-{month}.json").write_bytes(pushed([canonical(1, str(month))]))
    connection.source = {"path": str(folder), "profile": profile}
    connection.save()


def push(connection: Connection, month: object, *lines: dict[str, object]) -> None:
    keep_pushed(connection, Month.parse(str(month)), pushed(lines or [canonical(1, str(month))]))


def test_rule_53_in_january_the_previous_month_is_december_of_the_year_before(
    connection: Connection, tmp_path: Path
) -> None:
    a_folder(connection, tmp_path, DECEMBER)
    push(connection, JANUARY)
    current, previous = choices(connection, loadable_months(connection), date(2027, 1, 1))
    assert (current.title, current.value, current.unfinished) == ("Current Month", "2027-01", True)
    assert (previous.title, previous.value, previous.unfinished) == ("Previous Month", "2026-12", False)
    assert (list(current.found.files), current.found.pushed is not None) == ([], True)
    assert (list(previous.found.files), previous.found.pushed) == (["lines-2026-12.json"], None)


def test_rule_52_both_months_are_loaded_each_by_a_run_of_its_own(
    connection: Connection, operator: Client, tmp_path: Path
) -> None:
    month = Month.of(timezone.localdate())
    a_folder(connection, tmp_path, month.previous)
    push(connection, month)
    address = reverse("deliveries:load", args=[connection.pk])
    page = operator.get(address)
    assert f"1 file in the folder: lines-{month.previous}.json" in text_of(page)
    assert "Pushed lines" in text_of(page)
    assert "The month is not over" in text_of(page)  # rule 60
    answer = operator.post(address, {"month": [str(month), str(month.previous)]}, headers=HTMX)
    assert answer["HX-Redirect"] == reverse("deliveries:list", args=[connection.pk])
    runs = list(Run.objects.order_by("started_at"))
    assert [run.month for run in runs] == [str(month.previous), str(month)]
    shown = text_of(operator.get(address))
    assert shown.count("A load is under way") == 2
    again = operator.post(address, {"month": [str(month)]})
    assert (again.status_code, Run.objects.count()) == (422, 2)
    for run in runs:
        assert carried_out(run).counts["added"] == 1
    assert sorted(Line.objects.values_list("month", flat=True)) == [str(month.previous), str(month)]


def test_rule_61_a_load_is_a_run_whose_start_and_end_are_logged(connection: Connection, operator: Client) -> None:
    month = Month.of(timezone.localdate())
    push(connection, month, canonical(1, str(month)), canonical(2, str(month)))
    operator.post(reverse("deliveries:load", args=[connection.pk]), {"month": [str(month)]})
    run = carried_out(Run.objects.get())
    assert (run.state, run.done) == (Run.State.DONE, 2)
    assert Load.objects.get().added == 2
    assert list(LogEntry.objects.order_by("pk").values_list("level", "title")) == [
        ("INFO", f"Loading of invoice lines of {month} started"),
        ("INFO", f"Loading of invoice lines of {month} finished"),
    ]


def test_rule_52_at_least_one_month_must_be_chosen(connection: Connection, operator: Client) -> None:
    push(connection, Month.of(timezone.localdate()))
    address = reverse("deliveries:load", args=[connection.pk])
    for headers in ({}, HTMX):
        answer = operator.post(address, {"next": "https://elsewhere.example/"}, headers=headers)
        assert answer.status_code == 422
        assert "Choose the current month, the previous month, or both." in text_of(answer)
        assert "elsewhere.example" not in answer.content.decode()
    assert not Run.objects.exists()


def test_a_month_that_is_not_there_is_said_and_not_started(
    connection: Connection, operator: Client, tmp_path: Path
) -> None:
    address = reverse("deliveries:load", args=[connection.pk])
    assert "no folder is stored, and no lines of it were pushed" in text_of(operator.get(address))
    month = Month.of(timezone.localdate())
    a_folder(connection, tmp_path, month.previous)
    page = operator.get(address)
    assert f"the stored folder has no file with {month} in its name" in text_of(page)
    assert "disabled" in element(page, f"load-{month}").attrib
    answer = operator.post(address, {"month": [str(month), str(month.previous)]})
    assert answer.status_code == 422
    assert f"There is nothing to load for {month} now." in text_of(answer)
    assert not Run.objects.exists()


def test_a_folder_that_cannot_be_read_stops_pushed_lines_too(
    connection: Connection, operator: Client, tmp_path: Path
) -> None:
    """Half a month must never pass for the whole one."""
    month = Month.of(timezone.localdate())
    connection.source = {"path": str(tmp_path / "not-mounted"), "profile": "canonical"}
    connection.save()
    push(connection, month)
    address = reverse("deliveries:load", args=[connection.pk])
    assert "There is no file or folder" in text_of(operator.get(address))
    assert operator.post(address, {"month": [str(month)]}).status_code == 422


def test_both_sources_are_read_as_one_and_a_line_that_is_in_both_is_rejected_once(
    connection: Connection, tmp_path: Path
) -> None:
    a_folder(connection, tmp_path, "2026-10")
    push(connection, "2026-10", canonical(1), canonical(2))
    run = Run.objects.create(connection=connection, verb="load lines", month="2026-10", state="queued")
    carried_out(run)
    assert (run.counts["added"], run.counts["rejected"]) == (2, 1)
    rejection = Load.objects.get().rejections.get()
    assert rejection.reason.startswith("In pushed-2026-10.jsonl: The line id")
    assert "already used in row 1 of lines-2026-10.json" in rejection.reason


@pytest.mark.parametrize("single", [True, False])
def test_what_the_daily_sync_reads(connection: Connection, tmp_path: Path, *, single: bool) -> None:
    assert period_source(connection) is None
    push(connection, "2026-11", canonical(2, "2026-11"))
    assert list(period_source(connection).months()) == [Month(2026, 11)]
    a_folder(connection, tmp_path, "2026-10")
    if single:
        connection.source["path"] += "/lines-2026-10.json"
        assert period_source(connection).months() is None
    else:
        assert list(period_source(connection).months()) == [Month(2026, 10), Month(2026, 11)]
    found = {
        month: [line.line_id for line in period_source(connection).read(month)] for month in (None, Month(2026, 11))
    }
    assert found == {None: ["2026-10-L1", "2026-11-L2"], Month(2026, 11): ["2026-11-L2"]}


def test_rule_56_pushed_again_means_refreshed_and_vanished(connection: Connection) -> None:
    run = {"connection": connection, "verb": "load lines", "month": "2026-10", "state": "queued"}
    push(connection, "2026-10", *(canonical(number) for number in range(1, 6)))
    assert carried_out(Run.objects.create(**run)).counts["added"] == 5
    changed = [canonical(1, total="10.00"), *(canonical(number) for number in range(2, 5))]
    push(connection, "2026-10", *changed)
    second = carried_out(Run.objects.create(**run))
    assert (second.counts["refreshed"], second.counts["unchanged"], second.counts["vanished"]) == (1, 3, 1)
    third = carried_out(Run.objects.create(**run))
    assert (third.counts["unchanged"], third.result["same_as"]) == (4, second.result["load"])
