"""How the demo speaks: numbered steps, the command that does the same, sentences, and tables that fit 80 columns."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

INDENT = 4
DEEPER = 6


class Narrator:
    """Prints the story. Further lines of a sentence hang below its first word."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = 0

    def title(self, title: str, introduction: str) -> None:
        """The beginning."""
        self._console.print()
        self._console.rule(Text(title, style="bold"), align="left", style="cyan")
        self._console.print(Text(introduction))

    def step(self, title: str, *commands: str) -> None:
        """Begin the next step. `commands` do the same from a terminal."""
        self._steps += 1
        self._console.print()
        self._console.print(Text.assemble((f"{self._steps:>2}  ", "bold cyan"), (title, "bold")))
        for command in commands:
            self._marked("$", Text(command, style="cyan"), "cyan")

    def say(self, sentence: str) -> None:
        self._print(Text(sentence), INDENT)

    def done(self, sentence: str) -> None:
        self._marked("✓", Text(sentence), "green")

    def waiting(self, sentence: str) -> None:
        """Something that a person has to see."""
        self._marked("!", Text(sentence), "yellow")

    def detail(self, sentence: str) -> None:
        """More about the sentence before."""
        self._print(Text(sentence, style="dim"), DEEPER)

    def remedy(self, sentence: str) -> None:
        """What to do about it."""
        self._marked("→", Text(sentence), "cyan", DEEPER)

    def verdict(self, sentence: str, *, good: bool) -> None:
        """A line that is never broken."""
        text = Text(" " * INDENT + sentence, style="bold green" if good else "bold red")
        self._console.print(text, soft_wrap=True)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> None:
        """A table without frames; the columns in `numbers` are aligned to the right."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=any(headings))
        for position, heading in enumerate(headings):
            right = position in numbers
            table.add_column(heading, justify="right" if right else "left", no_wrap=right)
        for row in rows:
            table.add_row(*map(Text, row))
        self._print(table, INDENT)

    def _marked(self, mark: str, sentence: Text, style: str, indent: int = INDENT) -> None:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Text(mark, style=style), sentence)
        self._print(grid, indent)

    def _print(self, content: RenderableType, indent: int) -> None:
        self._console.print(Padding(content, (0, 0, 0, indent), expand=False))


def amount(value: Decimal) -> str:
    return f"{value:,.2f}"


def money(totals: Mapping[str, Decimal]) -> str:
    """Sums per currency in one line: `1,204.50 USD, 80.00 EUR`."""
    return ", ".join(f"{amount(value)} {currency}" for currency, value in totals.items()) or "nothing"


def counted(count: int, singular: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{count} {singular}{'' if count == 1 else 's'}"
