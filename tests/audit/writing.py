"""What a process does whose threads write to the audit trail at the same time. Django is set up before the import."""

import os
import threading

from django.db import connection, transaction

from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.audit import record


def main(threads: int, entries: int) -> None:
    """So many threads write so many entries each; they begin together."""
    gate = threading.Barrier(threads)
    names = [f"{os.getpid()}-{number}" for number in range(threads)]
    writers = [threading.Thread(target=_write, args=[name, entries, gate]) for name in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


def _write(name: str, entries: int, gate: threading.Barrier) -> None:
    gate.wait()
    with acting_as(Actor(name, "worker")):
        for number in range(entries):
            with transaction.atomic():
                record("wrote", str(number), after={"n": number})
    connection.close()
