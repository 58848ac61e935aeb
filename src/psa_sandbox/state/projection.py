"""fields=: which members of a record an answer carries."""

from __future__ import annotations

from collections.abc import Iterator

from psa_sandbox.state.errors import bad_query
from psa_sandbox.state.references import reference_members
from psa_sandbox.state.resources import Resource
from psa_sandbox.state.resources.field import Field
from psa_sandbox.state.store import Record

Tree = dict[str, "Tree"]

_OPEN = ("_info", "customFields")


def projection(resource: Resource, text: str) -> Tree:
    """The members that `id,name,company/id` asks for, as a tree. Raises Refusal 400 for an unknown one."""
    tree: Tree = {}
    for path in text.split(","):
        branch = tree
        for name in _canonical(resource, path.strip()):
            branch = branch.setdefault(name, {})
    return tree


def project(view: Record, tree: Tree) -> Record:
    """The part of a view that a tree asks for; `_info` only where it is named [field]."""
    return dict(_picked(view, tree))


def _picked(view: Record, tree: Tree) -> Iterator[tuple[str, object]]:
    for name, further in tree.items():
        if name in view:
            yield name, _cut(view[name], further)


def _cut(value: object, tree: Tree) -> object:
    if not tree:
        return value
    if isinstance(value, list):
        return [_cut(item, tree) for item in value]
    return project(value, tree) if isinstance(value, dict) else value


def _canonical(resource: Resource, path: str) -> list[str]:
    """The path in the vendor's spelling; what is inside lists and `_info` is taken as it comes."""
    head, *tail = path.split("/")
    if head.lower() == "id" and not tail:
        return ["id"]
    for name in _OPEN:
        if head.lower() == name.lower():
            return [name, *tail]
    field = resource.by_lower_name.get(head.lower())
    if field is None:
        raise bad_query(f"fields: the field {path} does not exist")
    return [field.name, *_inner(field, path, tail)]


def _inner(field: Field, path: str, tail: list[str]) -> list[str]:
    if not tail or field.type not in {"reference", "references"}:
        return tail
    known = {name.lower(): name for name in ("id", "_info", *reference_members(field))}
    if tail[0].lower() not in known:
        raise bad_query(f"fields: the field {path} does not exist")
    return [known[tail[0].lower()], *tail[1:]]
