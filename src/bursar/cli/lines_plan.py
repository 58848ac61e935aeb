"""`bursar lines plan`: what posting a month would write, and why the rest cannot be."""

from collections.abc import Iterator
from itertools import chain, islice

from bursar.cli.adapters import open_psa
from bursar.cli.epilog import epilog
from bursar.cli.exits import finish
from bursar.cli.options import AsJson, CompanyIds, Confirmed, ConnectionName, MonthText
from bursar.cli.output import counted, print_json, say
from bursar.cli.plan_document import SHAPE, company_document, tally_document
from bursar.cli.plan_options import plan_options
from bursar.cli.plan_tally import INTENDED, counts_sentence, show_totals
from bursar.cli.plan_text import show_company_plan
from bursar.cli.progress import progress_of
from bursar.domain.plan import Plan
from bursar.ports import Psa
from bursar.store.models import Connection
from bursar.store.queries.journal import unsettled
from bursar.usecases.connections import find_connection
from bursar.usecases.plan_additions import CompanyPlan, MonthPlanner, PlanOptions
from bursar.usecases.plan_tally import PlanTally

EPILOG = epilog(
    "bursar lines plan 2026-10",
    "bursar lines plan 2026-10 --company 12 --company 15",
    "bursar lines plan 2026-10 --confirm-cancellations all --json",
    keys=SHAPE,
)


class Preview:
    """A month's plan, taken in company by company."""

    def __init__(self, connection: Connection, psa: Psa, options: PlanOptions) -> None:
        self._planner = MonthPlanner(connection, psa, options)
        self._connection = connection
        self._month = options.month
        self.tally = PlanTally()

    @property
    def complete(self) -> bool:
        """Whether the month was loaded completely."""
        return self._planner.complete

    def companies(self) -> Iterator[CompanyPlan]:
        """Each company's plan as soon as it is there, for printing at once. The tally is complete after the last."""
        lines = self._planner.sort_lines()
        plans = self._planner.plans(lines)
        with progress_of("Reading ConnectWise"):
            first = list(islice(plans, 1))
        for item in chain(first, plans):
            self.tally.add(item.plan)
            yield item
        self.tally.finish(lines)

    def take_all(self) -> list[CompanyPlan]:
        """All companies' plans, while a bar shows how far the planning is."""
        lines = self._planner.sort_lines()
        found = []
        with progress_of("Planning") as bar:
            bar.expect(lines.count - lines.excluded)
            for item in self._planner.plans(lines):
                self.tally.add(item.plan)
                found.append(item)
                bar.advance(_lines_in(item.plan))
        self.tally.finish(lines)
        return found

    @property
    def notes(self) -> list[str]:
        """What a reader of the plan should know about the whole month."""
        notes = []
        if not self.tally.counts["lines"]:
            notes.append(f"No lines of {self._month} are loaded.")
        elif not self.complete:
            notes.append(
                f"{self._month} was not loaded completely, so subscriptions that are missing in it are not cancelled."
            )
        if waiting := len(unsettled(self._connection)):
            notes.append(
                f"{counted(waiting, 'write')} of an earlier run left open: posting finds out about that first."
            )
        return notes


def _lines_in(plan: Plan) -> int:
    return sum(len(change.lines) for change in plan.changes) + sum(len(blocked.lines) for blocked in plan.blocked)


def plan(
    month: MonthText,
    company: CompanyIds = None,
    confirm_cancellations: Confirmed = None,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Show per company what posting would create, update and cancel, what stays, and what is blocked and why.

    Nothing is written.
    """
    options = plan_options(month, company, confirm_cancellations)
    chosen = find_connection(connection)
    with open_psa(chosen) as psa:
        preview = Preview(chosen, psa, options)
        if as_json:
            _print_document(chosen, preview, options)
        else:
            _show(preview)
    finish(trouble=preview.tally.counts["blocked"] > 0)


def _print_document(connection: Connection, preview: Preview, options: PlanOptions) -> None:
    companies = [company_document(item) for item in preview.take_all()]
    head = {"connection": connection.name, "month": str(options.month), "complete": preview.complete}
    print_json({**head, "companies": companies, **tally_document(preview.tally), "notes": preview.notes})


def _show(preview: Preview) -> None:
    unchanged = 0
    for item in preview.companies():
        if item.plan.is_empty and not item.plan.blocked and not item.plan.notices:
            unchanged += 1
        else:
            show_company_plan(item)
    if unchanged:
        say(f"Everything as it should be: {counted(unchanged, 'more customer')}.")
        say()
    show_summary(preview)
    say("Nothing has been written.")


def show_summary(preview: Preview) -> None:
    """Counts, totals per currency and notes."""
    say(counts_sentence(preview.tally.counts))
    say()
    show_totals(preview.tally.totals)
    for note in preview.notes:
        say(note, style="yellow")


def writes_sentence(preview: Preview) -> str:
    """What a person is asked to agree to."""
    counts = preview.tally.counts
    parts = [f"{action} {counts[action]}" for action in INTENDED if counts[action]]
    return ", ".join(parts) or "write nothing"
