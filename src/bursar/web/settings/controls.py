"""Form controls of the settings pages, ready for the template: options, help, and what is wrong."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bursar.domain.errors import BursarError
from bursar.store.models import ListEntry
from bursar.usecases.lists import Chosen, selectable


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a choice. `note` says why it should not be chosen any more; `group` is what it belongs to."""

    value: str
    label: str
    selected: bool = False
    note: str = ""
    group: str = ""
    taken: bool = False
    """Chosen in another row already."""


@dataclass(frozen=True, slots=True)
class Control:
    """A labelled input. `kind` is text, number, choice, several, or switch."""

    name: str
    label: str
    kind: str
    value: str = ""
    options: Sequence[Option] = ()
    help: str = ""
    empty: str = ""
    """What a choice without a value says."""
    placeholder: str = ""
    required: bool = False
    fault: BursarError | None = None

    @property
    def id(self) -> str:
        return element_id(self.name)

    @property
    def described_by(self) -> str:
        """Ids of the texts that explain it."""
        marks = [f"{self.id}-help"] * bool(self.help) + [f"{self.id}-note"] * bool(self.notes)
        return " ".join(marks + [f"{self.id}-fault"] * (self.fault is not None))

    @property
    def notes(self) -> Sequence[Option]:
        """What is chosen and has vanished."""
        return [option for option in self.options if option.selected and option.note]


@dataclass(frozen=True, slots=True)
class RowControl:
    """One row of two inputs, or of one."""

    family: str
    number: int
    """From 0."""
    left: Control
    right: Control | None = None
    fault: BursarError | None = None
    focus: str = ""
    """Which of its controls gets the focus: left, up or down."""
    last: bool = False
    fixed: bool = False
    """The left side is given, and the row cannot be removed."""

    @property
    def id(self) -> str:
        return element_id(f"{self.family}-{self.number}")


def focus_in(focus: str, family: str, number: int) -> str:
    """The control of this row that `rows.edit_rows` wants to have the focus."""
    beginning = f"{family}:{number}:"
    return focus.removeprefix(beginning) if focus.startswith(beginning) else ""


def element_id(name: str) -> str:
    """A name as an HTML id."""
    return "set-" + re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def plain_options(values: Iterable[tuple[str, str]], chosen: str, taken: Collection[str] = ()) -> Sequence[Option]:
    """Options from pairs of value and label."""
    return [Option(v, label, v == chosen, taken=v in taken and v != chosen) for v, label in values]


def list_options(
    kept: Collection[ListEntry], chosen: Chosen | None, value: str, groups: Mapping[int, str] | None = None
) -> Sequence[Option]:
    """Options from a kept list. `chosen` is what is stored, `value` the record id that the form holds now."""
    named = groups or {}
    options = [
        Option(str(entry.id), entry.name, str(entry.id) == value, entry.note, named.get(entry.parent_id or 0, ""))
        for entry in selectable(kept, [chosen] if chosen else [])
    ]
    return sorted(options, key=lambda option: option.group)
