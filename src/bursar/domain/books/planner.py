"""One book's documents → one Plan: who must be created, what is posted, what is as it should be, what waits and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from bursar.domain.books.delivery import Delivery, document_marker, on_day
from bursar.domain.books.drift import CHANGED_IN_BOOKS, differing
from bursar.domain.books.payload import as_text, digest_of
from bursar.domain.books.policy import BookPolicy
from bursar.domain.books.preflight import fault, fitted, party_name
from bursar.domain.books.present import Consent, Delivered, Present
from bursar.domain.books.references import Reference, ReferenceKind, party_kind, translated
from bursar.domain.books.situation import Situation
from bursar.domain.books.traits import Capability
from bursar.domain.identity import short_digest
from bursar.domain.ledger.documents import RECEIVABLE_KINDS, Document
from bursar.domain.ledger.journal import journal_of
from bursar.domain.ledger.stock_accounts import cogs_journal
from bursar.domain.money import Money, to_cents
from bursar.domain.plan import Action, Blocked, Change, Plan, Resource

PARTIES, ITEMS, VOIDS, DOCUMENTS = range(4)
"""Stages of a plan for the books. The batch that closes them in ConnectWise is planned from what arrived."""

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one document."""

    document: Document
    """As ConnectWise exports it."""
    digest: str
    delivery: Delivery | None = None
    """In the codes of the books; None when it could not be made."""
    change: Change | None = None
    """Creation, or *leave* for what is as it should be."""
    blocked: Blocked | None = None


@dataclass(slots=True)
class BookPlan:
    """The plan, and what becomes of each document, in the order they came."""

    plan: Plan = field(default_factory=lambda: Plan(stages=[[], [], [], []]))
    documents: list[Planned] = field(default_factory=list)


def plan_documents(situation: Situation) -> BookPlan:
    """Plan what one book should get. The same situation always gives the same plan."""
    found, made = BookPlan(), dict[str, Change]()
    for source in situation.documents:
        held: Blocked | None = None
        for document in _parts(source, situation):
            planned = _plan(document, situation, made, found.plan, held)
            held = planned.blocked
            found.documents.append(planned)
            if planned.change:
                found.plan.stages[DOCUMENTS].append(planned.change)
            if planned.blocked:
                found.plan.blocked.append(planned.blocked)
    return found


def _parts(document: Document, situation: Situation) -> list[Document]:
    """The document, and its cost of goods sold where the books want that as a journal of its own."""
    if not situation.policy.cogs_apart:
        return [document]
    costs = cogs_journal(document, situation.policy.journal.stock)
    return [document, costs] if costs else [document]


def _plan(
    document: Document, situation: Situation, made: dict[str, Change], plan: Plan, invoice: Blocked | None
) -> Planned:
    """`invoice` is why the invoice is held whose costs this is."""
    digest = digest_of(document)
    sent = situation.delivered.get(document.key)
    there = situation.present.get(sent.marker) if sent and not sent.voided else None
    if sent and not sent.voided:
        obstacle = differing(document, digest, sent, there, situation.policy.book)
        accepted = sent.consent is Consent.ACCEPT and obstacle is not None and obstacle.code == CHANGED_IN_BOOKS
        if obstacle is None or accepted:
            return Planned(document, digest, change=_leave(document, sent, there, situation))
        if sent.consent is Consent.REPOST:
            obstacle = _cannot_void(document, there, situation)
        if obstacle:
            return Planned(document, digest, blocked=obstacle)
    generation = sent.generation + 1 if sent else 0
    delivery = _delivery(document, generation, situation)
    if isinstance(delivery, Blocked):
        return Planned(document, digest, blocked=delivery)
    parties = [_party_made(change) for change in made.values() if change.resource is Resource.PARTY]
    obstacle = fault(delivery.document, delivery.journal, situation, parties)
    if invoice and not obstacle:
        obstacle = _waits_for_invoice(document, invoice)
    if obstacle:
        return Planned(document, digest, delivery, blocked=obstacle)
    needs = [*_party(delivery, situation, made, plan), *_items(delivery, situation, made, plan)]
    if sent and there and not there.voided:
        void = void_of(document.key, sent, there, situation.policy)
        plan.stages[VOIDS].append(void)
        needs.append(void.key)
    return Planned(document, digest, delivery, _create(delivery, digest, needs, situation))


