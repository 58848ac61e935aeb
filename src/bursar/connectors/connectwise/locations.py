"""Locations by name and by id."""

import threading
from collections.abc import Mapping

from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import LISTS
from bursar.connectors.connectwise.wire import CHOICE_LIST
from bursar.domain.errors import FieldFault, Rejected
from bursar.domain.lists import ListKind


class Locations:
    """The locations of one PSA; read once, when first asked for. Thread-safe."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._names: Mapping[str, str] | None = None
        self._lock = threading.Lock()

    def name_of(self, key: str) -> str:
        """The name of a location by its id; blank when there is none."""
        return self._all().get(key, "") if key else ""

    def id_of(self, name_or_id: str) -> int:
        """The id of a location that a person named. Raises Rejected when there is none, or more than one."""
        wanted = name_or_id.strip()
        names = self._all()
        if wanted in names:
            return int(wanted)
        found = [key for key, name in names.items() if name.casefold() == wanted.casefold()]
        if len(found) != 1:
            raise _unclear(wanted, len(found))
        return int(found[0])

    def _all(self) -> Mapping[str, str]:
        with self._lock:
            if self._names is None:
                places = self._reader.everything(LISTS[ListKind.LOCATION], CHOICE_LIST)
                self._names = {str(place.id): place.name for place in places}
            return self._names


def _unclear(wanted: str, count: int) -> Rejected:
    sentence = f"ConnectWise has {count or 'no'} location{'s' if count else ''} {wanted}."
    fault = FieldFault("location", "NotFound" if not count else "Ambiguous", sentence)
    remedy = "Use a location's name as it stands in ConnectWise under System > My Company, or its id."
    return Rejected(sentence, fields=(fault,), remedy=remedy)
