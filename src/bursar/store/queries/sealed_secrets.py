"""Every secret that is sealed in the database, wherever it lies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model

from bursar.store.models import Book, Connection


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """One sealed value and where it lies, for sentences."""

    place: str
    sealed: str


Change = Callable[[str], str]


def sealed_secrets() -> Iterator[SealedSecret]:
    """All of them, as they are now."""
    for connection in Connection.objects.exclude(sealed_private_key="").order_by("pk"):
        yield SealedSecret(f"private key of connection '{connection.name}'", connection.sealed_private_key)
    for book in Book.objects.exclude(sealed_secret="").order_by("pk"):
        yield SealedSecret(f"password of the book '{book.name}'", book.sealed_secret)
    for row in Authenticator.objects.order_by("pk"):
        for sealed in _values(row.data):
            yield SealedSecret("second factor of a person", sealed)


def change_sealed_secrets(change: Change) -> int:
    """Replace each sealed value by what `change` makes of it, row by row. Returns how many values there were."""
    changed = sum(_change_column(model, column, change) for model, column in COLUMNS)
    for pk in list(Authenticator.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is not None:
                changed += len(list(_values(row.data)))
                row.data = _changed(row.data, change)
                row.save(update_fields=["data"])
    return changed


COLUMNS: tuple[tuple[type[Model], str], ...] = ((Connection, "sealed_private_key"), (Book, "sealed_secret"))
"""Tables with a column that is sealed as a whole, or empty."""


def _change_column(model: type[Model], column: str, change: Change) -> int:
    rows = model._default_manager.exclude(**{column: ""})  # noqa: SLF001 - how Django names any model's manager
    changed = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            row = rows.select_for_update().filter(pk=pk).first()
            if row is not None:
                setattr(row, column, change(str(getattr(row, column))))
                row.save(update_fields=[column])
                changed += 1
    return changed


SINGLE = ("secret", "seed")
SEVERAL = "migrated_codes"


def _values(data: dict[str, object]) -> Iterator[str]:
    yield from (str(data[name]) for name in SINGLE if data.get(name))
    several = data.get(SEVERAL)
    if isinstance(several, list):
        yield from (str(value) for value in several)


def _changed(data: dict[str, object], change: Change) -> dict[str, object]:
    single = {name: change(str(data[name])) for name in SINGLE if data.get(name)}
    several = data.get(SEVERAL)
    return {**data, **single} | ({SEVERAL: [change(str(v)) for v in several]} if isinstance(several, list) else {})
