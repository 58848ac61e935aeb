"""`python -m psa_sandbox serve`: a ConnectWise PSA on this machine."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from werkzeug.serving import BaseWSGIServer

from psa_sandbox.certificate import serving_context
from psa_sandbox.connection import open_server
from psa_sandbox.control.plane import Planting
from psa_sandbox.control.state_file import StateFile
from psa_sandbox.seeds import DEFAULT_SEED, SCENARIOS, seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import create_app, serve_until, stop_on_signals
from psa_sandbox.state.store import Store

ANY_CLIENT_ID = "00000000-0000-0000-0000-000000000000"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0 after a signal, 2 for a wrong argument."""
    parser = _parser()
    wanted = parser.parse_args(arguments)
    try:
        return _serve(wanted)
    except (OSError, ValueError) as problem:
        parser.error(str(problem))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="psa-sandbox", description="A ConnectWise PSA on your own machine.")
    serve = parser.add_subparsers(required=True).add_parser("serve", help="serve until interrupted")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=int, default=0, help="port, 0 for a free one (%(default)s)")
    serve.add_argument("--seed", default=DEFAULT_SEED, choices=sorted(SCENARIOS), help="scenario (%(default)s)")
    serve.add_argument("--seed-option", action="append", default=[], metavar="NAME=N", help="a number for the scenario")
    serve.add_argument("--state", type=Path, metavar="FILE", help="keep the state in this file")
    serve.add_argument("--latency-ms", type=int, default=0, metavar="N", help="delay every answer")
    serve.add_argument("--rate-limit", type=int, metavar="N", help="requests per minute before 429")
    serve.add_argument("--tls", type=Path, metavar="FILE", help="serve https; write the certificate to trust here")
    serve.add_argument("--json", action="store_true", help="say where and with which keys as one JSON line")
    return parser


def _serve(wanted: argparse.Namespace) -> int:
    store, planting = Store(), Planting(wanted.seed, dict(_option(word) for word in wanted.seed_option))
    file = StateFile(wanted.state, store) if wanted.state else None
    if file is None or not file.load():
        seed(store, planting.name, **planting.options)
    store.site.requests_per_minute = wanted.rate_limit
    changed: Callable[[], None] = file.mark if file else _nobody_listens
    app = create_app(store, planting, latency_ms=wanted.latency_ms, changed=changed)
    tls = serving_context(wanted.host, wanted.tls) if wanted.tls else None
    server = open_server(app, wanted.host, wanted.port, tls)
    if file:
        file.save()
        file.start()
    stop = stop_on_signals()
    sys.stdout.write(_greeting(store, server, as_json=wanted.json))
    sys.stdout.flush()
    serve_until(stop, server)
    if file:
        file.close()
    return 0


def _nobody_listens() -> None:
    """No state file, nothing to note."""


def _option(word: str) -> tuple[str, int]:
    name, _, value = word.partition("=")
    if not value.isdigit():
        raise ValueError(f"{word} is not of the form NAME=N")
    return name, int(value)


def _greeting(store: Store, server: BaseWSGIServer, *, as_json: bool) -> str:
    facts: dict[str, object] = {
        "url": f"{'https' if server.ssl_context else 'http'}://{server.host}:{server.port}",
        "company_id": store.site.company_id,
        "client_id": (store.site.client_ids or [ANY_CLIENT_ID])[0],
        "codebase": store.site.codebase,
    }
    pairs = api_keys(store)
    if as_json:
        return json.dumps({**facts, "keys": [asdict(pair) for pair in pairs]}) + "\n"
    lines = [f"{name.replace('_', ' '):12}{value}" for name, value in facts.items()]
    lines += ["", f"{'role':20}{'public key':20}private key"]
    lines += [f"{pair.role:20}{pair.public_key:20}{pair.private_key}" for pair in pairs]
    return "\n".join([*lines, "", "Interrupt to stop.", ""])


if __name__ == "__main__":
    sys.exit(main())
