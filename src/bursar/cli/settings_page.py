"""The reference of all settings: the environment, the billing configuration, the properties and the
options of a connection."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from django.utils.module_loading import import_string

from bursar.cli.private_key import VARIABLE
from bursar.usecases.billing_settings import PRICE_PER_ORGANIZATION, SETTINGS
from bursar.usecases.connections import OPTIONS
from bursar.usecases.properties import MEANINGS

ENVIRONMENT = "bursar.project.environment.SETTINGS"
"""Named, not imported: the project stands above the command line, as it does in DJANGO_SETTINGS_MODULE."""

HEAD = """\
# Settings

<!-- Generated: python -m bursar.cli.reference settings > docs/guide/settings.md -->

There are four kinds: what the environment says about this installation, how invoice lines of a connection are billed,
the connector's properties, and how Bursar talks to its ConnectWise.
"""
ENVIRONMENT_HEAD = """\
## The environment

Environment variables of every Bursar process. `{variable}` is read by `bursar connection add` only: it is the
private key of the new connection, so that a program can hand it over without a prompt.
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
    """The four tables."""
    environment: Sequence[Explained] = import_string(ENVIRONMENT)
    headings = ("Name", "Default", "Meaning")
    return (
        "\n".join(
            [
                HEAD,
                ENVIRONMENT_HEAD.format(variable=VARIABLE),
                _table(headings, map(_row, environment)),
                BILLING_HEAD,
                _table(headings, [*map(_row, SETTINGS.values()), FAMILY]),
                PROPERTIES_HEAD,
                _table(("Name", "Meaning"), MEANINGS.items()),
                OPTIONS_HEAD,
                _table(("Name", "Meaning"), OPTIONS.items()),
            ]
        ).rstrip("\n")
        + "\n"
    )


def _row(setting: Explained) -> tuple[str, str, str]:
    return setting.name, setting.default, setting.meaning


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_line(headings), "|" + "---|" * len(headings)]
    return "\n".join([*lines, *(_line((f"`{name}`", *rest)) for name, *rest in rows)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
