"""The README's table of paths is the resource table."""

from __future__ import annotations

from pathlib import Path

import psa_sandbox
from psa_sandbox.state.resources import RESOURCES, Mount, Resource
from psa_sandbox.state.resources.resource import CREATE, DELETE, PATCH, PUT

METHODS = {CREATE: "POST", PUT: "PUT", PATCH: "PATCH", DELETE: "DELETE"}


def line(resource: Resource, mount: Mount) -> str:
    methods = ["GET", *(method for verb, method in METHODS.items() if verb in mount.verbs)]
    return f"| `{mount.path}` | {' '.join(methods)} | {resource.module} › {resource.function} |"


def test_the_table_of_paths() -> None:
    readme = (Path(psa_sandbox.__path__[0]) / "README.md").read_text(encoding="utf-8")
    written = {row for row in readme.splitlines() if row.startswith("| `/")}
    assert written == {line(found, mount) for found in RESOURCES.values() for mount in found.mounts}


def test_the_custom_field_screens() -> None:
    readme = (Path(psa_sandbox.__path__[0]) / "README.md").read_text(encoding="utf-8")
    screens = readme.partition("20. The custom field screens")[2].partition("21. ")[0]
    assert set(screens.split("`")[3::2]) == {found.screen for found in RESOURCES.values()} - {""}
