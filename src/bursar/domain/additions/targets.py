"""Which Agreement a line goes to, and whether that Agreement may take it (rules 71, 76-80, 105, 111-113)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bursar.domain.additions.situation import BillingSettings, Situation
from bursar.domain.additions.wanted import Wanted, block, is_partial
from bursar.domain.identity import agreement_name
from bursar.domain.period import Month, day_before, period_start
from bursar.domain.plan import Action, Blocked, Change, FieldValue, Resource
from bursar.domain.psa import Agreement, Company


@dataclass(frozen=True, slots=True)
class NewAgreement:
    """The Agreement that has to be made first."""

    name: str
    currency: str

    @property
    def key(self) -> str:
        return f"agreement/{self.name}"


AgreementTarget = Agreement | NewAgreement


def target_of(
    wanted: Wanted, situation: Situation, settings: BillingSettings, home: Agreement | None = None
) -> AgreementTarget | Blocked:
    """The chosen Agreement, else the subscription's own, else ours for the company, type and currency, else a new one.

    `home` is where the subscription is billed already: it stays there until somebody chooses another one (ADR 20).
    """
    chosen = wanted.source.agreement_id
    if chosen is not None:
        return _chosen(wanted, situation, chosen)
    if home is not None and is_active(home, wanted.effective):
        return _may_take(wanted, home, situation.company)
    currency = wanted.line.currency
    name = agreement_name(settings.agreement_type.name, situation.company.identifier, currency)
    ours = [a for a in situation.agreements.values() if a.name == name and is_active(a, wanted.effective)]
    if ours:
        return _may_take(wanted, min(ours, key=lambda a: a.id), situation.company)
    if situation.company.contact_id is None:
        return block(
            wanted.source,
            "company_without_contact",
            f"{situation.company.name} has no contact, and ConnectWise demands one on a new Agreement.",
            "Give the company a default contact in ConnectWise, or choose an existing Agreement for the line.",
        )
    if any(a.name == name for a in situation.agreements.values()):
        return block(
            wanted.source,
            "agreement_ended",
            f"The Agreement '{name}' has ended, and ConnectWise keeps its name taken.",
            "Extend or rename it in ConnectWise, or choose another Agreement for the line.",
        )
    return NewAgreement(name, currency)


def _chosen(wanted: Wanted, situation: Situation, agreement_id: int) -> Agreement | Blocked:
    agreement = situation.agreements.get(agreement_id)
    if agreement is None:
        return block(
            wanted.source,
            "agreement_not_of_company",
            f"Agreement {agreement_id} does not belong to {situation.company.name}, or no longer exists.",
            "Choose an Agreement of the mapped company.",
        )
    return _may_take(wanted, agreement, situation.company)


def is_active(agreement: Agreement, day: date) -> bool:
    """Whether the Agreement still bills on that day, as far as its status and end say."""
    ended = agreement.end is not None and agreement.end < day
    return not (ended or agreement.cancelled or agreement.status in {"Cancelled", "Expired"})


def _may_take(wanted: Wanted, agreement: Agreement, company: Company) -> Agreement | Blocked:
    if not is_active(agreement, wanted.effective):
        when = f" on {agreement.end}" if agreement.end else ""
        return block(
            wanted.source,
            "agreement_ended",
            f"The Agreement '{agreement.name}' ended{when}.",
            "Choose an active Agreement for the line, or extend this one in ConnectWise.",
        )
    currency = agreement.currency or company.currency
    if currency is not None and currency != wanted.line.currency:
        return block(
            wanted.source,
            "currency_mismatch",
            f"The line is in {wanted.line.currency}, the Agreement '{agreement.name}' in {currency}.",
            "Choose an Agreement in the line's currency; Bursar never converts.",
        )
    billing_start = agreement.bill_start or agreement.start
    if billing_start is not None and wanted.effective < billing_start:
        return block(
            wanted.source,
            "before_billing_start",
            f"The line starts {wanted.effective}, and billing of '{agreement.name}' starts on {billing_start}.",
            "Move the line's start date, or the Agreement's billing start date in ConnectWise.",
        )
    if agreement.prorates and is_partial(wanted.effective, wanted.cancelled, _period_day(agreement)):
        return block(
            wanted.source,
            "prorated_twice",
            f"The line is already pro-rated, and the Agreement '{agreement.name}' would pro-rate it again.",
            "Switch off Prorate on the Agreement, or move the line's dates to whole periods (a Charge Start Date rule"
            " does that).",
        )
    return agreement


def _period_day(agreement: Agreement) -> int:
    return agreement.next_invoice.day if agreement.next_invoice else 1


def period_of(day: date, agreement: Agreement | None) -> date:
    """The first day of the month-long period of the Agreement that holds the day.

    Before the first invoice the next invoice date may stand in the middle of a calendar month and says nothing.
    """
    if agreement is None or agreement.next_invoice in {None, agreement.bill_start or agreement.start}:
        return Month.of(day).first
    return period_start(day, _period_day(agreement))


def next_period(day: date, agreement: Agreement | None) -> date:
    """The first day of the period that follows the day's."""
    return period_of(Month.of(period_of(day, agreement)).next.last, agreement)


