"""The PSA's dialect of JSON Patch."""

from __future__ import annotations

from psa_sandbox.state.errors import Refusal, invalid_field
from psa_sandbox.state.resources import Resource

_OPERATIONS = {"add", "replace", "remove"}
_ECHOED = {"id", "_info"}


def changes(resource: Resource, operations: object) -> dict[str, object]:
    """The new values by field that a list of {op, path, value} asks for; None where a field is removed.

    A path is the bare name of a field, case-sensitive, one leading slash tolerated. A path into a
    reference is accepted and changes nothing [guide]. Raises Refusal for anything else.
    """
    if not isinstance(operations, list):
        raise Refusal(400, "InvalidObject", "The body must be a list of operations.")
    wanted: dict[str, object] = {}
    for operation in operations:
        wanted |= _change(resource, operation)
    return wanted


def _change(resource: Resource, operation: object) -> dict[str, object]:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
        raise Refusal(400, "InvalidObject", "Each operation must have an op and a path.")
    verb, path = operation.get("op"), str(operation["path"])
    if verb not in _OPERATIONS:
        raise invalid_field(resource.name, path, f"The operation {verb} is not supported.")
    name, _, further = path.removeprefix("/").partition("/")
    field = resource.fields.get(name)
    if further:
        if field is not None and field.type == "reference":
            return {}
        raise invalid_field(resource.name, path, f"The path {path} does not exist.")
    if field is None and name not in _ECHOED and not (name == "customFields" and resource.screen):
        raise invalid_field(resource.name, path, f"The path {path} does not exist.")
    return {name: None if verb == "remove" else operation.get("value")}
