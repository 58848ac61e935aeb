"""Batches that close in ConnectWise what the books have confirmed, and nothing else (decision 19)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bursar.domain.books.policy import BatchShape
from bursar.domain.identity import short_digest
from bursar.domain.ledger.unposted import Family
from bursar.domain.plan import Action, Change, Resource

LONGEST_IDENTIFIER = 50
_LETTER = {Family.INVOICES: "I", Family.EXPENSES: "E", Family.PROCUREMENT: "P"}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A document that is in the books, read back and equal, and whose GL entries still wait."""

    key: str
    number: str
    family: Family
    entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BatchWish:
    """One batch to be made: its name, unique for good, and exactly what it closes."""

    identifier: str
    family: Family
    documents: tuple[str, ...]
    entry_ids: tuple[int, ...]


def batches_for(confirmed: Iterable[Confirmed], shape: BatchShape, day: date, origin: str) -> list[BatchWish]:
    """The batches that close the documents. `origin` names run and book: the same ones always get the same names."""
    groups: dict[tuple[Family, str], list[Confirmed]] = {}
    for document in confirmed:
        single = document.key if shape is BatchShape.DOCUMENT else ""
        groups.setdefault((document.family, single), []).append(document)
    return [_wish(family, members, day, origin) for (family, _), members in sorted(groups.items()) if _ids(members)]


def _wish(family: Family, members: Sequence[Confirmed], day: date, origin: str) -> BatchWish:
    ids = _ids(members)
    content = short_digest(origin, family, *map(str, ids))
    return BatchWish(
        f"Bursar {_LETTER[family]} {day:%Y-%m-%d} {content[:10]}",
        family,
        tuple(sorted(member.key for member in members)),
        ids,
    )


def _ids(members: Sequence[Confirmed]) -> tuple[int, ...]:
    return tuple(sorted({entry for member in members for entry in member.entry_ids}))


def batch_change(wish: BatchWish, book_id: int | None = None) -> Change:
    """The write that makes the batch; its name is its key, and how it is found when the answer is lost."""
    return Change(
        key=f"batch:{wish.identifier}",
        action=Action.CREATE,
        resource=Resource.BATCH,
        after={
            "identifier": wish.identifier,
            "family": wish.family.value,
            "entry_ids": ",".join(map(str, wish.entry_ids)),
            **({"book_id": book_id} if book_id else {}),
        },
        lines=wish.documents,
    )
