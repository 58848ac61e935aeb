"""`bursar sandbox`: a ConnectWise PSA on your own machine, in a process of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.options import AsJson

app = typer.Typer(help="A ConnectWise PSA on your own machine, to try things safely.")

SERVE_SHAPE: Shape = {
    "": ("url", "company_id", "client_id", "codebase", "keys"),
    "keys[]": ("role", "member", "public_key", "private_key"),
}


@app.command(
    "serve",
    epilog=epilog(
        "bursar sandbox serve --port 8100",
        "bursar sandbox serve --seed empty --state sandbox.json --json",
        keys=SERVE_SHAPE,
    ),
)
def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", help="Port; 0 takes a free one.")] = 0,
    seed: Annotated[str | None, typer.Option("--seed", metavar="NAME", help="Scenario: msp, empty or scale.")] = None,
    seed_option: Annotated[
        list[str] | None,
        typer.Option("--seed-option", metavar="NAME=N", help="A number for the scenario; may be repeated."),
    ] = None,
    state: Annotated[Path | None, typer.Option("--state", metavar="FILE", help="Keep the state in this file.")] = None,
    latency_ms: Annotated[int, typer.Option("--latency-ms", metavar="N", help="Delay every answer.")] = 0,
    rate_limit: Annotated[
        int | None, typer.Option("--rate-limit", metavar="N", help="Requests per minute before 429.")
    ] = None,
    tls: Annotated[
        Path | None, typer.Option("--tls", metavar="FILE", help="Serve https; write the certificate to trust here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve until interrupted. Prints the address, the Company ID, the client ID and one key pair per role.

    These keys open nothing but the sandbox.
    """
    single: dict[str, object] = {
        "--host": host,
        "--port": port,
        "--seed": seed,
        "--state": state,
        "--latency-ms": latency_ms,
        "--rate-limit": rate_limit,
        "--tls": tls,
    }
    words = [*_words(single), *(word for option in seed_option or () for word in ("--seed-option", option))]
    command = [sys.executable, "-m", "psa_sandbox", "serve", *words, *(["--json"] if as_json else [])]
    # The sandbox takes this process over: its exit code and the signals it gets are its own.
    os.execv(sys.executable, command)


def _words(options: Mapping[str, object]) -> list[str]:
    return [word for name, value in options.items() if value is not None for word in (name, str(value))]
