"""Additions that Bursar makes, changes and cancels."""

from collections.abc import Iterator

from bursar.connectors.connectwise.marker import CustomFieldMarker, Marker
from bursar.connectors.connectwise.query import field
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import ADDITIONS, CUSTOM_FIELDS
from bursar.connectors.connectwise.session import Session, read_json
from bursar.connectors.connectwise.translate import addition_fields
from bursar.connectors.connectwise.wire import ADDITION, ADDITION_LIST, CUSTOM_FIELD_LIST, AdditionRecord
from bursar.connectors.connectwise.writes import Writes
from bursar.connectors.connectwise.written import ADDITION_FIELDS
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.errors import RemoteError
from bursar.domain.plan import Action, Fields
from bursar.ports import Write


class AdditionWrites(Writes[AdditionRecord]):
    """A created Addition is known again by its marker within its agreement."""

    def __init__(self, session: Session, reader: Reader, marker: Marker) -> None:
        super().__init__(session, ADDITIONS, ADDITION, ADDITION_FIELDS)
        self._reader = reader
        self._marker = marker
        self._custom_field_id: int | None = None

    def candidates(self, write: Write) -> Iterator[AdditionRecord]:
        marker = str(self.identifying(write)["marker"])
        return self._reader.walk(
            ADDITIONS,
            ADDITION_LIST,
            self._marker.filter(marker),
            parent=write.parent_id,
            extra_fields=self._marker.fields,
        )

    def identifying(self, write: Write) -> Fields:
        marker = write.fields.get("marker")
        if not marker:
            raise RemoteError(f"The addition {write.key} was sent without a marker, so it cannot be looked for.")
        return {"marker": marker}

    def fields_of(self, record: AdditionRecord) -> Fields:
        return addition_fields(record, self._marker)

    def special(self, name: str, write: Write) -> JsonObject:
        if name != "marker":
            raise ValueError(f"{name} cannot be written to an addition")
        value = write.fields[name]
        text = None if value is None else str(value)
        if isinstance(self._marker, CustomFieldMarker):
            present = self._present_entries(write)
            return {"customFields": self._marker.entries(present, text, self._field_id)}
        return {"serialNumber": text}

    def _present_entries(self, write: Write) -> list[JsonObject]:
        if write.action is Action.CREATE:
            return []
        record = read_json(self._session.get(ADDITIONS, self._path(write)), ADDITIONS)
        return _objects(record.get("customFields")) if isinstance(record, dict) else []

    def _field_id(self) -> int:
        if self._custom_field_id is None and isinstance(self._marker, CustomFieldMarker):
            self._custom_field_id = self._find_field(self._marker.caption)
        if self._custom_field_id is None:
            raise ValueError("the marker is not in a custom field")
        return self._custom_field_id

    def _find_field(self, caption: str) -> int:
        conditions = str(field("caption").is_(caption))
        found = list(self._reader.walk(CUSTOM_FIELDS, CUSTOM_FIELD_LIST, {"conditions": conditions}))
        on_additions = [record for record in found if "addition" in record.screen_id.casefold()]
        usable = on_additions or found
        if len(usable) != 1:
            raise _no_single_field(caption, len(usable))
        return usable[0].id


def _objects(entries: JsonValue) -> list[JsonObject]:
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _no_single_field(caption: str, count: int) -> RemoteError:
    return RemoteError(
        f"ConnectWise has {count} custom fields with the caption '{caption}', and Bursar needs exactly one.",
        remedy="Choose the caption of one custom field on agreement additions in the connection's settings.",
    )
