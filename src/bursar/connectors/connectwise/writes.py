"""Sending one record, and looking for it afterwards. What differs by kind of record is in the subclasses."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from bursar.connectors.connectwise.faults import AddressMissing
from bursar.connectors.connectwise.resources import Endpoint
from bursar.connectors.connectwise.session import Session, read_as, written_as
from bursar.connectors.connectwise.wire import Identified
from bursar.connectors.connectwise.written import AS_TEXT, WrittenField
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.errors import NotFound, RemoteError
from bursar.domain.plan import Action, Fields
from bursar.ports import Receipt, Write

R = TypeVar("R", bound=Identified)


class Outlet(Protocol):
    """Sends writes of one kind of record, and looks for them."""

    def send(self, write: Write) -> Receipt: ...

    def look(self, write: Write) -> Receipt | None: ...


class Writes(ABC, Generic[R]):
    """Creates and changes one kind of record."""

    cancelling_deletes: ClassVar[bool] = False
    """Whether a cancel removes the record; else it changes it."""

    def __init__(
        self,
        session: Session,
        endpoint: Endpoint,
        shape: TypeAdapter[R],
        table: Mapping[str, WrittenField],
    ) -> None:
        self._session = session
        self._endpoint = endpoint
        self._shape = shape
        self._table = table

    def send(self, write: Write) -> Receipt:
        """POST, PATCH or DELETE once."""
        if self._deletes(write):
            return remove(self._session, self._endpoint, write, self._path(write))
        properties = self._properties(write)
        if write.action is Action.CREATE:
            body: JsonObject = {name: value for name, value in properties.items() if value is not None}
            answer = self._session.post(self._endpoint, self._path(write), body)
        else:
            answer = self._session.patch(self._endpoint, self._path(write), _operations(properties))
        return self._receipt(written_as(self._shape, answer, self._endpoint))

    def look(self, write: Write) -> Receipt | None:
        """Find what `send` would have made or changed. Raises RemoteError when two records answer to it."""
        if self._deletes(write):
            return self._gone(write)
        try:
            found = self._made(write) if write.action is Action.CREATE else self._changed(write)
        except AddressMissing:
            raise
        except NotFound:
            return None
        return found

    @abstractmethod
    def candidates(self, write: Write) -> Iterator[R]:
        """The few records among which a created one must be."""

    @abstractmethod
    def identifying(self, write: Write) -> Fields:
        """The written fields that tell the created record from others. Raises RemoteError when there are none."""

    @abstractmethod
    def fields_of(self, record: R) -> Fields:
        """A record under Bursar's names."""

    @abstractmethod
    def special(self, name: str, write: Write) -> JsonObject:
        """Properties for a field that is not in the table. Raises ValueError when it cannot be written."""

    def _path(self, write: Write) -> str:
        if (write.action is Action.CREATE) is not (write.remote_id is None):
            raise ValueError(f"{write.action} of {write.key} has the wrong remote id")
        return self._endpoint.at(parent=write.parent_id, record=write.remote_id)

    def _properties(self, write: Write) -> JsonObject:
        properties: JsonObject = {}
        for name, value in write.fields.items():
            written = self._table.get(name)
            if written is None:
                properties.update(self.special(name, write))
            elif not written.skips(value):
                properties[written.property] = written.sent(value)
        return properties

    def _deletes(self, write: Write) -> bool:
        return self.cancelling_deletes and write.action is Action.CANCEL

    def _gone(self, write: Write) -> Receipt | None:
        try:
            self._session.get(self._endpoint, self._path(write))
        except AddressMissing:
            raise
        except NotFound:
            return removed(write)
        return None

    def _made(self, write: Write) -> Receipt | None:
        wanted = self.identifying(write)
        receipts = map(self._receipt, self.candidates(write))
        found = [receipt for receipt in receipts if self._holds(wanted, receipt.fields)]
        if len(found) > 1:
            raise _ambiguous(self._endpoint, [receipt.remote_id for receipt in found])
        return found[0] if found else None

    def _changed(self, write: Write) -> Receipt | None:
        answer = self._session.get(self._endpoint, self._path(write))
        receipt = self._receipt(read_as(self._shape, answer, self._endpoint))
        return receipt if self._holds(write.fields, receipt.fields) else None

    def _holds(self, wanted: Fields, found: Fields) -> bool:
        return all(self._table.get(name, AS_TEXT).holds(value, found.get(name)) for name, value in wanted.items())

    def _receipt(self, record: R) -> Receipt:
        return Receipt(record.id, self.fields_of(record))


def remove(session: Session, endpoint: Endpoint, write: Write, path: str) -> Receipt:
    """DELETE once. What is not there any more is as it should be."""
    try:
        session.delete(endpoint, path)
    except AddressMissing:
        raise
    except NotFound:
        pass
    return removed(write)


def removed(write: Write) -> Receipt:
    """What is said of a record that is gone. Raises ValueError when the write names none."""
    if write.remote_id is None:
        raise ValueError(f"{write.key} says not what to delete")
    return Receipt(write.remote_id, {"deleted": True})


def _operations(properties: JsonObject) -> JsonValue:
    """JSON Patch in ConnectWise's dialect: bare property names, whole references [guide]."""
    return [{"op": "replace", "path": name, "value": value} for name, value in properties.items()]


def _ambiguous(endpoint: Endpoint, ids: list[int]) -> RemoteError:
    listed = ", ".join(map(str, ids))
    return RemoteError(
        f"ConnectWise has {len(ids)} records that could be this {endpoint.noun}: {listed}.",
        remedy=f"Cancel or delete the wrong {endpoint.noun} in ConnectWise, then post again.",
    )
