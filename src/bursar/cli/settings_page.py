"""The reference of all settings: the environment, the billing configuration, the properties and the
options of a connection, and the settings of a book."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from django.utils.module_loading import import_string

from bursar.cli.book_password import VARIABLE as PASSWORD
from bursar.cli.private_key import VARIABLE
from bursar.usecases.billing_settings import PRICE_PER_ORGANIZATION, SETTINGS
from bursar.usecases.book_settings import BOOK_SETTINGS, BookSetting
from bursar.usecases.connections import OPTIONS
from bursar.usecases.properties import MEANINGS

ENVIRONMENT = "bursar.project.environment.SETTINGS"
"""Named, not imported: the project stands above the command line, as it does in DJANGO_SETTINGS_MODULE."""

HEAD = """\
# Settings

<!-- Generated: python -m bursar.cli.reference settings > docs/guide/settings.md -->

There are five kinds: what the environment says about this installation, how invoice lines of a connection are billed,
the connector's properties, how Bursar talks to its ConnectWise, and how each book wants its documents.
"""
ENVIRONMENT_HEAD = """\
## The environment

Environment variables of every Bursar process. `{variable}` is read by `bursar connection add` only: it is the
private key of the new connection, so that a program can hand it over without a prompt. `{password}` is the same for
the password of a Tryton book, read by `bursar book add` and `bursar book edit`.
"""
BILLING_HEAD = """\
## The billing configuration

Per connection: *Settings › Configuration*, or `bursar config show`, `bursar config set NAME VALUE`. An empty value
restores the default. A change applies to future syncs only; what is in ConnectWise already stays as it is.
"""
PROPERTIES_HEAD = """\
## The properties

Per connection: *Settings › Properties*, or `bursar config set NAME VALUE`, an ordered list with commas between its
names; a map by `bursar config map NAME OURS THEIRS`. They are kept for the catalogue journey: posting invoice lines
does not use them.
"""
OPTIONS_HEAD = """\
## The options of a connection

Per connection: `bursar connection option CONNECTION NAME VALUE`. An empty value restores the default, which is given in
parentheses.
"""
BOOKS_HEAD = """\
## The settings of a book

Per book: `bursar book set BOOK NAME=VALUE`. They count from the next export on; what is in the books already stays as
it is.
"""
FAMILY = (
    f"{PRICE_PER_ORGANIZATION}<organization id>",
    "none",
    "Price of one organization: a price as in `price`, or price and markup as in `markup_percent 12`.",
)


class Explained(Protocol):
    """A setting that says of itself what it is."""

    @property
    def name(self) -> str: ...
    @property
    def default(self) -> str: ...
    @property
    def meaning(self) -> str: ...


def settings_page() -> str:
    """The five tables."""
    environment: Sequence[Explained] = import_string(ENVIRONMENT)
    headings = ("Name", "Default", "Meaning")
    return (
        "\n".join(
            [
                HEAD,
                ENVIRONMENT_HEAD.format(variable=VARIABLE, password=PASSWORD),
                _table(headings, map(_row, environment)),
                BILLING_HEAD,
                _table(headings, [*map(_row, SETTINGS.values()), FAMILY]),
                PROPERTIES_HEAD,
                _table(("Name", "Meaning"), MEANINGS.items()),
                OPTIONS_HEAD,
                _table(("Name", "Meaning"), OPTIONS.items()),
                BOOKS_HEAD,
                _table(("Name", "Default", "Choices", "Meaning"), map(_book_row, BOOK_SETTINGS)),
            ]
        ).rstrip("\n")
        + "\n"
    )


def _row(setting: Explained) -> tuple[str, str, str]:
    return setting.name, setting.default, setting.meaning


def _book_row(setting: BookSetting) -> tuple[str, str, str, str]:
    return setting.name, setting.default or "empty", ", ".join(setting.choices), setting.meaning


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_line(headings), "|" + "---|" * len(headings)]
    return "\n".join([*lines, *(_line((f"`{name}`", *rest)) for name, *rest in rows)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
