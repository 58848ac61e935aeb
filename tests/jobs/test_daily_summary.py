"""Summaries of daily syncs leave real workers by a real mail server: once, also when one is killed (rule 118)."""

from pathlib import Path

import pytest

from bursar.jobs.database import queue_client
from bursar.store.models import Run
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.daily_summary import SENT
from tests.jobs.conftest import Jobs, wait_until
from tests.jobs.test_daily_sync import asked_and_done, daily_runs, export, switched_on, this_months_line
from tests.usecases.smtp_sink import MailSink, mail_sink


def with_summary(jobs: Jobs, folder: Path, sink: MailSink) -> None:
    """The daily sync is on, has a line to load and post, and Ann wants to know what came of it."""
    connection = switched_on(jobs)
    folder.mkdir()
    line = this_months_line()
    export(folder, line.month, [line])
    connection.source = {"path": str(folder), "profile": "canonical"}
    connection.save()
    set_billing_setting(connection, "summary_to", "ann@example.com")
    jobs.environment["BURSAR_SMTP_URL"] = f"smtp://127.0.0.1:{sink.port}?from=bursar@example.com"
    jobs.environment["BURSAR_PUBLIC_URL"] = "https://bursar.example.com"


def told(run: Run) -> bool:
    run.refresh_from_db()
    return run.result.get("summary") == SENT


def test_the_worker_that_ends_the_run_sends_its_summary(jobs: Jobs, tmp_path: Path) -> None:
    with mail_sink() as sink:
        with_summary(jobs, tmp_path / "exports", sink)
        jobs.worker()
        jobs.worker()
        with queue_client() as client:
            asked_and_done(client, 1)
        (run,) = daily_runs()
        wait_until(lambda: told(run))
        (text,) = sink.texts
    assert "State: done: balanced" in text
    assert f"https://bursar.example.com/c/{run.connection_id}/runs/{run.pk}/" in text


@pytest.mark.parametrize("while_it_runs", [True, False])
def test_a_killed_worker_costs_no_summary_and_doubles_none(jobs: Jobs, tmp_path: Path, while_it_runs: bool) -> None:
    with mail_sink() as sink:
        with_summary(jobs, tmp_path / "exports", sink)
        if while_it_runs:
            jobs.fault(kind="delay", method="POST", route="additions", ms=2500)
        first = jobs.worker()
        with queue_client() as client:
            asked_and_done(client, 1)
        (run,) = daily_runs()
        if while_it_runs:
            wait_until(jobs.fault_hit)
        else:
            wait_until(lambda: told(run))
        first.kill()
        first.wait()
        jobs.clear_faults()
        jobs.worker()
        wait_until(lambda: told(run))
        assert len(sink.raw) == 1
    assert run.state == Run.State.DONE
    assert len(jobs.additions()) == 2
