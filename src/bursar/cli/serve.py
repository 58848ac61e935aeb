"""`bursar serve`: the web pages, the API and a worker, in one process."""

from contextlib import ExitStack
from importlib import import_module
from ipaddress import ip_address
from typing import Annotated

import typer
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from bursar.cli.adapters import run_worker
from bursar.cli.epilog import epilog
from bursar.cli.first_use import prepare_store
from bursar.cli.listening import ended_politely
from bursar.cli.output import say
from bursar.domain.errors import InvalidInput
from bursar.usecases.people import setup_code

EPILOG = epilog("bursar serve", "bursar serve --port 8700", "bursar serve --host 0.0.0.0 --no-worker")
THREADS = 8
"""Requests that are answered at the same time."""


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8600,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Serve pages only; `bursar worker` carries out the runs.")
    ] = False,
) -> None:
    """Serve the web pages and the API until interrupted, and carry out runs.

    Other machines reach it through a proxy with https: set BURSAR_PUBLIC_URL to its address before listening on
    anything but this machine.
    """
    _must_be_meant(host)
    prepare_store()
    with ended_politely(), ExitStack() as running:
        server = import_module("waitress").create_server(
            get_wsgi_application(),
            host=host,
            port=port,
            threads=THREADS,
            clear_untrusted_proxy_headers=not settings.BURSAR_TRUST_PROXY,
            ident=None,
        )
        running.callback(server.close)
        if not no_worker:
            running.enter_context(run_worker())
        _invite(settings.PUBLIC.geturl() or f"http://{_in_url(host)}:{server.effective_port}")
        server.run()


def _must_be_meant(host: str) -> None:
    """Raises InvalidInput when other machines could reach plain http without anybody having said so."""
    if not _is_loopback(host) and not settings.PUBLIC.netloc:
        raise InvalidInput(
            f"{host} can be reached from other machines, and nothing says under which address.",
            remedy="Set BURSAR_PUBLIC_URL to the https address of your proxy, or listen on 127.0.0.1.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _invite(address: str) -> None:
    text = f"Bursar is at {address}. Ctrl-C ends it."
    if code := setup_code():
        text += f"\nNobody can log in yet. Make the administrator there; the set-up code is {code}."
    say(text)
