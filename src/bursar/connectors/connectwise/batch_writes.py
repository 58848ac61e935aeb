"""Accounting batches that Bursar makes and deletes. Nothing changes a batch [spec]."""

from bursar.connectors.connectwise.accounting_wire import BATCH_LIST, ID_LIST
from bursar.connectors.connectwise.export_request import FLAGS
from bursar.connectors.connectwise.faults import exists
from bursar.connectors.connectwise.query import field
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import BATCH_ENTRY_IDS, BATCHES
from bursar.connectors.connectwise.session import Session
from bursar.connectors.connectwise.writes import removed
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.errors import FieldFault, NotFound, Rejected, RemoteError, UnknownOutcome
from bursar.domain.ledger.normalise import entry_ids
from bursar.domain.ledger.unposted import Family
from bursar.domain.plan import Action
from bursar.ports import Receipt, Write

_IDENTIFIER, _IDS = "batchIdentifier", "processedRecordIds"


class BatchWrites:
    """A batch is known again by its identifier, which ConnectWise takes once only [field].

    Its `family` is one or several, its `entry_ids` are all, separated by commas. Receipts have the fields `identifier`
    and `entry_ids`: what the batch holds, as ConnectWise says.
    """

    def __init__(self, session: Session, reader: Reader) -> None:
        self._session = session
        self._reader = reader

    def send(self, write: Write) -> Receipt:
        """POST or DELETE once. The answer to a POST is an export and not the batch, which is read afterwards."""
        if write.action is Action.CANCEL:
            return self._delete(write)
        body = _body(write)
        try:
            self._session.post(BATCHES, BATCHES.path, body)
        except Rejected as error:
            return self._there_already(write, error)
        return self._read_back(write)

    def look(self, write: Write) -> Receipt | None:
        """The batch, when it holds any of the entries that it was made for; for a delete, that it is gone."""
        if write.action is Action.CANCEL:
            return None if self._is_there(write) else removed(write)
        found = self._found(write)
        return found if found and _held(found) & set(_wanted(write)) else None

    def _delete(self, write: Write) -> Receipt:
        receipt = removed(write)
        try:
            self._session.delete(BATCHES, BATCHES.at(record=write.remote_id))
        except NotFound:
            if self._is_there(write):
                raise
        except Rejected as error:
            remedy = "A batch that is closed cannot be undone in ConnectWise: correct its documents by new ones there."
            raise Rejected(error.sentence, fields=error.fields, remedy=remedy, answer=error.answer) from error
        return receipt

    def _read_back(self, write: Write) -> Receipt:
        try:
            found = self._found(write)
        except RemoteError as error:
            sentence = f"{error.sentence} The batch was made, and could not be read back."
            raise UnknownOutcome(sentence, answer=error.answer) from error
        if found is None:
            raise UnknownOutcome(f"ConnectWise took the batch {_identifier(write)} and does not show it.")
        return found

    def _there_already(self, write: Write, error: Rejected) -> Receipt:
        """The receipt of a batch that an earlier request made; else the refusal, explained."""
        if exists(error.fields, _IDENTIFIER):
            found = self._found(write)
            if found and _held(found) == set(_wanted(write)):
                return found
        raise _explained(error, write) from error

    def _found(self, write: Write) -> Receipt | None:
        conditions = str(field(_IDENTIFIER).is_(_identifier(write)))
        wanted = _identifier(write).casefold()
        batches = self._reader.walk(BATCHES, BATCH_LIST, {"conditions": conditions})
        batch = next((each for each in batches if each.identifier.casefold() == wanted), None)
        if batch is None:
            return None
        held = (entry.id for entry in self._reader.walk(BATCH_ENTRY_IDS, ID_LIST, parent=batch.id))
        return Receipt(batch.id, {"identifier": batch.identifier, "entry_ids": ",".join(map(str, sorted(held)))})

    def _is_there(self, write: Write) -> bool:
        conditions = str(field("id").is_(write.remote_id))
        return any(True for _ in self._reader.walk(BATCHES, BATCH_LIST, {"conditions": conditions}))


def _body(write: Write) -> JsonObject:
    if write.action is not Action.CREATE or write.remote_id is not None:
        raise ValueError(f"{write.key}: a batch is made or deleted, never changed")
    families = {Family(word.strip()) for word in str(write.fields["family"]).split(",")}
    ids: list[JsonValue] = [*_wanted(write)]
    flags: JsonObject = {flag: family in families for family, flag in FLAGS.items()}
    return {_IDENTIFIER: _identifier(write), **flags, _IDS: ids}


def _identifier(write: Write) -> str:
    return str(write.fields["identifier"])


def _wanted(write: Write) -> tuple[int, ...]:
    return entry_ids(str(write.fields["entry_ids"]))


def _held(receipt: Receipt) -> set[int]:
    return set(entry_ids(str(receipt.fields["entry_ids"])))


def _explained(error: Rejected, write: Write) -> Rejected:
    name = _identifier(write)
    if exists(error.fields, _IDENTIFIER):
        sentence = f"ConnectWise has an accounting batch {name} already, and it holds other GL entries."
        remedy = "Choose another batch identifier: ConnectWise takes each only once."
    elif faults := [fault for fault in error.fields if fault.field == _IDS]:
        sentence = f"ConnectWise refused the accounting batch {name}: {_counted(faults)}."
        remedy = (
            "Run again. Entries that are in another batch no longer wait; entries that are gone belonged to a record "
            "that was opened and closed since, and has new ones."
        )
    else:
        sentence, remedy = error.sentence, "Correct what ConnectWise names, then run again."
    return Rejected(sentence, fields=error.fields, remedy=remedy, answer=error.answer)


def _counted(faults: list[FieldFault]) -> str:
    first = faults[0].message.rstrip(". ")
    return f"{first}, and {len(faults) - 1} more like it" if len(faults) > 1 else first
