"""Files of the ledger: exports, and what succeeded and failed; written so that nobody ever reads half of one."""

from collections.abc import Iterable
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.output import remark
from bursar.domain.errors import InvalidInput
from bursar.store.models import Run
from bursar.usecases.ledger_outcome import outcome_of

FILES = "bursar.wiring.files"
"""Named, not imported: the connectors are loaded only by commands that write files."""
STREAM = Path("-")


class Form(StrEnum):
    """How an export is written."""

    LEGACY_XML = "legacy-xml"
    REST_XML = "rest-xml"
    JSON = "json"
    CSV = "csv"


OF_SUFFIX = {".xml": Form.LEGACY_XML, ".json": Form.JSON, ".csv": Form.CSV}

SuccessFile = Annotated[
    Path | None,
    typer.Option(
        "--success-file",
        metavar="FILE",
        help="Write what went to the books here, in the form of the ending: .xml, .json or .csv. A folder gets the "
        "usual name.",
    ),
]
FailFile = Annotated[
    Path | None,
    typer.Option("--fail-file", metavar="FILE", help="Write what did not, each with its reason, likewise."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="File to write; a folder gets the usual name; - is a pipe."),
]


def form_of(path: Path, given: Form | None = None) -> Form:
    """The form that was asked for, else the one of the file's ending. Raises InvalidInput."""
    if given is not None:
        return given
    if path.is_dir() or path == STREAM:
        return Form.LEGACY_XML
    found = OF_SUFFIX.get(path.suffix.lower())
    if found is None:
        raise InvalidInput(
            f"'{path.name}' does not say in which form to write it.", remedy="End its name in .xml, .json or .csv."
        )
    return found


def place_of(path: Path, form: Form, outcome: str = "all") -> Path:
    """The file itself: of a folder, the one that has the usual name in it."""
    if not path.is_dir():
        return path
    files = import_module(FILES)
    return path / str(files.export_file_name(files.ExportForm(form.value), files.Outcome(outcome)))


def write_file(pieces: Iterable[str], path: Path) -> Path:
    """Write it beside its place, and put it there once it is whole. Raises OSError, which names the file itself."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
        part.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return path


def check_files(success: Path | None, fail: Path | None) -> None:
    """Find out before anything is posted whether the files can be written. Raises InvalidInput."""
    for path in filter(None, (success, fail)):
        form_of(path)
        folder = path if path.is_dir() else path.absolute().parent
        if not folder.is_dir():
            raise InvalidInput(f"There is no folder {folder}.", remedy="Make it, or choose another one.")
    if success and fail and success == fail and not success.is_dir():
        raise InvalidInput("Both files have the same name.", remedy="Give them two names, or a folder.")


def write_outcome(run: Run, success: Path | None, fail: Path | None, *, whole: bool) -> None:
    """Write what a posting came to; `whole` as for `outcome_of`. Raises OSError."""
    if success is None and fail is None:
        return
    outcome, files = outcome_of(run, whole=whole), import_module(FILES)
    for path, which in ((success, "success"), (fail, "fail")):
        if path is None:
            continue
        form = form_of(path)
        went, failed = files.outcome_files(outcome.documents, outcome.reasons, outcome.further, form.value)
        written = write_file(went if which == "success" else failed, place_of(path, form, which))
        remark(f"Written: {written}.")
