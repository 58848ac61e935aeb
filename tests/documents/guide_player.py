"""Plays the guide's steps in one process: JSON steps on standard input, what each printed as JSON on standard output.

A step is the words of a `bursar` command, or `["meanwhile", method, path, body]` for what somebody does in ConnectWise.
"""

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

import django
import httpx2
import typer
from django.utils.module_loading import import_string


def main() -> None:
    """Play all steps from standard input."""
    django.setup()
    bursar = typer.main.get_command(import_string("bursar.cli.app.app")).main
    admin = httpx2.BasicAuth(os.environ["SANDBOX_USER"], os.environ["SANDBOX_PASSWORD"])
    headers = {"clientId": "guide", "Content-Type": "application/json"}
    with httpx2.Client(base_url=os.environ["SANDBOX_URL"], auth=admin, headers=headers) as connectwise:
        outputs = [_play(step, bursar, connectwise) for step in json.load(sys.stdin)]
    json.dump(outputs, sys.stdout)


def _play(step: list[str], bursar: Callable[..., object], connectwise: httpx2.Client) -> str:
    if step[0] == "meanwhile":
        _, method, path, body = step
        connectwise.request(method, path, content=body).raise_for_status()
        return ""
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        bursar(step[1:], prog_name=step[0], standalone_mode=False)
    return printed.getvalue()


if __name__ == "__main__":
    main()
