"""After the story: how to look around, and how to come back to a home that was kept."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from bursar.cli.demo.logins import DemoLogin
from bursar.cli.demo.stage import SandboxProcess
from bursar.cli.output import Listing, say

KEYS = "sandbox-keys.json"
COMMANDS = (
    "run list",
    "lines list --month 2026-10 --status unmapped",
    "lines plan 2026-10",
    "lines post 2026-10",
    "mapping export -",
)


def invite(home: Path, sandbox: SandboxProcess, address: str, logins: Sequence[DemoLogin]) -> None:
    """Say where the pages and the sandbox are and what to try. The keys go to a file, never to the screen."""
    keys = home / KEYS
    keys.touch(mode=0o600)
    keys.write_text(sandbox.facts, encoding="utf-8")
    say("\nLook around", style="bold")
    say(f"Bursar's web pages are at {address}, with these months in them. Log in as\n")
    listing = Listing("Role", "E-mail", "Password")
    for login in logins:
        listing.row(login.role, login.email, login.password)
    listing.show()
    say(f"The ConnectWise sandbox is at {sandbox.url}.")
    say(f"Its keys are in {keys}; they open nothing but this sandbox.")
    say("\nIn another terminal:\n")
    _export(home)
    for command in COMMANDS:
        say(f"bursar {command}", indent=2)
    say(f"curl {sandbox.url}/_control/records/invoice", indent=2)
    say("\nCtrl-C stops the web pages and the sandbox.")


def tell_what_is_kept(home: Path, sandbox: SandboxProcess) -> None:
    """Say how to start the sandbox again where the kept connection expects it."""
    say(f"\nEverything is kept in {home}. To come back to it:\n")
    _export(home)
    say(f"bursar sandbox serve --state {shlex.quote(str(sandbox.state))} --port {sandbox.port}", indent=2)


def _export(home: Path) -> None:
    say(f"export BURSAR_HOME={shlex.quote(str(home))}", indent=2)
