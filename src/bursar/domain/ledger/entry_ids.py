"""Which GL entries a document takes out of the unposted list (decision 19).

All of them: those of the header, of every line and of every tax row. A batch that leaves one out stays half open.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bursar.domain.ledger.documents import Document, DocumentKind
from bursar.domain.ledger.normalise import once
from bursar.domain.plan import Blocked


def entry_ids_of(document: Document) -> tuple[int, ...]:
    """All GL entry ids of a document, each once: header, then lines, then taxes."""
    return once([*document.entry_ids, *(key for row in document.rows for key in row.entry_ids)])


@dataclass(frozen=True, slots=True)
class EntryIds:
    """The ids that a batch of several documents closes."""

    ids: tuple[int, ...]
    """Each once, ascending."""
    shared: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Id → keys of the documents that all claim it; none may be closed before all of them are in the books."""
    blocked: tuple[Blocked, ...] = ()
    """Documents without any GL entry id: no batch can close them."""


def collect(documents: Iterable[Document]) -> EntryIds:
    """The GL entry ids of documents that the books confirmed. A COGS journal has none of its own."""
    claims: defaultdict[int, list[str]] = defaultdict(list)
    blocked: list[Blocked] = []
    for document in documents:
        ids = entry_ids_of(document)
        for key in ids:
            claims[key].append(document.key)
        if not ids and document.kind is not DocumentKind.COGS_JOURNAL:
            blocked.append(_without_ids(document))
    shared = {key: tuple(owners) for key, owners in claims.items() if len(owners) > 1}
    return EntryIds(tuple(sorted(claims)), shared, tuple(blocked))


def differing_entries(offered: Iterable[int], closed: Iterable[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids that a batch should hold and does not, and those that it holds and should not."""
    wanted, held = set(offered), set(closed)
    return tuple(sorted(wanted - held)), tuple(sorted(held - wanted))


def _without_ids(document: Document) -> Blocked:
    return Blocked(
        subject=document.key,
        code="no_gl_entries",
        sentence=f"{document.title} carries no GL entry id, so no batch can close it.",
        remedy="Open the record in ConnectWise, set it to an open status and close it again, then export once more.",
    )
