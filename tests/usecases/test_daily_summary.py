"""The summary of a daily sync: what it says, to whom, and that nobody gets it twice (rule 118)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from bursar.domain.errors import InvalidInput
from bursar.jobs.summaries import ServerMail, tell, tell_what_was_left
from bursar.store.models import LogEntry, Run
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.daily_summary import give_up_lost, recipients, send_summary, unsent
from tests.usecases.smtp_sink import MailSink, mail_sink
from tests.usecases.test_daily_sync import asked, carried_out, export, line_in, over_midnight, proven
from tests.usecases.world import NOVEMBER, World

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def sink(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    """A mail server that Bursar is set up for."""
    with mail_sink() as sink:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = BACKEND, "127.0.0.1", sink.port
        settings.DEFAULT_FROM_EMAIL = "bursar@example.com"
        yield sink


def a_daily_sync(world: World, folder: Path, to: str = "ann@example.com, bob@example.com") -> Run:
    """One that has posted a line and skipped two of an offer that nobody mapped."""
    proven(world, [line_in(NOVEMBER, 1)])
    set_billing_setting(world.connection, "summary_to", to)
    unheard = {"offer_id": "offer-9", "offer_name": "Unheard of"}
    export(
        folder,
        NOVEMBER,
        [
            line_in(NOVEMBER, 1),
            line_in(NOVEMBER, 1, line_id="more", subscription_id="sub-more"),
            line_in(NOVEMBER, 1, line_id="x1", subscription_id="x1", **unheard),
            line_in(NOVEMBER, 1, line_id="x2", subscription_id="x2", **unheard),
        ],
    )
    over_midnight(world)
    run = asked(world)
    carried_out(world, run, folder)
    assert run is not None
    Run.objects.filter(pk=run.pk).update(ended_at=timezone.now())  # the clock of the world is not that of the mail
    run.refresh_from_db()
    return run


def complaints() -> list[tuple[str, str]]:
    return list(LogEntry.objects.filter(code="summary_not_sent").values_list("title", "details"))


def test_rule_118_state_counts_money_and_skipped_lines_by_reason(
    world: World, tmp_path: Path, sink: MailSink, settings: Settings
) -> None:
    settings.PUBLIC = settings.PUBLIC._replace(scheme="https", netloc="bursar.example.com")
    run = a_daily_sync(world, tmp_path)
    tell(run)
    (mail,), (text,) = sink.mails, sink.texts
    assert mail["To"] == "ann@example.com, bob@example.com"
    assert mail["Subject"] == "Bursar, main: Daily sync of 2026-11 done"
    assert mail["From"] == "bursar@example.com"
    assert "State: done: balanced" in text
    assert "Lines loaded: 3 added, 1 unchanged" in text
    assert "1 created" in text
    assert "USD: planned 230.00, posted 230.00, read back 230.00" in text
    skipped = text.partition("Skipped lines")[2]
    assert skipped.strip().splitlines()[0] == "Not mapped: 2 lines"
    assert ("INV-00001, x1): Not mapped yet" in skipped, "INV-00001, x2): Not mapped yet" in skipped) == (True, True)
    page = reverse("runs:run", args=[run.connection_id, run.pk])
    assert text.strip().endswith(f"The run: https://bursar.example.com{page}")
    assert "\nErrors" not in text
    assert world.connection.public_key not in text


def test_rule_118_it_is_sent_once_whoever_ends_the_run(world: World, tmp_path: Path, sink: MailSink) -> None:
    run = a_daily_sync(world, tmp_path)
    assert [each.pk for each in unsent(timezone.now())] == [run.pk]
    again = Run.objects.select_related("connection").get(pk=run.pk)
    assert tell_what_was_left() == 1
    tell(run)
    tell(again)
    assert (tell_what_was_left(), len(sink.raw)) == (0, 1)
    run.refresh_from_db()
    assert run.result["summary"] == "sent"
    assert run.result["balanced"] is True


def test_a_run_that_is_not_over_is_not_told_of(world: World, tmp_path: Path, sink: MailSink) -> None:
    run = a_daily_sync(world, tmp_path)
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    assert send_summary(run, ServerMail(), timezone.now()) is False
    assert sink.raw == []
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, verdict="It broke.")
    run.refresh_from_db()
    assert send_summary(run, ServerMail(), timezone.now()) is True
    assert "State: failed: It broke." in sink.texts[0]


def test_a_mail_server_that_refuses_fails_nothing_and_repeats_no_secret(
    world: World, tmp_path: Path, sink: MailSink
) -> None:
    run = a_daily_sync(world, tmp_path)
    sink.refuse = True
    tell(run)
    run.refresh_from_db()
    assert (run.state, run.verdict, run.result["summary"]) == (Run.State.DONE, "balanced", "not sent")
    ((title, details),) = complaints()
    assert title == "The summary of the daily sync of 2026-11 was not sent"
    assert details == "The mail server did not take it: SMTPRecipientsRefused."
    assert tell_what_was_left() == 0


def test_without_a_mail_server_it_is_said_once(world: World, tmp_path: Path, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    run = a_daily_sync(world, tmp_path)
    tell(run)
    tell(run)
    assert complaints() == [("The summary of the daily sync of 2026-11 was not sent", "No mail server is set.")]


def test_nobody_to_tell_is_no_trouble(world: World, tmp_path: Path, sink: MailSink) -> None:
    run = a_daily_sync(world, tmp_path, to="")
    tell(run)
    assert (sink.raw, complaints(), unsent(timezone.now())) == ([], [], [])


def test_a_process_that_died_while_it_sent_leaves_a_warning_and_no_second_mail(
    world: World, tmp_path: Path, sink: MailSink
) -> None:
    run = a_daily_sync(world, tmp_path)

    class Death(BaseException):
        """The process ends here."""

    class DyingMail(ServerMail):
        def page_of(self, run: Run) -> str:
            raise Death

    with pytest.raises(Death):
        send_summary(run, DyingMail(), timezone.now())
    assert (tell_what_was_left(), give_up_lost(timezone.now())) == (0, 0)
    later = timezone.now() + timedelta(minutes=11)
    assert (give_up_lost(later), give_up_lost(later)) == (1, 0)
    assert [title for title, _ in complaints()] == ["The summary of the daily sync of 2026-11 may not have been sent"]
    assert (sink.raw, tell_what_was_left()) == ([], 0)


def test_yesterdays_summary_is_not_sent_any_more(world: World, tmp_path: Path, sink: MailSink) -> None:
    run = a_daily_sync(world, tmp_path)
    Run.objects.filter(pk=run.pk).update(ended_at=timezone.now() - timedelta(days=1, minutes=1))
    assert (tell_what_was_left(), sink.raw) == (0, [])


@pytest.mark.parametrize(
    "text",
    ["ann", "ann@", "Ann <ann@example.com>", "a@b.c, d e@f.g", "a@b.c\nBcc: x@y.z", "a@b..", ",".join(["a"] * 3)],
)
def test_only_plain_addresses_are_taken(world: World, text: str) -> None:
    with pytest.raises(InvalidInput):
        set_billing_setting(world.connection, "summary_to", text)
    assert recipients(world.connection) == []


def test_addresses_are_kept_once_each(world: World) -> None:
    set_billing_setting(world.connection, "summary_to", "ann@example.com,bob@example.com , ann@example.com,")
    assert recipients(world.connection) == ["ann@example.com", "bob@example.com"]
