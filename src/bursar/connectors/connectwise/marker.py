"""Where our marker lives in an Addition: in its serial number, or in a custom field (decision 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bursar.connectors.connectwise.query import custom_field, field
from bursar.connectors.connectwise.wire import AdditionRecord
from bursar.connectors.exact_json import JsonObject, JsonValue


class Marker(Protocol):
    """One way to keep the marker."""

    @property
    def fields(self) -> tuple[str, ...]:
        """What a list of Additions must contain besides the usual fields."""

    def read(self, record: AdditionRecord) -> str:
        """The marker, empty when there is none."""

    def filter(self, marker: str) -> dict[str, str]:
        """The query that finds it. ConnectWise compares without regard to case, so check what it finds."""


@dataclass(frozen=True, slots=True)
class SerialNumber:
    """The marker is the Addition's serial number (50 characters)."""

    @property
    def fields(self) -> tuple[str, ...]:
        return ()

    def read(self, record: AdditionRecord) -> str:
        return record.serial_number

    def filter(self, marker: str) -> dict[str, str]:
        return {"conditions": str(field("serialNumber").is_(marker))}


@dataclass(frozen=True, slots=True)
class CustomFieldMarker:
    """The marker is the value of the custom field that people see under this caption."""

    caption: str

    @property
    def fields(self) -> tuple[str, ...]:
        return ("customFields",)

    def read(self, record: AdditionRecord) -> str:
        for entry in record.custom_fields or ():
            if self.names(entry.caption):
                return "" if entry.value is None else str(entry.value)
        return ""

    def filter(self, marker: str) -> dict[str, str]:
        return {"customFieldConditions": str(custom_field(self.caption).is_(marker))}

    def names(self, caption: object) -> bool:
        """Whether this caption is ours."""
        return isinstance(caption, str) and caption.strip().casefold() == self.caption.strip().casefold()

    def entries(self, present: list[JsonObject], marker: JsonValue, field_id: Callable[[], int]) -> list[JsonValue]:
        """All custom fields of a record with ours set: entries that are left out would be cleared [field].

        `field_id` is asked only when our field is not among those present.
        """
        ours = [entry for entry in present if self.names(entry.get("caption"))]
        own: JsonObject = ours[0] if ours else {"id": field_id(), "caption": self.caption}
        return [*(entry for entry in present if entry not in ours), {**own, "value": marker}]


def marker_in(caption: str | None) -> Marker:
    """The marker's place for a connection's setting."""
    return CustomFieldMarker(caption) if caption else SerialNumber()
