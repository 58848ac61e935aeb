"""Load a month, look at its plan, post it, post it again."""

from collections import Counter

from django.db.models import QuerySet

from bursar.cli.adapters import digest_of, open_lines, real_clock
from bursar.cli.demo.examples import examples, tell
from bursar.cli.demo.narrator import counted, money
from bursar.cli.demo.scene import SHIPPED, Scene
from bursar.cli.progress import progress_of
from bursar.domain.period import Month
from bursar.domain.plan import Action, Notice, Plan, Resource
from bursar.store.models import Line, Posting, RunNote
from bursar.usecases.carry_out_at_once import carry_out_at_once
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines
from bursar.usecases.make_plan import make_plan
from bursar.usecases.plan_additions import MonthPlanner, PlanOptions
from bursar.usecases.post_additions import post_additions
from bursar.usecases.run_report import RunReport
from bursar.usecases.run_requests import plan_request
from bursar.usecases.runs import PLAN_LINES
from bursar.usecases.watch import Watch


def load(scene: Scene, month: Month) -> None:
    """Read the month's file."""
    scene.narrator.step(f"Load the invoice lines of {month}", f"bursar lines load {month}.csv")
    load = _load(scene, month).load
    lines = Line.objects.filter(connection=scene.connection, month=str(month))
    scene.narrator.done(f"{counted(load.added, 'line')} of {_customers(lines)}.")
    for rejection in load.rejections.all():
        scene.narrator.waiting(f"Row {rejection.row_number} is refused, the others go on. {rejection.reason}")
        scene.narrator.remedy(rejection.remedy)
    drafts = lines.exclude(invoice_status="Verified")
    if drafts:
        scene.narrator.waiting(
            f"{counted(len(drafts), 'line')} of {drafts[0].organization_name}: the invoice is still"
            f" {drafts[0].invoice_status}. Only Verified invoices are posted."
        )


def load_again(scene: Scene, month: Month) -> None:
    """The same file a second time: nothing new."""
    scene.narrator.step("Load the same file again, by mistake", f"bursar lines load {month}.csv")
    report = _load(scene, month)
    seen = "Bursar knows this file already: " if report.same_as else ""
    load = report.load
    scene.narrator.done(f"{seen}{load.added} new lines, {load.refreshed} changed, {load.unchanged} as before.")


def _load(scene: Scene, month: Month) -> LoadReport:
    source = open_lines(SHIPPED / f"{month}.csv", "canonical")
    with progress_of("Loading") as bar:
        options = LoadOptions(digest=digest_of(source, None))
        return load_invoice_lines(scene.connection, source, options, bar.advance)


def _customers(lines: QuerySet[Line]) -> str:
    return counted(lines.values("organization_id").distinct().count(), "customer")


def retire_product(scene: Scene, identifier: str) -> None:
    """Somebody else works in ConnectWise too."""
    scene.narrator.step("Meanwhile, in ConnectWise")
    scene.sandbox.retire_product(identifier)
    scene.narrator.say(f"A colleague tidies the catalogue and sets product {identifier} inactive.")


def preview(scene: Scene, month: Month) -> None:
    """The plan of the month; nothing is written."""
    scene.narrator.step(f"Look at the plan of {month}; nothing is written yet", f"bursar lines plan {month}")
    plan = plan_of(scene, month)
    _summarise(scene, plan)
    scene.narrator.say("One change of each kind:")
    companies = {company.id: company.name for company in scene.psa.companies()}
    for title, change in examples(plan):
        tell(scene.narrator, title, change, companies)
    _warn(scene, plan)


def keep_plan(scene: Scene, month: Month) -> None:
    """The same for people who look at pages; it also finds what was typed in by hand, and variances."""
    scene.narrator.step("Keep a plan for the pages Plan and Review", f"bursar plan make {month}")
    options = PlanOptions(month, survey=True)
    report = carry_out_at_once(
        scene.connection,
        real_clock(),
        PLAN_LINES,
        plan_request(options),
        str(month),
        lambda run: make_plan(run, scene.psa, Watch()),
    )
    scene.narrator.done(f"{report.verdict[0].upper()}{report.verdict[1:]}.")


