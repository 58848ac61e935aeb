"""What the PSA knows about one kind of record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from psa_sandbox.state.resources.field import Field
from psa_sandbox.state.store import Record, Store

Rule = Callable[[Store, Record, Record | None], Record]
DeleteRule = Callable[[Store, Record], None]
Effect = Callable[[Store, Record, Record | None, str], None]
DeleteEffect = Callable[[Store, Record, str], None]
Derive = Callable[[Store, Record], object]
Rows = Callable[[Store, Record], list[Record]]

LIST, GET, COUNT, CREATE, PUT, PATCH, DELETE = "list", "get", "count", "create", "put", "patch", "delete"
READ = frozenset({LIST, GET, COUNT})
EVERYTHING = READ | {CREATE, PUT, PATCH, DELETE}


@dataclass(frozen=True)
class Mount:
    """A path the records are reached by, `{parentId}` in it where they belong to a parent record.

    `parent_field` is the record's field that holds the parent: its id or a reference to it.
    """

    path: str
    verbs: frozenset[str] = EVERYTHING
    parent: str = ""
    parent_field: str = ""


@dataclass(frozen=True)
class Resource:
    """A row of the resource table.

    `title` is the name in "… 17 not found", `entity` the one in "… object is invalid" [guide]. `shown` maps
    what a reference to it shows to its own field (or to a derivation); `keys` are the fields it can be
    written by besides its id, `link` the name of its `_href`. `module` and `function` are the security role's
    line, `add_level` the level of it that a POST needs. `screen` is the custom field screen. `rule` checks and
    completes a record before it is written, `after` and `after_delete` do what follows. `rows` works the records
    out (all of them, or those under a parent field and id) where none are kept; such a resource is only read.
    `info` says whether reads show `_info` [spec].
    """

    kind: str
    fields: Mapping[str, Field]
    mounts: tuple[Mount, ...] = ()
    module: str = ""
    function: str = ""
    add_level: Literal["add", "edit"] = "add"
    entity: str = ""
    shown: Mapping[str, str | Derive] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    unique_within: str = ""
    defaults: Mapping[str, object] = field(default_factory=dict)
    derived: Mapping[str, Derive] = field(default_factory=dict)
    screen: str = ""
    link: str = ""
    rule: Rule | None = None
    on_delete: DeleteRule | None = None
    after: Effect | None = None
    after_delete: DeleteEffect | None = None
    rows: Rows | None = None
    info: bool = True

    @cached_property
    def title(self) -> str:
        """The kind in words: "agreementType" is "Agreement Type"."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", self.kind[0].upper() + self.kind[1:])

    @cached_property
    def name(self) -> str:
        """What error bodies call the record."""
        return self.entity or self.kind

    @cached_property
    def by_lower_name(self) -> dict[str, Field]:
        """Fields by lower-case name."""
        return {name.lower(): found for name, found in self.fields.items()}

    @cached_property
    def filled(self) -> dict[str, object]:
        """What a missing field reads as: flags are false [infer], others as the table says."""
        flags: dict[str, object] = {name: False for name, found in self.fields.items() if found.type == "flag"}
        return flags | dict(self.defaults)

    @cached_property
    def reference_view(self) -> dict[str, str | Derive]:
        """What references to this kind show."""
        if self.shown:
            return dict(self.shown)
        return {name: name for name in ("identifier", "name") if name in self.fields}

    @cached_property
    def reference_keys(self) -> tuple[str, ...]:
        """The fields a reference can be written by, besides id."""
        return self.keys or tuple(name for name in ("identifier", "name") if name in self.fields)
