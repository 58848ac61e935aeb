"""Fields of one record on their way into the model: each is taken out as what it must be, the rest is kept."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from bursar.connectors.connectwise.gl_export_forms import Fields, Value
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import Axis, Dimension, More

CURRENCY = "currency.currencyCode"
Shown: TypeAlias = dict[str, Value | None]
"""Fields to be written; what says nothing is still among them."""


class Taken:
    """Fields that are taken out one by one, each as what it must be; the rest stays for `more`."""

    def __init__(self, fields: Fields) -> None:
        self._fields = dict(fields)

    def text(self, path: str) -> str:
        value = self._fields.pop(path, "")
        return value if isinstance(value, str) else str(value)

    def kept(self, path: str) -> str:
        """A text that stays where it is, too."""
        value = self._fields.get(path, "")
        return value if isinstance(value, str) else ""

    def number(self, path: str) -> Decimal | None:
        value = self._fields.pop(path, None)
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        raise InvalidInput(f"{path} is not a number.")

    def amount(self, path: str) -> Decimal:
        """A number; zero where there is none."""
        return self.number(path) or Decimal(0)

    def required(self, path: str) -> Decimal:
        found = self.number(path)
        if found is None:
            raise InvalidInput(f"It has no {path}.")
        return found

    def flag(self, path: str) -> bool | None:
        value = self._fields.pop(path, None)
        return value if isinstance(value, bool) else None

    def day(self, path: str) -> date | None:
        value = self._fields.pop(path, None)
        return value if isinstance(value, date) else None

    def moment(self, path: str) -> datetime | None:
        value = self._fields.pop(path, None)
        return value if isinstance(value, datetime) else None

    def ids(self, path: str) -> tuple[int, ...]:
        value = self._fields.pop(path, ())
        return value if isinstance(value, tuple) else ()

    def integer(self, path: str) -> int | None:
        """A whole number; anything else stays where it is."""
        value = self._fields.get(path)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        del self._fields[path]
        return value

    def dimensions(self, *places: tuple[Axis, str]) -> tuple[Dimension, ...]:
        return tuple(Dimension(axis, value) for axis, path in places if (value := self.text(path)))

    def currency(self, otherwise: str) -> str:
        """The code of the currency; what is no code stays where it is."""
        code = self._fields.get(CURRENCY)
        if _is_code(code):
            return self.text(CURRENCY).upper()
        named = (self._fields.get(f"currency.{name}") for name in ("isoCode", "currencyIdentifier", "name"))
        return next((str(name).upper() for name in named if _is_code(name)), otherwise)

    def rest(self) -> More:
        """What was not taken, sorted."""
        pairs = sorted(self._fields.items())
        return tuple((path, ",".join(map(str, value)) if isinstance(value, tuple) else value) for path, value in pairs)


def said(fields: Shown) -> Fields:
    """Without what says nothing."""
    return {path: value for path, value in fields.items() if value is not None and value not in {"", ()}}


def _is_code(value: Value | None) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()