def _delivery(document: Document, generation: int, situation: Situation) -> Delivery | Blocked:
    day = situation.policy.posting_day(document.day)
    if day is None:
        return _closed(document, document.day, situation)
    own = translated(_numbered(document, situation), situation.mappings, situation.policy.dimensions)
    policy = situation.policy.journal
    if situation.policy.cogs_apart and document.kind in RECEIVABLE_KINDS:
        policy = replace(policy, stock=replace(policy.stock, cogs=False))
    fitting = fitted(on_day(own, day), situation.traits.limits)
    journal = journal_of(fitting, policy)
    if isinstance(journal, Blocked):
        return journal
    marker = document_marker(situation.scope, document.key, generation)
    return Delivery(fitting, journal, generation, marker, document.day)


def _numbered(document: Document, situation: Situation) -> Document:
    """Two receipts billed under one supplier's number get numbers of their own: -2 for the second, and so on."""
    number = document.vendor_invoice
    keys = situation.supplier_numbers.get((document.party.code, number), ()) if number else ()
    place = keys.index(document.key) if document.key in keys else 0
    return replace(document, vendor_invoice=f"{number}-{place + 1}") if place else document


def _create(delivery: Delivery, digest: str, needs: list[str], situation: Situation) -> Change:
    document = delivery.document
    after = _shown(delivery) | {"marker": delivery.marker, "digest": digest, "payload": as_text(delivery)}
    moved = delivery.document_day != document.day
    note = f"{delivery.document_day} is closed in {situation.policy.book}: posted on {document.day}." if moved else ""
    return Change(
        key=_key(situation, f"document:{delivery.key}:{delivery.generation}"),
        action=Action.CREATE,
        resource=Resource.DOCUMENT,
        after=after,
        lines=(delivery.key,),
        total=money_of(delivery),
        needs=tuple(dict.fromkeys(needs)),
        notes=(note,) if note else (),
    )


def _shown(delivery: Delivery) -> dict[str, str]:
    """What a person compares: the heads of the document, in words of the books."""
    document = delivery.document
    shown = {
        "kind": document.kind.value,
        "number": document.number,
        "party": document.party.code,
        "day": document.day.isoformat(),
        "due": document.due.isoformat() if document.due else "",
        "terms": document.terms,
        "total": f"{money_of(delivery).amount:f}",
        "currency": document.currency,
        "supplier_number": document.vendor_invoice,
    }
    return {name: value for name, value in shown.items() if value}


def money_of(delivery: Delivery) -> Money:
    """What the document comes to in the books: its total, and the debits of a journal."""
    document = delivery.document
    if document.kind in RECEIVABLE_KINDS or party_kind(document):
        return Money(to_cents(document.total), document.currency)
    return Money(delivery.journal.debits.get(document.currency, to_cents(document.total * 0)), document.currency)


def _leave(document: Document, sent: Delivered, there: Present | None, situation: Situation) -> Change:
    total = Money(sent.total, sent.currency)
    found = there.total if there else sent.total
    return Change(
        key=_key(situation, f"document:{document.key}:{sent.generation}"),
        action=Action.LEAVE,
        resource=Resource.DOCUMENT,
        after={"marker": sent.marker, "number": sent.number},
        remote_id=sent.remote_id or None,
        lines=(document.key,),
        total=total if sent.consent is not Consent.ACCEPT else Money(found, sent.currency),
        found=found,
    )


