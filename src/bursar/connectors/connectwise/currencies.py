"""Currency codes and the ids that ConnectWise knows them by."""

import threading

from bursar.connectors.connectwise.accounting_wire import CORPORATE_STRUCTURE_LIST
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import CORPORATE_STRUCTURE, CURRENCIES
from bursar.connectors.connectwise.translate import code_of_currency, currency_code
from bursar.connectors.connectwise.wire import CURRENCY_LIST
from bursar.domain.errors import FieldFault, Rejected


class Currencies:
    """The currencies set up in one PSA; read once. Thread-safe."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ids: dict[str, int] | None = None
        self._lock = threading.Lock()

    def id_of(self, code: str) -> int:
        """The id of a currency. Raises Rejected when it is not set up."""
        with self._lock:
            if self._ids is None:
                self._ids = self._read()
            found = self._ids.get(code.upper())
        if found is None:
            raise _not_set_up(code)
        return found

    def _read(self) -> dict[str, int]:
        ids: dict[str, int] = {}
        for record in self._reader.walk(CURRENCIES, CURRENCY_LIST):
            code = code_of_currency(record)
            if code:
                ids.setdefault(code, record.id)
        return ids


class HomeCurrency:
    """The currency of records that name none; read once, unless a person said it. Thread-safe."""

    def __init__(self, reader: Reader, said: str = "") -> None:
        self._reader = reader
        self._code: str | None = said.strip().upper() or None
        self._lock = threading.Lock()

    def code(self) -> str:
        """The base currency of the corporate structure [spec]; blank when ConnectWise does not say."""
        with self._lock:
            if self._code is None:
                self._code = self._read()
            return self._code

    def _read(self) -> str:
        structures = self._reader.walk(CORPORATE_STRUCTURE, CORPORATE_STRUCTURE_LIST)
        return next((code for each in structures if (code := currency_code(each.base_currency))), "")


def _not_set_up(code: str) -> Rejected:
    sentence = f"ConnectWise has no currency {code}."
    fault = FieldFault("currency", "NotFound", sentence)
    remedy = f"Add {code} in ConnectWise under System > Setup Tables > Currency, then post again."
    return Rejected(sentence, fields=(fault,), remedy=remedy)
