"""Mute variances: nobody wants to hear of them until a day, and why (rule 146)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection, Mute, Variance
from bursar.store.queries.chunks import chunks
from bursar.store.queries.variances import newest_review
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record
from bursar.usecases.settings_table import plain_text

LONGEST_REASON = 500
LONGEST = timedelta(days=366)
"""A mute lasts for a year at most: what is wrong for longer should be put right, or excluded."""

Place = tuple[int, int]
"""A company and a product."""


def today_in_utc() -> date:
    """The day by which mutes end."""
    return timezone.now().date()


def mute(connection: Connection, places: Iterable[Place], reason: str, until: date, today: date) -> int:
    """Silence them up to and including `until`, in every currency; says how many. Raises InvalidInput."""
    why = _checked(reason, until, today)
    wanted = sorted(set(places))
    with transaction.atomic():
        before = _stored(connection, wanted)
        _forget(connection, wanted)
        Mute.objects.bulk_create(
            (
                Mute(
                    connection=connection,
                    company_id=company_id,
                    product_id=product_id,
                    reason=why,
                    until=until,
                    muted_by=current_actor().name[:200],
                )
                for company_id, product_id in wanted
            ),
            batch_size=500,
        )
        if wanted:
            after = {"reason": why, "until": until.isoformat(), "records": len(wanted)}
            _record(connection, "variances muted", wanted, before, after)
    return len(wanted)


def unmute(connection: Connection, places: Iterable[Place]) -> int:
    """Let them be heard again; says how many were muted."""
    wanted = sorted(set(places))
    with transaction.atomic():
        before = _stored(connection, wanted)
        _forget(connection, wanted)
        if before:
            _record(connection, "variances unmuted", [(m.company_id, m.product_id) for m in before], before, None)
    return len(before)


def must_be_listed(connection: Connection, place: Place) -> None:
    """Raises InvalidInput when the newest plan has no such product of such a company."""
    plan = newest_review(connection)
    company_id, product_id = place
    if plan is None or not Variance.objects.filter(run=plan, company_id=company_id, product_id=product_id).exists():
        raise _not_there(f"product '{product_id}' of company '{company_id}'")


def _not_there(what: str) -> InvalidInput:
    return InvalidInput(f"The newest plan has no {what}.", remedy="`bursar review variance` lists what it has.")


def place_of(connection: Connection, company: str, product: str) -> Place:
    """A company and a product as a person names them: by id, name or identifier in the newest plan.

    Raises InvalidInput when there is none, or more than one.
    """
    plan = newest_review(connection)
    rows = Variance.objects.filter(run=plan) if plan else Variance.objects.none()
    rows = rows.filter(company_id=int(company)) if _is_id(company) else rows.filter(company_name__iexact=company)
    rows = rows.filter(product_id=int(product)) if _is_id(product) else rows.filter(product_identifier__iexact=product)
    found = set(rows.values_list("company_id", "product_id"))
    if len(found) == 1:
        return found.pop()
    what = f"product '{product}' of company '{company}'"
    if found:
        raise InvalidInput(f"There is more than one {what}.", remedy="Name both by their ConnectWise record ids.")
    raise _not_there(what)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _checked(reason: str, until: date, today: date) -> str:
    why = plain_text(reason, LONGEST_REASON)
    if not why:
        raise InvalidInput("A reason is missing.", remedy="Say why nobody needs to look at it until then.")
    if until < today:
        raise InvalidInput(f"{until} has passed.", remedy="Choose today or a later day.")
    if until > today + LONGEST:
        raise InvalidInput(f"{until} is more than a year away.", remedy=f"Choose {today + LONGEST} or an earlier day.")
    return why


def _stored(connection: Connection, places: Sequence[Place]) -> list[Mute]:
    wanted = set(places)
    companies = sorted({company_id for company_id, _ in wanted})
    return [
        mute
        for some in chunks(companies)
        for mute in Mute.objects.select_for_update().filter(connection=connection, company_id__in=some).order_by("pk")
        if (mute.company_id, mute.product_id) in wanted
    ]


def _forget(connection: Connection, places: Sequence[Place]) -> None:
    keys = [mute.pk for mute in _stored(connection, places)]
    for some in chunks(keys):
        Mute.objects.filter(pk__in=some).delete()


NAMED = 20
"""How many of them the audit trail names; a bulk action may have thousands."""


def _record(
    connection: Connection,
    action: str,
    places: Sequence[Place],
    before: Sequence[Mute],
    after: Mapping[str, object] | None,
) -> None:
    """One entry for all; what was silent before is named with its reason."""
    subject = ", ".join(f"company {company_id} product {product_id}" for company_id, product_id in places[:NAMED])
    more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    was = {
        f"company {m.company_id} product {m.product_id}": {"reason": m.reason, "until": m.until.isoformat()}
        for m in before[:NAMED]
    }
    record(action, subject + more, connection=connection, before=was or None, after=after)
