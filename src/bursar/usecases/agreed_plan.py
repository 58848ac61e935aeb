"""What people agreed to in a plan, and the posting that writes exactly that."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from bursar.domain.agreed import Agreed, Restricted, identity_of, restrict, with_belongings
from bursar.domain.errors import InvalidInput
from bursar.domain.plan import Action, Change, Plan, Resource
from bursar.store.field_json import from_json
from bursar.store.models import PlanEntry, Posting, Run
from bursar.store.queries.chunks import chunks
from bursar.store.queries.plans import newest_made, plans_alike, writes_of
from bursar.usecases.audit import record
from bursar.usecases.runs import PLAN_ENDINGS, PLAN_LINES

LOOK_AGAIN = "Make the plan of the month again, look at it, and post from there."


def must_be_postable(plan: Run) -> None:
    """Raises InvalidInput when the run is no plan, is not finished, or a newer one has replaced it."""
    if plan.verb not in {PLAN_LINES, PLAN_ENDINGS}:
        raise InvalidInput("This run is no plan.", remedy=LOOK_AGAIN)
    if plan.state != Run.State.DONE:
        raise InvalidInput("This plan was not made to its end.", remedy=LOOK_AGAIN)
    if newest_made(plans_alike(plan)) != plan:
        raise InvalidInput("A newer plan of the same has been made since.", remedy="Look at the newest one.")


def agree(plan: Run, posting: Run, entries: QuerySet[PlanEntry] | None = None) -> int:
    """Mark the entries, and what belongs to them, as agreed to in `posting`; None means all. Call in a transaction.

    Returns how many writes that are. What may be previewed only, what is posted already, and what a posting under way
    was asked for is left out. Raises InvalidInput when nothing is left.
    """
    free = _free(plan, posting)
    marked = free.update(agreed_in=posting) if entries is None else _mark(plan, posting, free, entries)
    if not marked:
        raise InvalidInput(
            "Nothing of what was chosen can be posted.",
            remedy="Choose changes that are neither posted already, nor being posted, nor for preview only.",
        )
    facts = {"plan": str(plan.pk), "posting": str(posting.pk), "changes": marked}
    record("plan agreed to", f"{plan.verb} {plan.month}".strip(), connection=plan.connection, after=facts)
    return marked


def _free(plan: Run, posting: Run) -> QuerySet[PlanEntry]:
    """Entries that may be agreed to now."""
    done = Posting.objects.filter(
        connection=plan.connection, state=Posting.State.POSTED, run__in=postings_of(plan)
    ).values("key")
    free = writes_of(plan).filter(preview_only=False, posted=False).exclude(key__in=done)
    taken = Q(agreed_in__state__in=Run.ACTIVE) & ~Q(agreed_in=posting)
    return free.exclude(pk__in=writes_of(plan).filter(taken).values("pk"))


def postings_of(plan: Run) -> QuerySet[Run]:
    """The postings that were asked to write something of the plan."""
    return Run.objects.filter(connection=plan.connection, request__plan=str(plan.pk))


def _mark(plan: Run, posting: Run, free: QuerySet[PlanEntry], entries: QuerySet[PlanEntry]) -> int:
    chosen = set(entries.filter(run=plan).values_list("key", flat=True))
    keys = _with_belongings(plan, chosen)
    return sum(free.filter(key__in=some).update(agreed_in=posting) for some in chunks(sorted(keys)))


def _with_belongings(plan: Run, chosen: Collection[str]) -> set[str]:
    facts = list(writes_of(plan).exclude(needs=[]).values_list("key", "needs", "parent_key"))
    needs = {key: [*wanted, parent] if parent else wanted for key, wanted, parent in facts}
    return with_belongings(chosen, needs, {parent for _, _, parent in facts if parent})


@dataclass(slots=True)
class AgreedPlan:
    """What a posting may write, company by company."""

    posting: Run
    by_company: Mapping[int, Sequence[Agreed]]
    everything: bool = False
    """Whether all that could be posted was agreed to; else only some customers are looked at."""
    left_out: int = 0
    """Lines of the customers concerned that nobody asked to post."""
    _made: Mapping[str, int] | None = None
    _entries: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, posting: Run) -> "AgreedPlan":
        """Read what was agreed to; what an earlier attempt has posted needs no agreement any more."""
        by_company: dict[int, list[Agreed]] = {}
        entries: dict[str, int] = {}
        for entry in posting.agreed.order_by("pk").iterator(2000):
            item = _agreed(entry)
            by_company.setdefault(entry.company_id or 0, []).append(item)
            entries[item.identity] = entry.pk
        return cls(posting, by_company, posting.request.get("everything") is True, _entries=entries)

    def restricted(self, company_id: int | None, plan: Plan) -> Plan:
        """The company's plan as far as it was agreed to. Call once what an earlier attempt had sent is settled."""
        if self._made is None:
            _note_written_before(self.posting)
            items = (item for items in self.by_company.values() for item in items)
            self._made = _agreements_made(self.posting, {item.parent_key for item in items if item.parent_key})
        outcome: Restricted = restrict(plan, self.by_company.get(company_id or 0, ()), self._made)
        self.left_out += outcome.left_out
        return outcome.plan

    def note_posted(self, changes: Iterable[Change]) -> None:
        """These are written, or were found written; call inside a transaction."""
        found = (self._entries.get(identity) for change in changes for identity in _agreed_as(change))
        for some in chunks(pk for pk in found if pk is not None):
            PlanEntry.objects.filter(pk__in=some).update(posted=True)


def _agreed_as(change: Change) -> Sequence[str]:
    """What people may have agreed to: what is left as it is now may have been to be created or changed."""
    action, _, what = identity_of(change).partition(":")
    return [f"{Action.CREATE}:{what}", f"{Action.UPDATE}:{what}"] if action == Action.LEAVE else [f"{action}:{what}"]


def _agreed(entry: PlanEntry) -> Agreed:
    marker = from_json(entry.after or {}).get("marker")
    named = marker if entry.resource == Resource.ADDITION and marker else entry.key
    return Agreed(
        identity=f"{Action(entry.action)}:{Resource(entry.resource)}:{named}",
        fingerprint=entry.fingerprint,
        subject=entry.subject,
        parent_id=None if entry.resource == Resource.AGREEMENT else entry.agreement_id,
        parent_key=entry.parent_key,
    )


def _note_written_before(posting: Run) -> None:
    """What an earlier attempt of this posting wrote is written, though the new plan may not speak of it any more."""
    written = posting.postings.filter(state=Posting.State.POSTED).values("key")
    posting.agreed.filter(key__in=written).update(posted=True)


def _agreements_made(posting: Run, keys: Collection[str]) -> dict[str, int]:
    """Agreements that the plan was to make and that are there by now."""
    found: dict[str, int] = {}
    for some in chunks(sorted(keys)):
        made = Posting.objects.filter(
            connection=posting.connection_id,
            key__in=some,
            action=Action.CREATE,
            resource=Resource.AGREEMENT,
            state=Posting.State.POSTED,
        )
        found |= {key: remote_id for key, remote_id in made.values_list("key", "remote_id") if remote_id}
    return found
