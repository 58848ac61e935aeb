"""What changed between two JSON values, leaf by leaf, as a person reads it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that was added, removed or changed. `before` or `after` is empty when there was none."""

    name: str
    before: str
    after: str


def differences(before: Mapping[str, object] | None, after: Mapping[str, object] | None) -> list[Difference]:
    """By dotted name, in order; what stayed the same is left out."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        Difference(name, old.get(name, ""), new.get(name, ""))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else str(key))
    elif value is not None:
        yield name, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value or "(empty)"
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        return ", ".join(map(str, value)) or "(none)"
    return json.dumps(value, ensure_ascii=False)
