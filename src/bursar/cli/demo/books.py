"""What ConnectWise has invoiced, expensed and bought goes into the books; only what they confirmed is batched."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from bursar.cli.adapters import open_books, real_clock
from bursar.cli.demo.narrator import amount, counted, money
from bursar.cli.demo.scene import Scene
from bursar.cli.progress import progress_of
from bursar.domain.money import Money, Totals
from bursar.store.models import Book, BookBalance, LedgerBatch, LedgerDocument, LedgerException, Run
from bursar.usecases.books import NewBook, add_book
from bursar.usecases.carry_out import AnyOutcome
from bursar.usecases.carry_out_at_once import carry_out_at_once
from bursar.usecases.export_ledger import LedgerReport, export_ledger
from bursar.usecases.ledger_wish import LedgerWish
from bursar.usecases.post_ledger import post_ledger
from bursar.usecases.run_report import RunReport
from bursar.usecases.runs import EXPORT_LEDGER, POST_LEDGER
from bursar.usecases.watch import Watch

BOOK = "Main"
EVERYTHING = LedgerWish().as_json()
State = LedgerDocument.State


def open_book(scene: Scene, folder: Path) -> Book:
    """A journal in a folder of the demo's home."""
    scene.narrator.step("Open a book", f"bursar book add {BOOK} --kind plaintext --folder {folder}")
    book = add_book(scene.connection, NewBook(BOOK, Book.Kind.PLAINTEXT, {"folder": str(folder)}))
    scene.narrator.done(
        "A journal that beancount and hledger both read. QuickBooks, Sage and Tryton work the same way."
    )
    return book


def export(scene: Scene) -> LedgerReport:
    """What waits for the accounting package, and what becomes of it."""
    scene.narrator.step("Export what waits for the books", "bursar ledger export", "bursar ledger documents")
    report = carry(scene, EXPORT_LEDGER, EVERYTHING, lambda run, watch: _export(scene, run, watch))
    documents = LedgerDocument.objects.filter(connection=scene.connection, state=State.READY)
    by_kind = Counter(documents.values_list("kind", flat=True))
    rows = [(_SPOKEN.get(kind, kind), str(count)) for kind, count in sorted(by_kind.items())]
    scene.narrator.table(("", ""), rows, numbers=(1,))
    scene.narrator.done(f"{counted(documents.count(), 'document')} to post. Nothing has been written yet.")
    for row in LedgerException.objects.filter(connection=scene.connection, closed_at=None):
        scene.narrator.waiting(row.sentence)
        scene.narrator.remedy(row.remedy)
    return report


_SPOKEN = {
    "ar_invoice": "Invoices",
    "ar_credit": "Credit memos",
    "ap_bill_po": "Bills for goods that were received",
    "ap_bill_expense": "Bills for expenses of members",
    "journal": "Expenses that nobody is paid back for",
    "inventory_adjustment": "Inventory adjustments",
    "inventory_transfer": "Inventory transfers",
}


def post(scene: Scene, book: Book) -> RunReport:
    """Each document once; then batches of exactly the confirmed ones."""
    scene.narrator.step("Post to the books", "bursar ledger post --all")
    report = carry(scene, POST_LEDGER, EVERYTHING, lambda run, watch: _post(scene, run, watch))
    posted, there = counted(report.counts.get("create", 0), "document"), money(report.reconciliation.read_back)
    scene.narrator.done(f"{posted} posted, read back: {there}.")
    batches = LedgerBatch.objects.filter(connection=scene.connection, run=report.run)
    for batch in batches:
        scene.narrator.done(
            f"Batch {batch.identifier}: {counted(batch.documents.count(), 'document')},"
            f" {len(batch.entry_ids)} GL entries, {'exactly these' if batch.exact else 'NOT what it should hold'}."
        )
    scene.narrator.say(f"The journal is {book.place['folder']}/bursar.beancount, and bursar.hledger beside it.")
    scene.narrator.verdict(f"The run is {report.verdict}.", good=report.verdict == "balanced")
    return report


def post_again(scene: Scene) -> bool:
    """The same once more: nothing is written."""
    scene.narrator.step("Post again", "bursar ledger post --now")
    report = carry(scene, POST_LEDGER, EVERYTHING, lambda run, watch: _post(scene, run, watch))
    written = report.run.postings.count()
    if written:
        scene.narrator.waiting(f"Posting again wrote {counted(written, 'record')}, which must not happen.")
    else:
        scene.narrator.done("Nothing was written: what was batched waits no longer.")
    return not written


def reconcile(scene: Scene, book: Book) -> bool:
    """Documents against the books, account by account."""
    scene.narrator.step("Reconcile the books", "bursar ledger reconcile")
    balances = list(BookBalance.objects.filter(book=book))
    moved = Totals(Money(abs(row.ours), row.currency) for row in balances if row.ours > 0)
    off = [row for row in balances if row.theirs != row.ours]
    for row in off:
        scene.narrator.waiting(f"{row.period} {row.account}: {amount(row.ours)} against {row.theirs} {row.currency}.")
    places = counted(len(balances), "balance")
    scene.narrator.verdict(
        f"{places} compared, {money(moved)} debited: {len(off)} differ.", good=bool(balances) and not off
    )
    return bool(balances) and not off


def carry(
    scene: Scene, verb: str, request: Mapping[str, object], work: Callable[[Run, Watch], AnyOutcome]
) -> AnyOutcome:
    """Carry a run out here and now, with a bar."""
    with progress_of("Reading ConnectWise") as bar:
        watch = Watch(lines=bar.expect, done=bar.advance)
        return carry_out_at_once(scene.connection, real_clock(), verb, request, "", lambda run: work(run, watch))


def _export(scene: Scene, run: Run, watch: Watch) -> LedgerReport:
    with open_books(scene.connection) as books:
        return export_ledger(run, scene.psa.accounting, books, real_clock(), watch)


def _post(scene: Scene, run: Run, watch: Watch) -> RunReport:
    with open_books(scene.connection) as books:
        return post_ledger(run, scene.psa, scene.psa.accounting, books, real_clock(), watch)