def plan_of(scene: Scene, month: Month) -> Plan:
    """The plans of all companies in one."""
    planner = MonthPlanner(scene.connection, scene.psa, PlanOptions(month))
    with progress_of("Reading ConnectWise"):
        whole = Plan()
        for item in planner.plans(planner.sort_lines()):
            whole.extend(item.plan)
        return whole


def _summarise(scene: Scene, plan: Plan) -> None:
    kinds = (
        (Resource.AGREEMENT, Action.CREATE, "Agreements to create"),
        (Resource.ADDITION, Action.CREATE, "Additions to create"),
        (Resource.ADDITION, Action.UPDATE, "Additions to change"),
        (Resource.ADDITION, Action.CANCEL, "Additions to cancel"),
        (Resource.ADDITION, Action.LEAVE, "Additions to leave as they are"),
    )
    counts = Counter((change.resource, change.action) for change in plan.changes)
    rows = [(label, str(counts[resource, action])) for resource, action, label in kinds]
    rows.append(("Blocked, waiting for a person", str(len(plan.blocked))))
    scene.narrator.table(("", ""), rows, numbers=(1,))
    scene.narrator.say(f"Planned {money(plan.planned)}.")
    scene.narrator.say(f"Blocked {money(plan.held)}.")


def _warn(scene: Scene, plan: Plan) -> None:
    by_code: dict[str, list[Notice]] = {}
    for notice in plan.notices:
        by_code.setdefault(notice.code, []).append(notice)
    for code, notices in by_code.items():
        scene.narrator.waiting(f"{code}, {counted(len(notices), 'warning')}. {notices[0].subject}:")
        scene.narrator.detail(notices[0].sentence)


def post(scene: Scene, month: Month) -> RunReport:
    """Send the plan, each change once."""
    scene.narrator.step(f"Post {month}", f"bursar lines post {month}")
    report = _post(scene, month)
    written = Counter(_written(report).values_list("resource", "action"))
    agreements, additions = Resource.AGREEMENT.value, Resource.ADDITION.value
    scene.narrator.done(
        f"{counted(written[agreements, 'create'], 'Agreement')} and {counted(written[additions, 'create'], 'Addition')}"
        f" created, {written[additions, 'update']} changed, {written[additions, 'cancel']} cancelled,"
        f" {report.counts['leave']} left as they were."
    )
    if blocked := blocked_by_code(report):
        codes = ", ".join(f"{len(notes)} {code}" for code, notes in blocked.items())
        scene.narrator.waiting(f"{report.counts['blocked']} blocked, {money(report.held)}: {codes}. The rest goes on.")
    result = report.reconciliation
    scene.narrator.done(f"Read back from ConnectWise: {money(result.read_back)}. The run is {result.verdict}.")
    return report


def post_again(scene: Scene, month: Month) -> None:
    """The same once more: nothing is written."""
    scene.narrator.step(f"Post {month} again", f"bursar lines post {month}")
    report = _post(scene, month)
    if count := _written(report).count():
        scene.narrator.waiting(f"Posting again wrote {counted(count, 'record')}, which must not happen.")
    else:
        scene.narrator.done(f"Nothing was written: all {report.counts['leave']} Additions are as they should be.")


def _post(scene: Scene, month: Month) -> RunReport:
    with progress_of("Posting") as bar:
        watch = Watch(lines=bar.expect, done=bar.advance)
        return post_additions(scene.connection, scene.psa, real_clock(), PlanOptions(month), watch)


def blocked_by_code(report: RunReport) -> dict[str, list[RunNote]]:
    """What the run could not post, by the reason's code."""
    found: dict[str, list[RunNote]] = {}
    for note in RunNote.objects.filter(run=report.run, kind=RunNote.Kind.BLOCKED).order_by("pk"):
        found.setdefault(note.code, []).append(note)
    return found


def _written(report: RunReport) -> QuerySet[Posting]:
    return Posting.objects.filter(run=report.run, state=Posting.State.POSTED)
