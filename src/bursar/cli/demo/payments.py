"""What customers have paid, according to the books, comes back to ConnectWise: one payment for each invoice."""

from pathlib import Path

from bursar.cli.adapters import open_books, real_clock
from bursar.cli.demo.books import carry
from bursar.cli.demo.narrator import amount, counted, money
from bursar.cli.demo.scene import Scene
from bursar.store.models import Book, InvoiceSettlement, LedgerDocument, LedgerException, Run
from bursar.usecases.payment_report import PaymentsReport
from bursar.usecases.post_payments import post_payments
from bursar.usecases.pull_payments import pull_payments, pull_request
from bursar.usecases.run_report import RunReport
from bursar.usecases.runs import POST_PAYMENTS, PULL_PAYMENTS
from bursar.usecases.watch import Watch

HEADINGS = "id,invoice,date,amount,currency,kind,credit"
UNKNOWN = "99999"
"""A payment that somebody typed with a wrong invoice number."""


def pay(scene: Scene, book: Book) -> None:
    """A customer pays in two parts, another one whole; somebody mistypes a number."""
    inbox = Path(book.place["folder"]) / "payments.csv"
    scene.narrator.step("Customers pay", f"cat {inbox}")
    invoices = LedgerDocument.objects.filter(connection=scene.connection, kind="ar_invoice", currency="USD")
    first, second = invoices.order_by("key")[:2]
    half = (first.total / 2).quantize(first.total)
    rows = [
        HEADINGS,
        f"B-1,{first.number},2026-11-03,{half},USD,cash,",
        f"B-2,{first.number},2026-11-10,{first.total - half},USD,cash,",
        f"B-3,{second.number},2026-11-04,{second.total},USD,cash,",
        f"B-4,{UNKNOWN},2026-11-05,10.00,USD,cash,",
    ]
    inbox.write_text("\n".join(rows) + "\n", encoding="utf-8")
    scene.narrator.say(f"{counted(len(rows) - 1, 'payment')} in the book's payments file: {inbox.name}.")


def bring_back(scene: Scene) -> bool:
    """Compare with ConnectWise, then write what is missing there. Returns whether the money agrees."""
    scene.narrator.step("Bring the payments back", "bursar payments pull", "bursar payments post --all")
    carry(scene, PULL_PAYMENTS, pull_request(), lambda run, watch: _pull(scene, run, watch))
    settlements = InvoiceSettlement.objects.filter(connection=scene.connection).order_by("number")
    rows = [(row.number, row.company, amount(row.wanted), row.get_state_display()) for row in settlements]
    scene.narrator.table(("Invoice", "Customer", "Paid", ""), rows, numbers=(2,))
    report = carry(scene, POST_PAYMENTS, {}, lambda run, watch: _post(scene, run, watch))
    created = counted(report.counts.get("create", 0), "payment")
    scene.narrator.done(
        f"{created} made in ConnectWise: {money(report.reconciliation.read_back)}. Two parts became one."
    )
    open_ones = LedgerException.objects.filter(connection=scene.connection, journey="payments", closed_at=None)
    for row in open_ones:
        scene.narrator.waiting(row.sentence)
        scene.narrator.remedy(row.remedy)
    good = report.reconciliation.balanced and report.counts.get("create") == 2 and open_ones.count() == 1
    scene.narrator.verdict(f"The run is {report.verdict}; the payment that nobody knows stopped none.", good=good)
    return good


def _pull(scene: Scene, run: Run, watch: Watch) -> PaymentsReport:
    with open_books(scene.connection) as books:
        return pull_payments(run, scene.psa.accounting, books, real_clock(), watch)


def _post(scene: Scene, run: Run, watch: Watch) -> RunReport:
    with open_books(scene.connection) as books:
        return post_payments(run, scene.psa, scene.psa.accounting, books, real_clock(), watch)
