"""A Decimal kept as text: SQLite would turn a numeric column into floating point beyond 15 digits."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

if TYPE_CHECKING:
    RequiredBase = models.Field[Decimal | str, Decimal]
    OptionalBase = models.Field[Decimal | str | None, Decimal | None]
else:
    RequiredBase = OptionalBase = models.Field


class _AsText:
    """Stores every digit. Such a column is never summed or sorted in SQL."""

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(
        self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Decimal | str | None) -> str | None:
        return None if value is None else format(Decimal(value), "f")


class ExactDecimalField(_AsText, RequiredBase):
    """An exact decimal number."""


class OptionalExactDecimalField(_AsText, OptionalBase):
    """An exact decimal number that may be missing."""
