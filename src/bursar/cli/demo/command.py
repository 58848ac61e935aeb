"""The command: set up the stage, tell the story, then strike the stage or leave its web pages open to look around."""

import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from bursar.cli.demo.logins import DemoLogin, as_line, make_logins
from bursar.cli.demo.look_around import invite, tell_what_is_kept
from bursar.cli.demo.stage import SandboxProcess, WebProcess, run_story
from bursar.cli.exits import ExitCode
from bursar.cli.output import remark, say
from bursar.domain.errors import InvalidInput

DATABASE = "bursar.sqlite3"


def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself and stop the sandbox.")] = False,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", file_okay=False, help="Work in this folder and keep it."),
    ] = None,
) -> None:
    """Bill a month against a ConnectWise sandbox on this machine, step by step.

    Nothing of yours is read or written: the demo has a database, a key and a ConnectWise of its own. Without --once the
    web pages and the sandbox stay up afterwards, with a login for each role, so that you can look around. Exit code 0
    says that every cent was accounted for.
    """
    with _ended_by_termination(), ExitStack() as stage:
        home = _kept(keep) if keep else Path(stage.enter_context(tempfile.TemporaryDirectory(prefix="bursar-demo-")))
        sandbox = stage.enter_context(SandboxProcess(home / "sandbox.state" if keep else None))
        logins = [] if once else make_logins()
        code = run_story(home, sandbox.facts, as_line(logins))
        if not once and code != ExitCode.INTERRUPTED:
            _stay(home, sandbox, logins)
        if keep:
            tell_what_is_kept(home, sandbox)
    raise typer.Exit(code)


def _kept(folder: Path) -> Path:
    """The folder to keep. Raises InvalidInput when it has a database already."""
    if (folder / DATABASE).exists():
        raise InvalidInput(f"{folder} has a Bursar database already.", remedy="Choose another folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def _stay(home: Path, sandbox: SandboxProcess, logins: Sequence[DemoLogin]) -> None:
    try:
        with WebProcess(home) as pages:
            invite(home, sandbox, pages.url, logins)
            sandbox.wait()
    except KeyboardInterrupt:
        say()
    remark("The web pages and the sandbox are stopped.")


@contextmanager
def _ended_by_termination() -> Iterator[None]:
    """Let a polite termination end the demo as Ctrl-C does, so that no sandbox is left behind."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
