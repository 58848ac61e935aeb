"""`bursar worker`: carry out runs that pages, API and other commands ask for."""

import signal

from bursar.cli.adapters import run_worker
from bursar.cli.epilog import epilog
from bursar.cli.first_use import prepare_store
from bursar.cli.listening import ended_politely
from bursar.cli.output import say

EPILOG = epilog("bursar worker")


def work() -> None:
    """Carry out runs until interrupted, beside `bursar serve` or on another machine with the same database.

    A run in hand is stopped between two requests then, and the next worker goes on with it. Runs of processes that
    died are taken over. Each connection has one run at a time, however many workers there are.
    """
    prepare_store()
    with ended_politely(), run_worker():
        say("Carrying out runs. Ctrl-C ends this worker.")
        while True:
            signal.pause()
