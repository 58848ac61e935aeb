"""Summaries of daily syncs leave by Django's mail, from the worker that ended the run or finds that it was not sent."""

import logging
import threading
from collections.abc import Sequence
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, connections
from django.utils import timezone

from bursar.store.models import Run
from bursar.usecases.daily_summary import MailNotSent, give_up_lost, send_summary, unsent
from bursar.usecases.runs import DAILY_SYNC

log = logging.getLogger("bursar.jobs")

SECONDS = 30
"""How long a mail server may keep a worker waiting for one answer."""
EVERY = 10.0
"""Seconds between two looks for summaries that were left."""
A_MOMENT = 2.0


class ServerMail:
    """The mail server of BURSAR_SMTP_URL, and the pages at BURSAR_PUBLIC_URL."""

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        if not settings.EMAIL_HOST:
            raise MailNotSent("No mail server is set.", remedy="Give every worker one with BURSAR_SMTP_URL.")
        try:
            server = get_connection(timeout=SECONDS)
            EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, to, connection=server).send()
        except (OSError, SMTPException) as error:
            raise MailNotSent(f"The mail server did not take it: {_said(error)}.") from None

    def page_of(self, run: Run) -> str:
        if not settings.PUBLIC.netloc:
            return ""
        public = urlsplit(f"{settings.PUBLIC.scheme}://{settings.PUBLIC.netloc}{settings.PUBLIC.path}")
        return f"{public.geturl().rstrip('/')}/c/{run.connection_id}/runs/{run.pk}/"


def tell(run: Run) -> None:
    """Send the summary of a run that this process has ended, if it is a daily sync."""
    if run.verb == DAILY_SYNC:
        send_summary(run, ServerMail(), timezone.now())


def tell_what_was_left() -> int:
    """Send what a process that died left unsent. Returns how many are out."""
    now = timezone.now()
    give_up_lost(now)
    return sum(send_summary(run, ServerMail(), now) for run in unsent(now))


class Postman:
    """Looks for summaries that were left. In a thread of its own: no slow mail server may make a worker look dead."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_round, name="postman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no further e-mail. One that is under way is not waited for: what became of it is said later."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(A_MOMENT)

    def _go_round(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                tell_what_was_left()
            except DatabaseError as error:
                log.warning("Summaries that were left could not be looked for: %s", error)
            finally:
                connections.close_all()


def _said(error: OSError | SMTPException) -> str:
    """The kind of the error: what a mail server answers may repeat a user name."""
    return type(error).__name__