def invoiced_already(wanted: Wanted, agreement: AgreementTarget, effective: date) -> Blocked | None:
    """ConnectWise refuses a new Addition inside an invoiced period unless the Agreement pro-rates (rule 113)."""
    if not isinstance(agreement, Agreement) or agreement.prorates or agreement.next_invoice is None:
        return None
    if effective >= agreement.next_invoice:
        return None
    return block(
        wanted.source,
        "period_already_invoiced",
        f"'{agreement.name}' has been invoiced up to {agreement.next_invoice}, and the line starts {effective}.",
        f"Move the line's dates to {agreement.next_invoice} or later (start and end), switch on Prorate, or choose"
        " another Agreement.",
    )


def spans_periods(wanted: Wanted, target: AgreementTarget) -> Blocked | None:
    """Without pro-rating a charge is billed in full in every period that it touches, so a single one needs one period.

    An end on the first day of the next period is taken for the end of this one: an end-date rule sets it so.
    """
    agreement = target if isinstance(target, Agreement) else None
    if wanted.cancelled is None or (agreement and agreement.prorates):
        return None
    last_day = max(day_before(wanted.cancelled), wanted.effective)
    first, last = period_of(wanted.effective, agreement), period_of(last_day, agreement)
    if first == last:
        return None
    return block(
        wanted.source,
        "spans_periods",
        f"The charge runs from {wanted.effective} to {wanted.cancelled}, and the Agreement would bill it in full in"
        " each of these periods.",
        f"Set the line's end date to a day before {next_period(first, agreement)}, or add a Charge End Date rule for"
        f" {wanted.line.charge_type.for_rules}.",
    )


def creation(new: NewAgreement, first_day: date, situation: Situation, settings: BillingSettings) -> Change:
    """The change that makes the Agreement, with the configured defaults (rules 76 and 79)."""
    defaults = settings.agreement_defaults
    fields: dict[str, FieldValue] = {
        "name": new.name,
        "company_id": situation.company.id,
        "contact_id": situation.company.contact_id,
        "type_id": settings.agreement_type.id,
        "start": first_day,
        "bill_start": first_day,
        "no_ending_date": True,
        "prorates": False,
        "currency": new.currency,
        "invoicing_cycle": defaults.invoicing_cycle,
        "employee_comp_rate": defaults.employee_comp_rate,
        "employee_comp_not_exceed": defaults.employee_comp_not_exceed,
        "bill_time": defaults.bill_time,
        "bill_expenses": defaults.bill_expenses,
        "bill_products": defaults.bill_products,
    }
    optional: dict[str, FieldValue] = {
        "location_id": defaults.location_id,
        "department_id": defaults.department_id,
        "billing_cycle_id": defaults.billing_cycle_id,
    }
    return Change(
        key=new.key,
        action=Action.CREATE,
        resource=Resource.AGREEMENT,
        after=fields | {name: value for name, value in optional.items() if value is not None},
        company_id=situation.company.id,
    )


def first_day_of(items: Iterable[Wanted]) -> date:
    """A new Agreement starts with the month of its earliest line, so that no line precedes it."""
    return min(item.effective for item in items).replace(day=1)
