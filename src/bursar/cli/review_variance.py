"""`bursar review variance`, `mute` and `unmute`: the platform, ConnectWise and last month (rules 145-149 and 151)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, money_column, print_json, say
from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.additions.wanted import plain
from bursar.domain.errors import InvalidInput
from bursar.domain.money import Money
from bursar.domain.period import Month
from bursar.store.models import Mute, Variance
from bursar.store.queries.variances import mutes_of, newest_review, totals_by_currency, variances_of, with_alert
from bursar.usecases.connections import find_connection
from bursar.usecases.mute_variance import mute, place_of, today_in_utc, unmute

FIGURES = ("quantity", "amount")
SHAPE: Shape = {
    "": ("connection", "month", "made_at", "count", "totals", "variances"),
    "totals[]": ("currency", "over_billed", "under_billed"),
    "variances[]": (
        *("company_id", "company_name", "product_id", "product_identifier", "currency"),
        *("platform", "connectwise", "planned", "last_month", "difference", "alerts", "mute"),
    ),
    "variances[].platform": FIGURES,
    "variances[].connectwise": FIGURES,
    "variances[].planned": FIGURES,
    "variances[].last_month": FIGURES,
    "variances[].alerts[]": ("kind", "sentence"),
    "variances[].mute": ("reason", "until", "muted_by"),
}
MUTE_SHAPE: Shape = {"": ("connection", "company_id", "product_id", "until", "reason")}
UNMUTE_SHAPE: Shape = {"": ("connection", "company_id", "product_id", "was_muted")}
EPILOG = epilog(
    "bursar review variance",
    "bursar review variance --alert still_billed --limit 0 (all of them)",
    "bursar review variance --month 2026-10 --json",
    keys=SHAPE,
)
MUTE_EPILOG = epilog(
    'bursar review mute "Harbour Dental" EXO-P1 --until 2026-12-31 --reason "Free until the move"', keys=MUTE_SHAPE
)
UNMUTE_EPILOG = epilog('bursar review unmute "Harbour Dental" EXO-P1', keys=UNMUTE_SHAPE)

Company = Annotated[str, typer.Argument(metavar="COMPANY", help="The customer, by ConnectWise record id or name.")]
Product = Annotated[str, typer.Argument(metavar="PRODUCT", help="The product, by record id or identifier.")]


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar review` that are about variances."""
    group.command("variance", epilog=EPILOG)(with_store(show_variances))
    group.command("mute", epilog=MUTE_EPILOG)(with_store(mute_one))
    group.command("unmute", epilog=UNMUTE_EPILOG)(with_store(unmute_one))


def show_variances(
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="The newest plan of this month, not of any.")
    ] = None,
    alert: Annotated[
        Alert | None, typer.Option("--alert", metavar="|".join(Alert), help="Only those with this alert.")
    ] = None,
    muted: Annotated[
        bool, typer.Option("--muted", help="Those that are muted, instead of those that are not.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List what the newest plan found: the platform, ConnectWise once the plan is posted, and last month."""
    chosen, today = find_connection(connection), today_in_utc()
    plan = newest_review(chosen, str(Month.parse(month)) if month else None)
    if plan is None:
        raise InvalidInput("No plan of all customers has been made yet.", remedy="Make one with `bursar plan make`.")
    rows = variances_of(plan, today, muted=muted)
    rows = with_alert(rows, alert) if alert else rows
    listed = list(rows.order_by("rank", "pk")[: limit or None])
    mutes = mutes_of(chosen, listed, today) if muted else {}
    totals, count = totals_by_currency(rows), rows.count()
    if as_json:
        print_json(
            {
                "connection": chosen.name,
                "month": plan.month,
                "made_at": plan.ended_at,
                "count": count,
                "totals": [{"currency": c, "over_billed": over, "under_billed": under} for c, over, under in totals],
                "variances": [_document(row, mutes) for row in listed],
            }
        )
        return
    _tell(listed, mutes)
    for currency, over, under in totals:
        say(f"Over-billed {Money(over, currency)}, under-billed {Money(under, currency)}.")
    if count:
        say(f"{len(listed)} of {counted(count, 'row')} shown, as of the plan of {plan.month}.")


def _tell(rows: list[Variance], mutes: Mapping[tuple[int, int], Mute]) -> None:
    listing = Listing(
        "Customer, product",
        money_column("Platform"),
        money_column("ConnectWise"),
        money_column("Last month"),
        "Remarks",
    )
    for row in rows:
        found = mutes.get((row.company_id, row.product_id))
        remarks = [str(sentence) for sentence in row.details]
        remarks += [f"Muted until {found.until}: {found.reason} ({found.muted_by})"] if found else []
        listing.row(
            f"{row.company_name}\n{row.product_identifier}",
            f"{Money(row.platform_amount, row.currency)}\n{plain(row.platform_quantity)}",
            f"{Money(row.planned_amount, row.currency)}\n{plain(row.planned_quantity)}",
            f"{Money(row.last_amount, row.currency)}\n{plain(row.last_quantity)}",
            "\n".join(remarks),
        )
    listing.show(if_empty="There are no such variances.")


def _document(row: Variance, mutes: Mapping[tuple[int, int], Mute]) -> dict[str, object]:
    found = mutes.get((row.company_id, row.product_id))
    kinds = [name for name in row.alerts.split(",") if name]
    return {
        "company_id": row.company_id,
        "company_name": row.company_name,
        "product_id": row.product_id,
        "product_identifier": row.product_identifier,
        "currency": row.currency,
        "platform": {"quantity": row.platform_quantity, "amount": row.platform_amount},
        "connectwise": {"quantity": row.psa_quantity, "amount": row.psa_amount},
        "planned": {"quantity": row.planned_quantity, "amount": row.planned_amount},
        "last_month": {"quantity": row.last_quantity, "amount": row.last_amount},
        "difference": row.difference,
        "alerts": [{"kind": kind, "sentence": text} for kind, text in zip(kinds, row.details, strict=True)],
        "mute": {"reason": found.reason, "until": found.until, "muted_by": found.muted_by} if found else None,
    }


def mute_one(
    company: Company,
    product: Product,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day of silence, as YYYY-MM-DD.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nobody needs to look at it.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Hide a customer's product from the variances until a day is over, a year away at most."""
    chosen = find_connection(connection)
    company_id, product_id = place_of(chosen, company, product)
    last_day = _day(until)
    mute(chosen, [(company_id, product_id)], reason, last_day, today_in_utc())
    if as_json:
        facts = {"company_id": company_id, "product_id": product_id, "until": last_day, "reason": reason.strip()}
        print_json({"connection": chosen.name, **facts})
    else:
        say(f"{product} of {company} is muted until {last_day}.")


def unmute_one(company: Company, product: Product, connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Show a customer's product among the variances again."""
    chosen = find_connection(connection)
    company_id, product_id = place_of(chosen, company, product)
    was_muted = unmute(chosen, [(company_id, product_id)]) > 0
    if as_json:
        facts = {"company_id": company_id, "product_id": product_id, "was_muted": was_muted}
        print_json({"connection": chosen.name, **facts})
    else:
        say(f"{product} of {company} {'is not muted any more' if was_muted else 'was not muted'}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"'{text}' is not a date.", remedy="Write it as YYYY-MM-DD.") from None
