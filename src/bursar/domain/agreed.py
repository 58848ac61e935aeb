"""What people agreed to, against what would be written now: nothing else is posted (preview, then post). Pure."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bursar.domain.plan import Action, Blocked, Change, Fields, Notice, Plan, Resource


@dataclass(frozen=True, slots=True)
class Agreed:
    """One change that somebody saw and agreed to."""

    identity: str
    fingerprint: str
    subject: str
    parent_id: int | None = None
    """The Agreement it was to go to."""
    parent_key: str = ""
    """The change that was to make that Agreement, when it did not exist yet."""


def identity_of(change: Change) -> str:
    """What the change is about, whether or not its Agreement exists by now: the action and the marker, or the key."""
    marker = change.after.get("marker")
    named = marker if change.resource is Resource.ADDITION and marker else change.key
    return f"{change.action}:{change.resource}:{named}"


def fingerprint_of(change: Change) -> str:
    """A digest of exactly what would be written, but for the Agreement it goes to.

    Money is compared by value: 5.00 is 5.
    """
    parts = [change.action, change.resource, str(change.remote_id or ""), *change.lines]
    parts += [f"{name}={was}>{value}" for name, (was, value) in sorted(_plain(change).items())]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _plain(change: Change) -> dict[str, tuple[str, str]]:
    before: Fields = change.before or {}
    wanted = change.after if change.action is Action.CREATE else {n: now for n, (_, now) in change.differences.items()}
    return {name: (_text(before.get(name)), _text(value)) for name, value in wanted.items()}


def _text(value: object) -> str:
    normal = getattr(value, "normalize", None)
    return f"{normal():f}" if normal is not None else str(value)


def with_belongings(chosen: Collection[str], needs: Mapping[str, Collection[str]], made: Collection[str]) -> set[str]:
    """The chosen keys, what they need, and what goes on after an ending that was chosen: none is half done.

    `needs` says for each key which others come first; `made` are the keys of new Agreements, which drag nothing along.
    """
    followers: dict[str, list[str]] = {}
    for key, wanted in needs.items():
        for need in wanted:
            followers.setdefault(need, []).append(key)
    found, waiting = set(chosen), list(chosen)
    while waiting:
        key = waiting.pop()
        after = () if key in made else followers.get(key, ())
        for other in {*needs.get(key, ()), *after} - found:
            found.add(other)
            waiting.append(other)
    return found


@dataclass(frozen=True, slots=True)
class Restricted:
    """What of a plan may be posted, and how many lines of it nobody asked for."""

    plan: Plan
    left_out: int
    """Lines of changes that nobody asked for."""


def restrict(plan: Plan, agreed: Sequence[Agreed], made: Mapping[str, int]) -> Restricted:
    """Keep what was agreed to and is still exactly that; hold back what became another change.

    `made` maps keys of Agreements that were made since to their ids. What is as it should be stays in the plan.
    """
    wanted = {item.identity: item for item in agreed}
    kept = Plan(blocked=list(plan.blocked), notices=list(plan.notices))
    open_keys: set[str] = set()
    left_out = 0
    for stage in plan.stages:
        changes: list[Change] = []
        for change in stage:
            item = wanted.get(identity_of(change))
            if not change.writes:
                changes.append(change)
            elif item is None:
                open_keys.add(change.key)
                left_out += len(change.lines)
            elif not _same(change, item, made) or open_keys.intersection(_prerequisites(change)):
                open_keys.add(change.key)
                kept.blocked.append(_changed(change, item))
            else:
                changes.append(change)
        kept.stages.append(changes)
    kept.notices.extend(_gone(agreed, plan))
    return Restricted(kept, left_out)


def _prerequisites(change: Change) -> Iterable[str]:
    return (*change.needs, change.parent_key) if change.parent_key else change.needs


def _same(change: Change, item: Agreed, made: Mapping[str, int]) -> bool:
    if fingerprint_of(change) != item.fingerprint:
        return False
    if not item.parent_key:
        return change.parent_id == item.parent_id
    return change.parent_key == item.parent_key or change.parent_id == made.get(item.parent_key, 0)


def _changed(change: Change, item: Agreed) -> Blocked:
    return Blocked(
        item.subject,
        "changed_since_preview",
        "What would be written is not what the plan showed any more.",
        "Make the plan again, look at this change, and post it.",
        change.lines,
        change.total,
        change.company_id,
    )


def _gone(agreed: Iterable[Agreed], plan: Plan) -> list[Notice]:
    """Changes that were agreed to and are wanted no more, though nothing shows that they have been made."""
    there = {identity_of(change) for change in plan.changes}
    left = {identity_of(change).partition(":")[2] for change in plan.changes if not change.writes}
    return [
        Notice(
            item.subject, "no_longer_planned", "The plan showed a change that is not wanted any more: nothing to write."
        )
        for item in agreed
        if item.identity not in there
        and item.identity.partition(":")[2] not in left
        and not item.identity.startswith(f"{Action.CREATE}:{Resource.AGREEMENT}:")
    ]


def withheld(plan: Plan, company: str) -> Plan:
    """The plan of a customer that can be previewed only: every write is held back (rule 150)."""
    stages = [[change for change in stage if not change.writes] for stage in plan.stages]
    held = [
        Blocked(
            company,
            "preview_only",
            f"Posting is not enabled for {company}: it can be previewed only.",
            "Enable posting for the customer on Mapping › Organizations, or switch pilot mode off.",
            change.lines,
            change.total,
            change.company_id,
        )
        for change in plan.writes
        if change.resource is Resource.ADDITION
    ]
    return replace(plan, stages=stages, blocked=[*plan.blocked, *held])
