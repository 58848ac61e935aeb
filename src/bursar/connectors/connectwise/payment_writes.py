"""Payments on invoices that Bursar makes, changes and deletes."""

from collections.abc import Iterator
from typing import ClassVar

from bursar.connectors.connectwise.accounting_records import payment_fields
from bursar.connectors.connectwise.accounting_wire import PAYMENT, PAYMENT_LIST, PaymentRecord
from bursar.connectors.connectwise.faults import exists
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import PAYMENTS
from bursar.connectors.connectwise.session import Session
from bursar.connectors.connectwise.writes import Writes
from bursar.connectors.connectwise.written import PAYMENT_FIELDS
from bursar.connectors.exact_json import JsonObject
from bursar.domain.errors import Rejected
from bursar.domain.plan import Action, Fields
from bursar.ports import Receipt, Write

_IDENTITY = ("credit_id", "amount", "day")


class PaymentWrites(Writes[PaymentRecord]):
    """A payment that was made is the one on its invoice, of cash or of that credit memo, with what was written."""

    cancelling_deletes: ClassVar[bool] = True

    def __init__(self, session: Session, reader: Reader) -> None:
        super().__init__(session, PAYMENTS, PAYMENT, PAYMENT_FIELDS)
        self._reader = reader

    def send(self, write: Write) -> Receipt:
        """POST, PATCH or DELETE once. Raises Rejected when the invoice has another payment already [field]."""
        try:
            return super().send(write)
        except Rejected as error:
            raise _explained(error, write) from error

    def candidates(self, write: Write) -> Iterator[PaymentRecord]:
        return self._reader.walk(PAYMENTS, PAYMENT_LIST, parent=write.parent_id)

    def identifying(self, write: Write) -> Fields:
        return {name: write.fields.get(name) for name in _IDENTITY}

    def fields_of(self, record: PaymentRecord) -> Fields:
        return payment_fields(record)

    def special(self, name: str, write: Write) -> JsonObject:
        raise ValueError(f"{write.key}: {name} cannot be written to a payment")

    def _properties(self, write: Write) -> JsonObject:
        properties = super()._properties(write)
        return {"invoice": {"id": write.parent_id}, **properties} if write.action is Action.CREATE else properties


def _explained(error: Rejected, write: Write) -> Rejected:
    if write.action is Action.CREATE and exists(error.fields):
        return Rejected(
            "ConnectWise has a payment on this invoice already, made since Bursar looked.",
            fields=error.fields,
            remedy="Run again: the payment that is there is changed, no second one is made.",
            answer=error.answer,
        )
    remedy = "Look at the invoice's total, balance and status in ConnectWise, then run again."
    return Rejected(error.sentence, fields=error.fields, remedy=remedy, answer=error.answer)
