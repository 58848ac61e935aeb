"""The reference of all commands, from their own help."""

from collections.abc import Iterator

import typer
from typer.core import TyperGroup
from typer.main import get_command

from bursar.cli.app import app
from bursar.cli.epilog import ERROR_SHAPE, WIDTH, epilog

HEAD = """\
# The command line

<!-- Generated: python -m bursar.cli.reference > docs/guide/cli.md -->

`bursar` does everything in small commands. Each has `--help` with an example, takes `--connection NAME` where a
connection is meant (the default connection otherwise), and answers with one JSON document on standard output when asked
with `--json`. Progress, questions and errors go to standard error.

| Exit code | Meaning |
|---|---|
| 0 | Done. |
| 1 | Something is blocked or failed; the list has been printed. |
| 2 | Wrong usage, an input that cannot be used, or a missing setting. Nothing was changed. |
| 3 | ConnectWise or a book refused or could not be reached: wrong key, missing permission, no answer. |
| 130 | Interrupted with Ctrl-C. Running the same command again is safe. |

In JSON documents amounts, quantities and prices are text with a decimal point, days are `YYYY-MM-DD`, instants are
ISO 8601 in UTC, and maps of totals go from currency to amount. `a[]` in a list of keys stands for each element of the
list `a`; keys may be added in later versions. When a command fails, its only document is:

```text
{error}
```
"""


def command_page() -> str:
    """Every command with its help, in the order in which `bursar --help` lists them."""
    error = "\n".join(epilog(keys=ERROR_SHAPE).splitlines()[-2:])
    return "\n".join([HEAD.format(error=error), *_sections()])


def _sections() -> Iterator[str]:
    root = get_command(app)
    if not isinstance(root, TyperGroup):
        raise TypeError("the root of the command line is a group")
    yield from _below(root, typer.Context(root, info_name="bursar", terminal_width=WIDTH), 2)


def _below(group: TyperGroup, parent: typer.Context, level: int) -> Iterator[str]:
    for name, command in group.commands.items():
        context = typer.Context(command, parent=parent, info_name=name)
        yield _section(level, context)
        if isinstance(command, TyperGroup):
            yield from _below(command, context, level + 1)


def _section(level: int, context: typer.Context) -> str:
    help_text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
    return f"{'#' * level} {context.command_path}\n\n```text\n{help_text}\n```\n"
