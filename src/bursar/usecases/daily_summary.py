"""One e-mail after each daily sync, to those whom Settings › Configuration names (rule 118).

A summary is sent at most once. Whoever is about to send it says so on the run first, in a transaction of its own that
only one process can win, and never before the run has ended. A process that dies before that leaves the summary to the
next one (`unsent`); one that dies between that moment and the answer of the mail server leaves it unknown whether the
mail is out. Then it is not sent again, and System Logs say so. Nothing that goes wrong here touches the run's verdict.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction

from bursar.domain.errors import BursarError
from bursar.store.models import Connection, LogEntry, Run
from bursar.store.queries.system_log import write_log
from bursar.usecases.runs import DAILY_SYNC
from bursar.usecases.summary_text import summary_subject, summary_text

SETTING = "summary_to"
MARK = "summary"
"""Where the run's result says what became of its summary."""
TAKEN, SENT, NOT_SENT, NOT_KNOWN, NOT_WANTED = "being sent", "sent", "not sent", "not known", "not wanted"
UNSENT = "summary_not_sent"
"""The code of the entry in System Logs."""
A_DAY = timedelta(days=1)
"""An older summary is worth nothing any more: the next one is due."""
PATIENCE = timedelta(minutes=10)
"""A process that has not said what became of a mail by then is dead."""


class MailNotSent(BursarError):
    """The mail server did not take an e-mail."""

    code = "mail_not_sent"
    default_remedy = "Look at BURSAR_SMTP_URL and at the mail server. The run itself is not concerned."


class Mail(Protocol):
    """The way out for e-mail, and where the pages are."""

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        """Hand one e-mail to the mail server. Raises MailNotSent, also when there is none."""

    def page_of(self, run: Run) -> str:
        """The address of the run's page; empty when nobody has said where the pages are."""


def recipients(connection: Connection) -> Sequence[str]:
    """Who gets the summaries of a connection."""
    return [part for part in str(connection.billing.get(SETTING, "")).split(", ") if part]


def send_summary(run: Run, mail: Mail, now: datetime) -> bool:
    """Send the summary of a daily sync that has ended, unless that was begun before. Returns whether it is out."""
    run.connection.refresh_from_db(fields=["billing"])  # somebody may have changed it while the run was under way
    to = recipients(run.connection)
    if not _take(run, TAKEN if to else NOT_WANTED) or not to:
        return False
    try:
        mail.send(to, summary_subject(run), summary_text(run, mail.page_of(run)))
    except MailNotSent as error:
        _note(run, NOT_SENT)
        write_log([_entry(run, now, "was not sent", error.sentence, error.remedy)])
        return False
    _note(run, SENT)
    return True


def unsent(now: datetime) -> Sequence[Run]:
    """Daily syncs of the last day that have ended and of which nobody has begun to send the summary."""
    ended = Run.objects.filter(verb=DAILY_SYNC, ended_at__gt=now - A_DAY).exclude(state__in=Run.ACTIVE)
    return list(ended.exclude(result__has_key=MARK).select_related("connection").order_by("ended_at"))


def give_up_lost(now: datetime) -> int:
    """Say of summaries whose process died while it sent them that their fate is unknown. Returns how many."""
    begun = Run.objects.filter(verb=DAILY_SYNC, ended_at__lt=now - PATIENCE, result__summary=TAKEN)
    lost = 0
    for run in begun.select_related("connection"):
        with transaction.atomic():
            stored = Run.objects.select_for_update().get(pk=run.pk)
            if stored.result.get(MARK) != TAKEN:
                continue
            _note(stored, NOT_KNOWN)
            remedy = "Look at the run; its summary is not sent again, so that nobody gets it twice."
            reason = "The process that sent it ended before the mail server had answered."
            write_log([_entry(run, now, "may not have been sent", reason, remedy)])
            lost += 1
    return lost


def _take(run: Run, mark: str) -> bool:
    """Whether this process may send it: the run has ended, and no other one has said that it sends."""
    with transaction.atomic():
        stored = Run.objects.select_for_update().get(pk=run.pk)
        if stored.verb != DAILY_SYNC or stored.active or MARK in stored.result:
            return False
        _note(stored, mark)
    run.result = stored.result
    return True


def _note(run: Run, mark: str) -> None:
    run.result = {**run.result, MARK: mark}
    run.save(update_fields=["result"])


def _entry(run: Run, now: datetime, what: str, reason: str, remedy: str) -> LogEntry:
    return LogEntry(
        connection=run.connection,
        run=run,
        at=now,
        level=LogEntry.Level.WARNING,
        title=f"The summary of the daily sync of {run.month} {what}",
        details=reason,
        code=UNSENT,
        remedy=remedy,
    )
