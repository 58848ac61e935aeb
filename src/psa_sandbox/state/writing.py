"""Create, replace, change and delete records under their rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from psa_sandbox.state.errors import FieldError, Refusal, invalid
from psa_sandbox.state.patch import changes
from psa_sandbox.state.record import number
from psa_sandbox.state.resources import RESOURCES, Resource, children_of
from psa_sandbox.state.resources.resource import Mount
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.validation import checked, duplicates, missing, missing_on_update


@dataclass(frozen=True)
class Editor:
    """Writes records of one kind, reached by one path, on behalf of one person."""

    store: Store
    resource: Resource
    mount: Mount
    by: str

    def create(self, body: Mapping[str, object], parent: int | None = None) -> Record:
        """Keep a new record, under its parent if the path has one. Raises Refusal."""
        with self.store.lock:
            onto = _under(self.resource, self.mount, parent)
            return self._keep(*checked(self.store, self.resource, body, onto, creating=True), None, onto)

    def overwrite(self, previous: Record, body: Mapping[str, object]) -> Record:
        """Replace everything writable; what the body leaves out becomes default or null. Raises Refusal."""
        with self.store.lock:
            onto = {name: value for name, value in previous.items() if _survives(self.resource, name)}
            record, errors = checked(self.store, self.resource, body, onto, creating=False)
            errors += missing_on_update(self.resource, record)
            return self._keep(record, errors, previous, onto)

    def amend(self, previous: Record, operations: object) -> Record:
        """Change the fields a patch names. Raises Refusal."""
        with self.store.lock:
            wanted = changes(self.resource, operations)
            done = checked(self.store, self.resource, wanted, previous, creating=False)
            return self._keep(*done, previous, previous)

    def erase(self, record: Record) -> None:
        """Delete a record and its children. Raises Refusal: 409 while another record points to it."""
        with self.store.lock:
            children = _children(self.store, self.resource, record)
            for resource, row in [(self.resource, record), *children]:
                _ask_to_delete(self.store, resource, row)
            for resource, row in [*children, (self.resource, record)]:
                self.store.delete(resource.kind, number(row, "id"))
            if self.resource.after_delete:
                self.resource.after_delete(self.store, record, self.by)

    def _keep(self, record: Record, errors: list[FieldError], previous: Record | None, onto: Record) -> Record:
        self._refuse_wrong(record, [*errors, *self._misplaced(record, onto)])
        kept = self.resource.rule(self.store, record, previous) if self.resource.rule else record
        saved = self._save(_with_defaults(self.resource, kept), previous)
        if self.resource.after:
            self.resource.after(self.store, saved, previous, self.by)
        return self.store.get(self.resource.kind, number(saved, "id")) or saved

    def _save(self, record: Record, previous: Record | None) -> Record:
        if previous is None:
            return self.store.insert(self.resource.kind, record, by=self.by)
        return self.store.replace(self.resource.kind, number(previous, "id"), record, by=self.by)

    def _refuse_wrong(self, record: Record, errors: list[FieldError]) -> None:
        reported = {error.field.partition("/")[0] for error in errors}
        absent = missing(self.resource, record)
        problems = [*errors, *(error for error in absent if error.field not in reported)]
        problems += duplicates(self.store, self.resource, record)
        if problems:
            raise invalid(self.resource.name, *problems)

    def _misplaced(self, record: Record, onto: Record) -> list[FieldError]:
        """A body may not move a record to another parent than the path says."""
        name = self.mount.parent_field
        if not name or record.get(name) == onto[name]:
            return []
        return [FieldError("InvalidObject", f"{name} differs from the path.", self.resource.name, name)]


def _with_defaults(resource: Resource, record: Record) -> Record:
    empty = {name: value for name, value in resource.defaults.items() if record.get(name) is None}
    return record | empty


def _under(resource: Resource, mount: Mount, parent: int | None) -> Record:
    if parent is None:
        return {}
    field = resource.fields.get(mount.parent_field)
    is_reference = field is not None and field.type == "reference"
    return {mount.parent_field: {"id": parent} if is_reference else parent}


def _survives(resource: Resource, name: str) -> bool:
    """Whether a stored value outlives a PUT: what only the PSA writes, and what says whose record it is."""
    field = resource.fields.get(name)
    if field is None:
        return name != "customFields"
    parents = {mount.parent_field for mount in resource.mounts}
    return field.computed or field.create_only or name in parents


def _ask_to_delete(store: Store, resource: Resource, record: Record) -> None:
    if resource.on_delete:
        resource.on_delete(store, record)
    for kind, field in _pointing_at(resource.kind):
        users = store.rows(kind, **{field: record["id"]})
        if any(user is not record for user in users):
            message = f"{resource.title} {record['id']} is in use by {RESOURCES[kind].title} and cannot be deleted."
            raise Refusal(409, "Conflict", message)


def _children(store: Store, resource: Resource, record: Record) -> list[tuple[Resource, Record]]:
    return [
        (child, row)
        for child, mount in children_of(resource.kind)
        for row in store.rows(child.kind, **{mount.parent_field: record["id"]})
    ]


@cache
def _pointing_at(kind: str) -> list[tuple[str, str]]:
    """The kinds and fields that refer to a kind, leaving out its own children."""
    children = {(child.kind, mount.parent_field) for child, mount in children_of(kind)}
    found = [
        (resource.kind, field.name)
        for resource in RESOURCES.values()
        for field in resource.fields.values()
        if field.target == kind and field.type == "reference" and field.name not in resource.derived
    ]
    return [place for place in found if place not in children]
