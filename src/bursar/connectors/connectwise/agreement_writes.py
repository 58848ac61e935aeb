"""Agreements that Bursar makes and changes."""

from collections.abc import Iterator

from bursar.connectors.connectwise.currencies import Currencies
from bursar.connectors.connectwise.query import field
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import AGREEMENTS
from bursar.connectors.connectwise.session import Session
from bursar.connectors.connectwise.translate import agreement_fields
from bursar.connectors.connectwise.wire import AGREEMENT, AGREEMENT_LIST, AgreementRecord
from bursar.connectors.connectwise.writes import Writes
from bursar.connectors.connectwise.written import AGREEMENT_FIELDS
from bursar.connectors.exact_json import JsonObject
from bursar.domain.plan import Fields
from bursar.ports import Write

_IDENTITY = ("company_id", "name", "type_id", "currency")
_CANCELLED = "Cancelled"


class AgreementWrites(Writes[AgreementRecord]):
    """A created agreement is known again by its company, exact name, type and currency; cancelled ones do not count."""

    def __init__(self, session: Session, reader: Reader, currencies: Currencies) -> None:
        super().__init__(session, AGREEMENTS, AGREEMENT, AGREEMENT_FIELDS)
        self._reader = reader
        self._currencies = currencies

    def candidates(self, write: Write) -> Iterator[AgreementRecord]:
        company = write.fields["company_id"]
        if not isinstance(company, int):
            raise TypeError(f"{write.key} names no company")
        conditions = str(field("company/id").is_(company))
        found = self._reader.walk(AGREEMENTS, AGREEMENT_LIST, {"conditions": conditions})
        return (record for record in found if not record.cancelled and record.status != _CANCELLED)

    def identifying(self, write: Write) -> Fields:
        return {name: write.fields[name] for name in _IDENTITY if write.fields.get(name) is not None}

    def fields_of(self, record: AgreementRecord) -> Fields:
        return agreement_fields(record)

    def special(self, name: str, write: Write) -> JsonObject:
        if name != "currency":
            raise ValueError(f"{name} cannot be written to an agreement")
        value = write.fields[name]
        return {"currency": {"id": self._currencies.id_of(value)} if isinstance(value, str) else None}
