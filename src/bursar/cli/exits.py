"""The one place where errors become output and an exit code."""

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import typer
from django.db import DatabaseError
from typer.core import TyperGroup

from bursar.cli.output import complain, print_json
from bursar.cli.words import asks_for_json
from bursar.domain.errors import BursarError, InvalidInput, NotConfigured, RemoteError


class ExitCode(IntEnum):
    """What a finished command says to the program that called it."""

    DONE = 0
    TROUBLE = 1
    """Something is blocked or failed; the list has been printed."""
    USAGE = 2
    CONNECTION = 3
    INTERRUPTED = 128 + signal.SIGINT


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened, and what to do."""

    code: str
    sentence: str
    remedy: str


INTERRUPTED = Failure(
    "interrupted",
    "Interrupted.",
    "Run the same command again whenever you like: nothing is written twice.",
)
USAGE_REMEDY = "Add --help to the command to see how it is used."


class CommandLine(TyperGroup):
    """The root of all commands: whatever goes wrong below ends here."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: object,
    ) -> int:
        """Run the words of a command line. Exits with the code, or returns it when not `standalone_mode`."""
        words = sys.argv[1:] if args is None else args

        def run() -> object:
            return super(CommandLine, self).main(
                words,
                prog_name,
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )

        code = _guarded(run, as_json=asks_for_json(words))
        if standalone_mode:
            sys.exit(code)
        return code


def finish(*, trouble: bool) -> None:
    """End a command that has said all it has to say."""
    if trouble:
        raise typer.Exit(ExitCode.TROUBLE)


def tell(failure: Failure, *, as_json: bool) -> None:
    """Say what happened and what to do: on stderr for people, as a document on stdout for programs."""
    if as_json:
        print_json({"error": {"code": failure.code, "sentence": failure.sentence, "remedy": failure.remedy}})
    else:
        complain(failure.sentence, failure.remedy)


def exit_code_of(error: BursarError) -> ExitCode:
    """Usage: the caller's input or configuration. Connection: the other system. Trouble: everything else."""
    if isinstance(error, InvalidInput | NotConfigured):
        return ExitCode.USAGE
    return ExitCode.CONNECTION if isinstance(error, RemoteError) else ExitCode.TROUBLE


def _guarded(run: Callable[[], object], *, as_json: bool) -> int:
    """Run a command; typer returns the code of an early exit, and 130 after Ctrl-C."""
    try:
        outcome = run()
    except BursarError as error:
        tell(Failure(error.code, error.sentence, error.remedy), as_json=as_json)
        return exit_code_of(error)
    except typer.TyperException as error:
        tell(Failure("usage", error.format_message(), USAGE_REMEDY), as_json=as_json)
        return error.exit_code
    except typer.Abort:
        outcome = ExitCode.INTERRUPTED
    except DatabaseError as error:
        tell(_database_failure(error), as_json=as_json)
        return ExitCode.TROUBLE
    except OSError as error:
        tell(_file_failure(error), as_json=as_json)
        return ExitCode.TROUBLE
    if outcome == ExitCode.INTERRUPTED:
        tell(INTERRUPTED, as_json=as_json)
    return outcome if isinstance(outcome, int) else ExitCode.DONE


def _database_failure(error: DatabaseError) -> Failure:
    remedy = "Check that the database of BURSAR_DATABASE_URL is there, reachable and not full, then run again."
    return Failure("database", f"The database said: {str(error).strip().rstrip('.')}.", remedy)


def _file_failure(error: OSError) -> Failure:
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return Failure("file", f"{what.rstrip('.')}.", "Check the path and who may read and write there.")
