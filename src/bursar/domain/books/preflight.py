"""Everything a delivery refers to is looked up before it is sent; what would be refused is blocked with a remedy."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bursar.domain.books.references import Reference, ReferenceKind, dimension_code, party_kind
from bursar.domain.books.situation import Situation, named
from bursar.domain.books.traits import Capability, Limits
from bursar.domain.identity import short_digest
from bursar.domain.ledger.documents import Document, PartyRef
from bursar.domain.ledger.journal import Journal
from bursar.domain.money import Money
from bursar.domain.plan import Blocked

_LISTS = {
    ReferenceKind.ACCOUNT: "account",
    ReferenceKind.TAX: "tax",
    ReferenceKind.TERM: "payment term",
    ReferenceKind.CUSTOMER: "customer",
    ReferenceKind.SUPPLIER: "supplier",
    ReferenceKind.ITEM: "item",
    ReferenceKind.DIMENSION: "dimension",
}


def fault(document: Document, journal: Journal, situation: Situation, made: Sequence[Reference] = ()) -> Blocked | None:
    """The first thing that these books would refuse; None when there is nothing.

    `made` are parties that the plan creates for other documents.
    """
    return next(_faults(document, journal, situation, made), None)


def _faults(document: Document, journal: Journal, situation: Situation, made: Sequence[Reference]) -> Iterator[Blocked]:
    yield from _currency(document, situation)
    if not situation.traits.can(Capability.JOURNALS) and party_kind(document) is None:
        yield _block(
            document,
            "no_journals",
            f"{document.title} is a journal, and {situation.policy.book} takes invoices and bills only.",
            "Route such documents to another book, or exclude them with a reason, on Ledger › Mappings.",
        )
    for posting in journal.postings:
        yield from _reference(document, ReferenceKind.ACCOUNT, posting.account, situation)
    for tax in document.taxes:
        if tax.code:
            yield from _reference(document, ReferenceKind.TAX, tax.code, situation)
    if document.terms:
        yield from _reference(document, ReferenceKind.TERM, document.terms, situation)
    yield from _dimensions(document, situation)
    yield from _party(document, situation, made)
    yield from _items(document, situation)


def _currency(document: Document, situation: Situation) -> Iterator[Blocked]:
    wanted = situation.policy.currency
    if wanted and document.currency != wanted:
        yield _block(
            document,
            "other_currency",
            f"{document.title} is in {document.currency}, and {situation.policy.book} is kept in {wanted}.",
            "Route documents of that currency to a book of their own. Bursar never converts.",
        )


def _reference(document: Document, kind: ReferenceKind, code: str, situation: Situation) -> Iterator[Blocked]:
    references, book, word = situation.references, situation.policy.book, _LISTS[kind]
    if not references.keeps(kind):
        return
    found = references.find(kind, code)
    if found is None:
        sentence, remedy = f"{document.title}: {book} has no {word} {code}.", f"Create it there, or map {word} {code}"
    elif not found.active:
        sentence, remedy = f"{document.title}: {word} {code} is inactive in {book}.", "Activate it there, or map it"
    elif not found.postable:
        sentence = f"{document.title}: {word} {code} is a heading in {book}; nothing can be posted to it."
        remedy = "Map it"
    else:
        return
    yield _block(document, "code_unusable", sentence, f"{remedy} to another one on Ledger › Mappings.")


def _dimensions(document: Document, situation: Situation) -> Iterator[Blocked]:
    axes = {each.axis for row in document.rows for each in row.dimensions} | {d.axis for d in document.dimensions}
    room = situation.traits.limits.dimensions
    if room is not None and len(axes) > room:
        named = ", ".join(sorted(axes))
        yield _block(
            document,
            "too_many_dimensions",
            f"{document.title} has the dimensions {named}; {situation.policy.book} has room for {room}.",
            "Name those that its documents keep in the book's setting Dimensions.",
        )
    used = {each for row in document.rows for each in row.dimensions} | set(document.dimensions)
    for each in sorted(used, key=dimension_code):
        yield from _reference(document, ReferenceKind.DIMENSION, dimension_code(each), situation)


def _party(document: Document, situation: Situation, made: Sequence[Reference]) -> Iterator[Blocked]:
    kind, party, book = party_kind(document), document.party, situation.policy.book
    if kind is None:
        return
    word = _LISTS[kind]
    if not party.code:
        yield _block(
            document,
            "party_missing",
            f"{document.title} names no {word}.",
            "In ConnectWise, give the company an account number, or the member a vendor number.",
        )
    elif situation.references.keeps(kind) and situation.references.find(kind, party.code) is None:
        yield from _new_party(document, word, situation, made)
    else:
        found = situation.references.find(kind, party.code)
        if found and not found.active:
            sentence = f"{document.title}: {word} {party.code} is inactive in {book}."
            yield _block(document, "party_inactive", sentence, "Activate it there, or map it to another one.")


def _new_party(document: Document, word: str, situation: Situation, made: Sequence[Reference]) -> Iterator[Blocked]:
    party, book = document.party, situation.policy.book
    if not (situation.policy.create_parties and situation.traits.can(Capability.PARTIES)):
        yield _block(
            document,
            "party_unknown",
            f"{document.title}: {book} has no {word} {party.code} ({party_name(party)}).",
            f"Map {word} {party.code} on Ledger › Mappings, create it in the books, or let Bursar create parties.",
        )
        return
    same_name = [*situation.references.named(party_name(party)), *named(made, party_name(party))]
    twins = [twin for twin in same_name if twin.code != party.code]
    if twins:
        twin = twins[0]
        state = "" if twin.active else "inactive "
        yield _block(
            document,
            "party_name_taken",
            f"{book} has an {state}entry {twin.name} ({twin.kind} {twin.code}) already; a second one is not guessed.",
            f"Map {word} {party.code} to it, or give one of the two another name, such as {twin.name} ({word}).",
        )


def _items(document: Document, situation: Situation) -> Iterator[Blocked]:
    if not situation.traits.can(Capability.ITEMS) or situation.policy.create_items:
        return
    for line in document.lines:
        if line.item:
            yield from _reference(document, ReferenceKind.ITEM, line.item, situation)


def party_name(party: PartyRef) -> str:
    """What a new party is called."""
    return party.name or party.member or party.code


def fitted(document: Document, limits: Limits) -> Document:
    """The document within the room there is. Numbers keep a digest, so that two never become one; texts are cut."""
    party = replace(document.party, name=_cut(party_name(document.party), limits.party_name))
    lines = tuple(replace(line, description=_cut(line.description, limits.description)) for line in document.lines)
    number = fitted_number(document.number or document.record_id, limits.number)
    return replace(document, number=number, party=party, lines=lines)


def fitted_number(number: str, room: int | None) -> str:
    """The number itself, or its beginning and a digest of the whole."""
    if room is None or len(number) <= room:
        return number
    return f"{number[: room - 7]}-{short_digest(number)[:6]}"


def _cut(text: str, room: int | None) -> str:
    return text if room is None or len(text) <= room else f"{text[: room - 1]}…"


def _block(document: Document, code: str, sentence: str, remedy: str) -> Blocked:
    return Blocked(document.key, code, sentence, remedy, total=Money(document.total, document.currency))
