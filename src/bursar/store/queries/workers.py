"""Which processes that carry out runs are alive."""

import os
import socket
from datetime import datetime, timedelta

from bursar.store.models import Worker

SILENT = timedelta(seconds=30)
"""So long without a sign of life, a process on another machine is dead."""

SILENT_HERE = timedelta(minutes=5)
"""On this machine its number tells; only a number that another program has got meanwhile is found out by silence."""

KEPT = timedelta(hours=1)


def live_executors(now: datetime) -> set[str]:
    """The executors of the processes that are alive."""
    return {worker.executor for worker in Worker.objects.all() if is_alive(worker, now)}


def is_alive(worker: Worker, now: datetime) -> bool:
    """Whether the process is there still. One that is on this machine and ended is dead at once."""
    if worker.machine != socket.gethostname()[:200]:
        return now - worker.seen_at <= SILENT
    return _exists(worker.process) and now - worker.seen_at <= SILENT_HERE


def forget_dead(now: datetime) -> int:
    """Remove rows of processes that have been dead for long."""
    gone = [w.executor for w in Worker.objects.filter(seen_at__lt=now - KEPT) if not is_alive(w, now)]
    return Worker.objects.filter(executor__in=gone).delete()[0]


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True
