"""Batches that close in ConnectWise what the books have confirmed, and nothing else (decision 19)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bursar.domain.books.policy import BatchShape
from bursar.domain.identity import short_digest
from bursar.domain.ledger.stock_accounts import COGS
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
    """The batches that close the documents. `origin` names run and book: the same ones always get the same names.

    Documents that share an entry are closed by one batch: ConnectWise refuses an entry that is in another.
    """
    families: dict[Family, list[Confirmed]] = {}
    for document in sorted(confirmed, key=lambda each: each.key):
        families.setdefault(document.family, []).append(document)
    groups = (
        (family, group)
        for family, members in sorted(families.items())
        for group in ([members] if shape is BatchShape.RUN else _apart(members))
    )
    return [_wish(family, group, day, origin) for family, group in groups if _ids(group)]


def _apart(members: Sequence[Confirmed]) -> list[list[Confirmed]]:
    """Documents that must be closed together; a journal of costs, which has no entries, goes with its invoice."""
    groups: dict[int | str, list[Confirmed]] = {}
    for document in members:
        joined = {id(groups[name]): groups[name] for name in _names(document) if name in groups}
        group = [document, *(each for others in joined.values() for each in others)]
        groups |= {name: group for each in group for name in _names(each)}
    return list({id(group): group for group in groups.values()}.values())


def _names(document: Confirmed) -> Iterator[int | str]:
    yield from document.entry_ids
    yield document.key.removesuffix(COGS)


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
