"""docs/guide/api.md against the code: its routes, its statuses, its numbers."""

import json
import re
from pathlib import Path

from bursar.api.application import api
from bursar.api.problems import STATUS
from bursar.api.run_start import Verb
from bursar.api.values import LARGEST_PAGE, PAGE
from tests.api.conftest import Cast
from tests.api.test_access import operations

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "api.md"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = GUIDE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_routes_are_the_routes() -> None:
    written = {f"{method} {address.strip('`')}": (role, does) for method, address, role, does in rows("Routes")}
    known = {
        route: (operation["x-role"], str(operation["description"]).splitlines()[0])
        for route, operation in operations().items()
    }
    assert written == known


def test_the_statuses_are_the_statuses() -> None:
    written = {int(status) for status, _ in rows("When something goes wrong")}
    documented = {status for operation in operations().values() for status in operation["responses"]}
    refusals = {status for status in documented if status >= 400}
    assert written == refusals | {405}
    assert set(STATUS.values()) <= written


def test_the_numbers_and_words_are_those_of_the_code() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert f"`limit` is {PAGE} unless you say otherwise, and {LARGEST_PAGE} at most" in text
    assert all(f"`{verb.value}`" in text for verb in Verb)


def test_the_error_is_the_error(cast: Cast) -> None:
    """The example of the guide, provoked."""
    section = GUIDE.read_text(encoding="utf-8").partition("## When something goes wrong\n")[2]
    example = json.loads(re.findall(r"```\n(.*?)```", section, re.DOTALL)[0])
    answer = cast.operator.post("/connections/1/runs", {"verb": "post lines", "month": "October"}).json()
    assert len(answer["error"]["fields"]) == 1
    message = answer["error"]["fields"][0].pop("message")
    assert message.startswith(example["error"]["fields"][0].pop("message").rstrip("…"))
    assert answer == example


def test_the_document_is_whole() -> None:
    """No two schemas share a name: the later one would silently take the place of the earlier."""
    schemas = api.get_openapi_schema(path_prefix="/api/")["components"]["schemas"]
    by_name: dict[str, set[str]] = {}
    for bound in api._get_bound_routers():
        for path in bound.path_operations.values():
            for operation in path.operations:
                models = [*operation.models, *(model for model in operation.response_models.values() if model)]
                for model in models:
                    mode = "validation" if model in operation.models else "serialization"
                    for name, schema in model.model_json_schema(mode=mode).get("$defs", {}).items():
                        by_name.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    assert {name for name, schemas in by_name.items() if len(schemas) > 1} == set()
    assert set(schemas) <= set(by_name)
