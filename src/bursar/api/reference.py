"""The OpenAPI document as a person reads it: routes by noun, then the shapes of what goes in and comes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Document = Mapping[str, object]
ABOVE = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field of a shape, or one parameter of a route. `place` is query, path or header for a parameter."""

    name: str
    type: str
    shape: str
    required: bool
    meaning: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """What a route may answer."""

    status: int
    name: str
    shape: str


@dataclass(frozen=True, slots=True)
class RouteShown:
    """One route."""

    id: str
    method: str
    address: str
    role: str
    meaning: str
    parameters: Sequence[FieldShown]
    body: str
    answers: Sequence[AnswerShown]


@dataclass(frozen=True, slots=True)
class ShapeShown:
    """One JSON object."""

    name: str
    meaning: str
    fields: Sequence[FieldShown]


def routes_by_noun(document: Document) -> dict[str, list[RouteShown]]:
    """Every route, in the order of the document."""
    nouns: dict[str, list[RouteShown]] = {}
    for address, methods in _items(document["paths"]):
        for method, operation in _items(methods):
            tags = operation["tags"]
            noun = str(tags[0]) if isinstance(tags, list) else ""
            nouns.setdefault(noun, []).append(_route(address, method, operation))
    return nouns


def shapes(document: Document) -> list[ShapeShown]:
    """Every JSON object that goes in or comes out, by name. Choices are told where they are used."""
    components = dict(_items(document["components"]))
    found = []
    for name, schema in sorted(_items(components["schemas"])):
        if "properties" in schema:
            required = _texts(schema.get("required"))
            fields = [_field(key, inner, required=key in required) for key, inner in _items(schema["properties"])]
            found.append(ShapeShown(name, _plain(schema), fields))
    return found


def _route(address: str, method: str, operation: Document) -> RouteShown:
    return RouteShown(
        id=str(operation["operationId"]),
        method=method.upper(),
        address=address,
        role=str(operation["x-role"]),
        meaning=_plain(operation),
        parameters=[_parameter(each) for each in _list(operation.get("parameters"))],
        body=_shape_of(operation.get("requestBody")),
        answers=[
            AnswerShown(int(status), str(answer["description"]), _shape_of(answer))
            for status, answer in _items(operation["responses"])
        ],
    )


def _parameter(given: Document) -> FieldShown:
    schema = given["schema"]
    shown = _field(str(given["name"]), schema if isinstance(schema, Mapping) else {}, required=bool(given["required"]))
    return FieldShown(shown.name, shown.type, shown.shape, shown.required, shown.meaning, str(given["in"]))


def _field(name: str, schema: Document, *, required: bool) -> FieldShown:
    return FieldShown(name, _type(schema), _reference(schema), required, _plain(schema))


def _type(schema: Document) -> str:
    """In words: what may stand there."""
    for several in ("anyOf", "allOf"):
        if several in schema:
            return " or ".join(_type(each) for each in _list(schema[several]))
    if "enum" in schema:
        return " | ".join(_texts(schema["enum"]))
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(ABOVE)
    inner = schema.get("items") or schema.get("additionalProperties")
    if isinstance(inner, Mapping) and inner:
        return f"list of {_type(inner)}" if schema.get("type") == "array" else f"map to {_type(inner)}"
    return str(schema.get("format") or schema.get("type") or "any JSON")


def _reference(schema: Document) -> str:
    """The name of the shape that the schema leads to, at whatever depth; empty when to none."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(ABOVE)
    inner: list[Document] = [*_list(schema.get("anyOf")), *_list(schema.get("allOf"))]
    inner += [each for each in (schema.get("items"), schema.get("additionalProperties")) if isinstance(each, Mapping)]
    return next((name for each in inner if (name := _reference(each))), "")


def _shape_of(message: object) -> str:
    """The shape of a body or an answer; its media type when it is not JSON."""
    if not isinstance(message, Mapping) or "content" not in message:
        return ""
    media, content = next(_items(message["content"]))
    schema = content["schema"]
    return _reference(schema) if media == "application/json" and isinstance(schema, Mapping) else media


def _plain(described: Document) -> str:
    """The description without the marks of Markdown."""
    return str(described.get("description", "")).replace("`", "")


def _items(value: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(value, Mapping):
        yield from ((str(key), inner) for key, inner in value.items())


def _list(value: object) -> list[dict[str, object]]:
    return list(value) if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
