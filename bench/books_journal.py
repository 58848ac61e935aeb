"""How fast a GL export becomes a journal, against the time beancount takes to load it; and in how much memory."""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from time import perf_counter

from bench.processes import in_its_own_process
from bench.size import wanted_size
from bench.table import ratio, seconds, show
from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.connectors.connectwise.gl_export import gl_export_parts, legacy_xml
from bursar.domain.books.planner import plan_documents
from bursar.domain.books.policy import BookPolicy
from bursar.domain.books.situation import Situation
from bursar.domain.ledger.documents import Document, DocumentKind, Line, PartyRef, RecordType, Tax
from bursar.domain.ledger.export import ExportSettings, GlExport
from bursar.domain.ledger.journal import JournalPolicy
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.period import Month
from bursar.ports import Write

FULL_SIZE = 100_000
SHARE = 10
"""The small export has one transaction for so many of the large one."""
CHUNK = 500
CUSTOMERS = 2000
FIRST_DAY = date(2026, 1, 1)
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system counts resident memory."""
JUDGE = Path(__file__).parents[1] / ".judges" / "bin" / "python"
_LOAD = """
import sys, time
from beancount import loader
began = time.perf_counter()
entries, errors, _ = loader.load_file(sys.argv[1])
print(time.perf_counter() - began, len(errors), sum(hasattr(entry, "postings") for entry in entries))
"""

INVOICE = Document(
    kind=DocumentKind.AR_INVOICE,
    record=RecordType.TRANSACTION,
    number="NUMBER",
    day=FIRST_DAY,
    currency="USD",
    total=Decimal("1069.50"),
    control_account="1200",
    entry_ids=(1,),
    party=PartyRef(account_number="CUSTOMER", name="Customer of some length"),
    document_type="INVOICE",
    terms="Net 30",
    lines=(
        Line("4000", Decimal("600.00"), (2,), "RA", memo="Managed services, monthly"),
        Line("4100", Decimal("250.00"), (3,), "R", memo="On-site work"),
        Line("4200", Decimal("150.00"), (4,), "RP", item="SWITCH", inventory_account="1400", cost_account="5000"),
    ),
    taxes=(Tax("2200", Decimal("69.50"), (5,), "ST", "TX", memo="Level 1 Sales Tax"),),
)


@dataclass(frozen=True, slots=True)
class Written:
    """How long each step took, in seconds, and the most resident memory, in bytes."""

    transactions: int
    parsed: float
    planned: float
    sent: float
    told: float
    """Until the balances of all months were read back."""
    most: int

    @property
    def all(self) -> float:
        return self.parsed + self.planned + self.sent


def main() -> int:
    """Write a small and a large journal, each in a process of its own; let beancount read the large one."""
    size = wanted_size("books_journal", "transactions of the large export", FULL_SIZE, 10 * SHARE)
    if not JUDGE.exists():
        print("bench.books_journal needs beancount: `make judges` installs it.")
        return 1
    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as home:
        folders = [Path(home, name) for name in ("empty", "small", "large")]
        counts = (0, size // SHARE, size)
        for folder, count in zip(folders, counts, strict=True):
            folder.mkdir()
            _export(folder / "export.xml", count)
        none, small, large = (in_its_own_process(_write, f, n) for f, n in zip(folders, counts, strict=True))
        loaded = _load_time(folders[-1] / "bursar.beancount", size)
    _report(none, small, large, loaded)
    return 0


def _export(path: Path, count: int) -> None:
    """A legacy GL export of so many invoices, written one after the other."""
    template = "".join(legacy_xml(GlExport(settings=ExportSettings(cogs=True), documents=(INVOICE,))))
    begin = template.index("<Transaction ")
    end = template.index("</Transaction>") + len("</Transaction>")
    record = template[begin:end]
    assert FIRST_DAY.isoformat() in record
    with path.open("w", encoding="utf-8") as file:
        file.write(template[:begin])
        for number in range(count):
            own = record.replace("NUMBER", str(100_000 + number)).replace("CUSTOMER", f"C{number % CUSTOMERS}")
            day = FIRST_DAY + timedelta(days=number % 365)
            file.write(own.replace(FIRST_DAY.isoformat(), day.isoformat()))
        file.write(template[end:])


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(1 << 16):
            yield data


def _write(folder: Path, count: int) -> Written:
    parsed = planned = sent = 0.0
    with PlaintextBooks(folder, name="Main") as books, ThreadPoolExecutor(books.concurrency) as threads:
        parts = gl_export_parts(_chunks(folder / "export.xml"), currency="USD")
        documents = (part for part in parts if isinstance(part, Document))
        policy = BookPolicy("Main", journal=JournalPolicy(StockPolicy(cogs=True)))
        while True:
            began = perf_counter()
            some = list(islice(documents, CHUNK))
            read = perf_counter()
            plan = plan_documents(Situation("cedarpoint", policy, books.traits, some)).plan
            assert not plan.blocked
            ready = perf_counter()
            writes = [Write(change.action, change.resource, change.key, change.after) for change in plan.writes]
            assert len(list(threads.map(books.send, writes))) == len(some)
            parsed, planned, sent = parsed + read - began, planned + ready - read, sent + perf_counter() - ready
            if not some:
                break
        most = _peak()
        began = perf_counter()
        balances = books.balances([Month(2026, month) for month in range(1, 13)])
        told = perf_counter() - began
    assert balances is not None
    assert sum(amount for place, amount in balances.items() if place.account == "1200") == count * INVOICE.total
    return Written(count, parsed, planned, sent, told, most)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _load_time(journal: Path, count: int) -> float:
    """Seconds that beancount takes to load the journal, without an error."""
    done = subprocess.run([JUDGE, "-c", _LOAD, journal], capture_output=True, text=True, check=True)
    took, errors, found = done.stdout.split()
    assert (int(errors), int(found)) == (0, count)
    return float(took)


def _report(none: Written, small: Written, large: Written, loaded: float) -> None:
    grown = (large.most - small.most) / (large.transactions - small.transactions)
    show(
        f"A GL export of {large.transactions:,} transactions becomes a journal in beancount's and hledger's dialect",
        ("transactions", "parsed", "planned", "written", "all", "balances", "most memory"),
        [_row(each) for each in (none, small, large)],
        f"beancount loads the large journal in {seconds(loaded)}:"
        f" Bursar takes {ratio(large.all, loaded)} times as long to parse, plan and write it,"
        f" and {ratio(large.told, loaded)} times to read its balances back.",
        f"{SHARE} times the transactions take {ratio(large.most, small.most)} times the memory:"
        f" {grown:.0f} bytes for each further one.",
    )


def _row(each: Written) -> tuple[str, ...]:
    took = (each.parsed, each.planned, each.sent, each.all, each.told)
    return (f"{each.transactions:,}", *map(seconds, took), f"{each.most / 2**20:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
