"""ConnectWise invoices; then every cent of the file is accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bursar.cli.demo.narrator import amount, counted, money
from bursar.cli.demo.posting import blocked_by_code
from bursar.cli.demo.scene import Scene
from bursar.domain.money import ZERO, Money, Totals
from bursar.domain.period import Month
from bursar.domain.reconcile import Reconciliation
from bursar.store.models import AdditionLink, Line, RunNote
from bursar.usecases.run_report import RunReport


@dataclass(frozen=True, slots=True)
class Invoiced:
    """What ConnectWise invoiced for our Additions that carry a line of the month, and for those that do not."""

    with_line: Totals = field(default_factory=Totals)
    without_line: Totals = field(default_factory=Totals)


def invoice(scene: Scene, month: Month) -> Invoiced:
    """Run ConnectWise's agreement invoicing for everything due by the first of the month, and read the invoices."""
    scene.narrator.step(f"Invoice {month} in ConnectWise")
    scene.narrator.say("This is ConnectWise's own agreement invoicing, not Bursar's work.")
    invoices = scene.sandbox.invoice_due(month.first)
    scene.sandbox.close_invoices(invoices)
    invoiced = _read(scene, month, invoices)
    scene.narrator.done(
        f"{counted(len(invoices), 'invoice')}, with {money(invoiced.with_line)} for the lines that Bursar posted;"
        " somebody looks at them and closes them."
    )
    return invoiced


def _read(scene: Scene, month: Month, invoices: Sequence[int]) -> Invoiced:
    ours = set(AdditionLink.objects.filter(connection=scene.connection).values_list("addition_id", flat=True))
    lines = Line.objects.filter(connection=scene.connection, month=str(month), link__isnull=False)
    carrying = set(lines.values_list("link__addition_id", flat=True))
    currencies = {agreement.id: agreement.currency or "" for agreement in scene.psa.agreements()}
    result = Invoiced()
    invoiced = scene.sandbox.lines_of(invoices)
    by_sequence = {key: scene.sandbox.additions_by_sequence(key) for key in {line.agreement.id for line in invoiced}}
    for line in invoiced:
        addition_id = by_sequence[line.agreement.id][line.sequence]
        if addition_id in ours:
            totals = result.with_line if addition_id in carrying else result.without_line
            totals.add(Money(line.amount, currencies[line.agreement.id]))
    return result


def list_blocked(scene: Scene, report: RunReport) -> None:
    """Everything that waits for a person: why, what to do, and how much money hangs on it."""
    scene.narrator.step("What is blocked, and what to do about it", show(report))
    for code, notes in blocked_by_code(report).items():
        _explain(scene, code, notes)


def _explain(scene: Scene, code: str, notes: Sequence[RunNote]) -> None:
    """One code, with the first case in full and the others by customer."""
    held = Totals(Money(note.amount, note.currency) for note in notes if note.amount is not None)
    count = counted(len(notes), "line" if notes[0].lines else "customer")
    scene.narrator.waiting(f"{code}: {count}" + (f", {money(held)}" if held else ""))
    scene.narrator.detail(notes[0].subject)
    scene.narrator.detail(notes[0].sentence)
    scene.narrator.remedy(notes[0].remedy)
    if others := sorted({note.subject.partition(":")[0] for note in notes[1:]}):
        scene.narrator.detail(f"{len(notes) - 1} more: {', '.join(others)}.")


def show(report: RunReport) -> str:
    """The command that shows a run again."""
    return f"bursar run show {str(report.run.pk)[:8]}"


def reconcile(scene: Scene, report: RunReport, invoiced: Invoiced) -> bool:
    """File against plan; plan against what was posted, read back and invoiced. Returns whether all agree."""
    month = Month.parse(report.run.month)
    scene.narrator.step(f"Account for every cent of {month}", show(report))
    result = report.reconciliation
    in_file = _in_file(scene, month)
    parts = (result.planned, report.held, _excluded(report))
    scene.narrator.table(
        ("", "In the file", "= planned", "+ blocked", "+ not verified"),
        [(code, amount(in_file[code]), *(amount(part.get(code, ZERO)) for part in parts)) for code in in_file],
        numbers=(1, 2, 3, 4),
    )
    complete = all(in_file[code] == sum(part.get(code, ZERO) for part in parts) for code in in_file)
    if not complete:
        scene.narrator.waiting("These do not add up to what is in the file.")
    as_posted = _compare_invoices(scene, month, result, invoiced)
    balanced = [_chain(scene, code, result) for code in result.planned]
    return complete and as_posted and result.balanced and all(balanced)


def _compare_invoices(scene: Scene, month: Month, result: Reconciliation, invoiced: Invoiced) -> bool:
    as_posted = dict(invoiced.with_line) == dict(result.posted)
    told = f"ConnectWise invoiced {money(invoiced.with_line)} before tax for the lines that Bursar posted"
    if as_posted:
        scene.narrator.done(f"{told}: to the cent what the platform charged.")
    else:
        scene.narrator.waiting(f"{told}, and that differs from what was posted.")
    if invoiced.without_line:
        scene.narrator.say(
            f"It also invoiced {money(invoiced.without_line)} on Additions that have no line in {month} any more: these"
            " are the cancellations above that wait for a person."
        )
    return as_posted


def _in_file(scene: Scene, month: Month) -> Totals:
    lines = Line.objects.filter(connection=scene.connection, month=str(month))
    return Totals(Money(total, currency) for total, currency in lines.values_list("total", "currency"))


def _excluded(report: RunReport) -> dict[str, Decimal]:
    return {currency: Decimal(text) for currency, text in report.run.totals["excluded"].items()}


def _chain(scene: Scene, currency: str, result: Reconciliation) -> bool:
    """One currency in one line. Returns whether the three amounts agree."""
    told = {"planned": result.planned, "posted": result.posted, "read back": result.read_back}
    balanced = len({totals[currency] for totals in told.values()}) == 1
    chain = (" = " if balanced else " ≠ ").join(f"{name} {amount(sums[currency])}" for name, sums in told.items())
    scene.narrator.verdict(f"{currency}  {chain}", good=balanced)
    return balanced
