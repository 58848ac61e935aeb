"""A process that takes runs from the queue, shows that it lives, and goes on with the runs of processes that died."""

import logging
import os
import socket
import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from uuid import uuid4

from dbos import DBOS, DBOSClient, DBOSConfig
from django.db import DatabaseError, connections
from django.utils import timezone
from sqlalchemy.exc import SQLAlchemyError

from bursar.jobs.database import APPLICATION, VERSION, queue_client, queue_url
from bursar.jobs.schedule import keep_schedule
from bursar.jobs.summaries import Postman
from bursar.jobs.take_over import take_over
from bursar.jobs.workflows import desk
from bursar.store.models import Worker
from bursar.store.queries.system_log import forget_old_log
from bursar.store.queries.workers import forget_dead

log = logging.getLogger("bursar.jobs")

SIGN_OF_LIFE_EVERY = 2.0
FORGET_EVERY = timedelta(days=1)
PATIENCE = 120.0
"""Seconds that requests under way get to end when the process does; their time-out is shorter by default."""


class RunWorker:
    """Carries runs out in threads of this process, between `start` and `stop`. One per process, as the engine is.

    `lasting` is false for a command that is a worker only for its own run: it makes up for no midnight.
    """

    def __init__(self, *, lasting: bool = True) -> None:
        self._lasting = lasting
        self.executor = f"{socket.gethostname()[:24]}-{os.getpid()}-{uuid4().hex[:8]}"
        self._ended = threading.Event()
        self._caretaker = threading.Thread(target=self._take_care, name="worker-caretaker", daemon=True)
        self._postman = Postman()
        self._forgot_at: datetime | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Sign in, take over what dead processes left, and listen to the queue."""
        desk.open(self.executor)
        with queue_client() as client:
            self._sign()
            take_over(client)
        DBOS(config=self._config())
        DBOS.launch()
        if self._lasting:
            keep_schedule()
            self._postman.start()
        self._caretaker.start()

    def stop(self) -> None:
        """Send nothing more, wait for what is under way, and sign out. Runs in hand wait for the next process."""
        if not desk.close(PATIENCE):
            log.warning("A request is still under way; its run will be settled by the next process.")
        self._ended.set()
        self._caretaker.join()
        self._postman.stop()
        DBOS.destroy()
        Worker.objects.filter(executor=self.executor).delete()

    def _config(self) -> DBOSConfig:
        return {
            "name": APPLICATION,
            "system_database_url": queue_url(),
            "application_version": VERSION,
            "executor_id": self.executor,
            "run_migrations": False,
            "log_level": "WARNING",
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": 0.2,
            "sys_db_pool_size": 5,
        }

    def _take_care(self) -> None:
        with queue_client() as client:
            while not self._ended.wait(SIGN_OF_LIFE_EVERY):
                self._care_once(client)
        connections.close_all()

    def _care_once(self, client: DBOSClient) -> None:
        """A database that does not answer for a while is waited for: runs go on as soon as it does."""
        try:
            self._sign()
            take_over(client)
            now = timezone.now()
            if self._forgot_at is None or now - self._forgot_at > FORGET_EVERY:
                forget_dead(now)
                forget_old_log(now)
                self._forgot_at = now
        except (DatabaseError, SQLAlchemyError) as error:
            log.warning("The worker could not show that it lives: %s", error)
            connections.close_all()

    def _sign(self) -> None:
        now = timezone.now()
        Worker.objects.update_or_create(
            executor=self.executor,
            defaults={"seen_at": now},
            create_defaults={
                "machine": socket.gethostname()[:200],
                "process": os.getpid(),
                "started_at": now,
                "seen_at": now,
            },
        )
