"""Plan the end of Additions that people made by hand: read them anew, change nothing (rule 99)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bursar.domain.additions.endings import end_by_hand
from bursar.domain.additions.situation import Situation
from bursar.domain.period import Month
from bursar.domain.plan import Blocked, Plan
from bursar.domain.psa import Agreement, Company
from bursar.ports import Psa
from bursar.store.models import AdditionLink, Connection
from bursar.usecases.billing_settings import billing_settings
from bursar.usecases.pilot import enabled_companies
from bursar.usecases.plan_additions import CompanyPlan, MonthLines


@dataclass(frozen=True, slots=True)
class Place:
    """Where an Addition is."""

    company_id: int
    agreement_id: int
    addition_id: int


class EndingsPlanner:
    """Plans the end of the Additions at these places, company by company."""

    complete = True

    def __init__(self, connection: Connection, psa: Psa, places: Sequence[Place], last_day: date) -> None:
        self.connection = connection
        self.settings = billing_settings(connection)
        self._psa = psa
        self._places = places
        self._last_day = last_day
        self._enabled = enabled_companies(connection) if self.settings.pilot else None

    def sort_lines(self) -> MonthLines:
        """No line is behind an ending."""
        return MonthLines()

    def plans(self, _lines: MonthLines) -> Iterator[CompanyPlan]:
        """One plan per company."""
        by_company: dict[int, list[Place]] = {}
        for place in self._places:
            by_company.setdefault(place.company_id, []).append(place)
        companies = {company.id: company for company in self._psa.companies(by_company.keys())}
        agreements = {agreement.id: agreement for agreement in self._psa.agreements(companies.keys())}
        additions = dict(self._psa.additions({place.agreement_id for place in self._places} & agreements.keys()))
        ours = self._ours()
        for company_id, places in by_company.items():
            company = companies.get(company_id)
            if company is None:
                yield CompanyPlan(None, Plan(blocked=[_missing(company_id)]))
                continue
            plan = Plan(stages=[[], [], []])
            for agreement_id in sorted({place.agreement_id for place in places}):
                wanted = [place.addition_id for place in places if place.agreement_id == agreement_id]
                agreement = agreements.get(agreement_id)
                if agreement is None:
                    plan.blocked.append(_no_agreement(company, agreement_id))
                else:
                    present = additions.get(agreement_id, ())
                    plan.extend(end_by_hand(company, agreement, present, wanted, ours, self._last_day))
            yield CompanyPlan(company, plan, self._situation(company, agreements), self._is_preview_only(company_id))

    def _situation(self, company: Company, agreements: dict[int, Agreement]) -> Situation:
        own = {agreement.id: agreement for agreement in agreements.values() if agreement.company_id == company.id}
        return Situation(company, Month.of(self._last_day), (), own, {}, {})

    def _is_preview_only(self, company_id: int) -> bool:
        return self._enabled is not None and company_id not in self._enabled

    def _ours(self) -> Collection[int]:
        ids = [place.addition_id for place in self._places]
        links = AdditionLink.objects.filter(connection=self.connection, addition_id__in=ids)
        return set(links.values_list("addition_id", flat=True))


def _missing(company_id: int) -> Blocked:
    return Blocked(
        f"Company {company_id}", "company_missing", "It no longer exists in ConnectWise.", "Nothing is left to end."
    )


def _no_agreement(company: Company, agreement_id: int) -> Blocked:
    return Blocked(
        f"{company.name}: Agreement {agreement_id}",
        "agreement_missing",
        "The Agreement is no longer in ConnectWise, or belongs to another company.",
        "Nothing is left to end.",
        company_id=company.id,
    )