def void_of(key: str, sent: Delivered, there: Present, policy: BookPolicy) -> Change:
    """Take a document back that is in the books: on its own day, or the first open one."""
    day = policy.posting_day(there.day) or there.day
    return Change(
        key=book_key(policy.book, f"void:{key}:{sent.generation}"),
        action=Action.CANCEL,
        resource=Resource.DOCUMENT,
        after={
            "marker": sent.marker,
            "number": sent.number,
            "ref": there.ref,
            "day": day.isoformat(),
            "payload": sent.payload,
        },
        remote_id=there.remote_id or None,
    )


def _party(delivery: Delivery, situation: Situation, made: dict[str, Change], plan: Plan) -> list[str]:
    kind, party = party_kind(delivery.document), delivery.document.party
    if kind is None or not situation.references.keeps(kind) or situation.references.find(kind, party.code):
        return []
    after = {"kind": kind.value, "code": party.code, "name": party_name(party), "currency": delivery.document.currency}
    return [_made(Resource.PARTY, f"party:{kind}:{party.code}", after, situation, made, plan)]


def _items(delivery: Delivery, situation: Situation, made: dict[str, Change], plan: Plan) -> list[str]:
    """Items to create; with the account, because books tie the two and ConnectWise does not."""
    if not situation.traits.can(Capability.ITEMS) or party_kind(delivery.document) is not ReferenceKind.CUSTOMER:
        return []
    keys = []
    for line in delivery.document.lines:
        if line.item and situation.references.find(ReferenceKind.ITEM, line.item) is None:
            after = {"code": line.item, "name": line.description or line.item, "account": line.account}
            keys.append(_made(Resource.ITEM, f"item:{line.item}", after, situation, made, plan))
    return keys


def _made(
    resource: Resource,
    name: str,
    after: Mapping[str, str],
    situation: Situation,
    made: dict[str, Change],
    plan: Plan,
) -> str:
    key = _key(situation, name)
    if key not in made:
        made[key] = Change(key, Action.CREATE, resource, after)
        plan.stages[PARTIES if resource is Resource.PARTY else ITEMS].append(made[key])
    return key


def _party_made(change: Change) -> Reference:
    after = change.after
    return Reference(ReferenceKind(str(after["kind"])), str(after["code"]), str(after["name"]))


def _key(situation: Situation, name: str) -> str:
    return book_key(situation.policy.book, name)


def book_key(book: str, name: str) -> str:
    """The business key: unique per connection, which may have several books."""
    key = f"{book}/{name}"
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 17]}-{short_digest(key)}"


def _waits_for_invoice(document: Document, invoice: Blocked) -> Blocked:
    """Cost without its revenue would be half a sale."""
    total = Money(document.total, document.currency)
    sentence = f"{document.title} waits for its invoice. {invoice.sentence}"
    return Blocked(document.key, "waits_for_invoice", sentence, invoice.remedy, total=total)


def _closed(document: Document, day: date, situation: Situation) -> Blocked:
    book, closed = situation.policy.book, situation.policy.closed_through
    return Blocked(
        document.key,
        "closed_period",
        f"{document.title} is dated {day}, and {book} is closed through {closed}.",
        "Open the period in the books, or let the book move such documents to the first open day.",
        total=Money(document.total, document.currency),
    )


def _cannot_void(document: Document, there: Present | None, situation: Situation) -> Blocked | None:
    """Why what is in the books cannot be taken back; None when it can, or is not there any more."""
    if there is None or there.voided:
        return None
    if situation.policy.posting_day(there.day) is None:
        return _closed(document, there.day, situation)
    if situation.traits.can(Capability.VOID):
        return None
    book = situation.policy.book
    return Blocked(
        document.key,
        "still_in_books",
        f"{document.title} is still alive in {book}, which cannot take documents back by itself.",
        "Delete or void it in the books by hand; then post again. Bursar never posts it beside the old one.",
        total=Money(document.total, document.currency),
    )
