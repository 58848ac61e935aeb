"""Progress of long work, on standard error and only when a person watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from bursar.cli.output import err


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of work under way."""

    progress: Progress
    task: TaskID

    def expect(self, count: int) -> None:
        """How much there is, once it is known."""
        self.progress.update(self.task, total=count)

    def show(self, done: int, expected: int | None) -> None:
        """How far it is, as somebody else counts."""
        self.progress.update(self.task, completed=done, total=expected)

    def advance(self, count: int) -> None:
        """So much more is done."""
        self.progress.advance(self.task, count)


@contextmanager
def progress_of(title: str) -> Iterator[Bar]:
    """A bar that disappears when the work is done."""
    console = err()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    disable = not console.is_terminal
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, disable=disable) as progress:
        yield Bar(progress, progress.add_task(title, total=None))
