"""Each trouble has its own sentence and remedy, and the good lines are posted all the same."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from bursar.domain.errors import UnknownCompany, WrongKey
from bursar.store.models import Contract, Rejection, RunNote
from bursar.store.vault import seal
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines
from bursar.wiring import connectwise, line_source
from psa_sandbox.state.record import number
from tests.sandbox_transport import SandboxTransport
from tests.usecases.world import World, make_line

HEADINGS = [
    *("line id", "invoice number", "invoice date", "organization name", "contract id", "billing cycle"),
    *("subscription id", "offer name", "charge type", "charge start", "charge end"),
    *("quantity", "unit price", "total", "currency"),
]


def row(n: int, total: str = "115.00", currency: str = "USD", contract: str = "") -> list[str]:
    dates = ["2026-10-01", "2026-10-31"]
    what = [f"sub-{n}", "Subscription 001", "Cycle Fee", *dates, "10", "11.50", total, currency]
    return [f"L{n}", f"INV-{n}", "2026-10-31", f"Customer {n:05}", contract, "Monthly", *what]


def load_file(world: World, path: Path) -> LoadReport:
    return load_invoice_lines(world.connection, line_source(path, "canonical"), LoadOptions())


def test_a_half_written_csv(world: World, tmp_path: Path) -> None:
    text = "\n".join(",".join(cells) for cells in [HEADINGS, row(1), row(2), row(3)]) + "\n"
    path = tmp_path / "october.csv"
    path.write_text(text[:-30], encoding="utf-8")
    report = load_file(world, path)
    assert (report.load.added, report.load.rejected, report.load.complete) == (2, 1, False)
    rejection = Rejection.objects.get()
    assert (rejection.row_number, bool(rejection.reason), bool(rejection.remedy)) == (4, True, True)
    world.map_exactly()
    assert world.post().reconciliation.verdict == "balanced"
    assert len(world.additions()) == 2


def test_an_xlsx_with_a_formula_cell(world: World, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (HEADINGS, row(1), row(2, total="=L3*M3"), row(3)):
        sheet.append(cells)
    path = tmp_path / "october.xlsx"
    book.save(path)
    report = load_file(world, path)
    assert (report.load.added, report.load.rejected) == (2, 1)
    rejection = Rejection.objects.get()
    assert "formula" in rejection.reason
    assert rejection.remedy
    world.map_exactly()
    world.post()
    assert len(world.additions()) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": {"id": 3}}, "currency_mismatch"),
        (
            {"endDate": "2025-12-31T00:00:00Z", "noEndingDateFlag": False, "agreementStatus": "Expired"},
            "agreement_ended",
        ),
    ],
)
def test_an_agreement_that_cannot_take_the_line(
    world: World, tmp_path: Path, changes: dict[str, object], code: str
) -> None:
    company = world.store.rows("company", identifier="CUST00001")[0]
    agreement = world.store.insert(
        "agreement",
        {
            "name": "Chosen by hand",
            "company": {"id": company["id"]},
            "contact": company["defaultContact"],
            "type": {"id": 1},
            "startDate": "2025-01-01T00:00:00Z",
            "agreementStatus": "Active",
            **changes,
        },
    )
    Contract.objects.create(connection=world.connection, contract_id="C-1", agreement_id=number(agreement, "id"))
    path = tmp_path / "october.csv"
    lines = [HEADINGS, row(1, contract="C-1"), row(2), row(3)]
    path.write_text("\n".join(",".join(cells) for cells in lines) + "\n", encoding="utf-8")
    load_file(world, path)
    world.map_exactly()
    report = world.post()
    note = RunNote.objects.get(run=report.run, kind="blocked")
    assert (note.code, bool(note.sentence), bool(note.remedy)) == (code, True, True)
    assert report.reconciliation.verdict == "balanced"
    assert len(world.additions()) == 2


def test_an_unknown_company_and_a_wrong_key_have_their_own_sentences(world: World) -> None:
    world.load([make_line(1)])
    world.connection.company = "nobody"
    world.psa = connectwise(world.connection, SandboxTransport(world.sandbox), world.clock)
    with pytest.raises(UnknownCompany) as unknown:
        world.psa.info()
    world.connection.company = world.store.site.company_id
    world.connection.sealed_private_key = seal("not-the-key")
    world.psa = connectwise(world.connection, SandboxTransport(world.sandbox), world.clock)
    with pytest.raises(WrongKey) as wrong:
        world.psa.info()
    assert unknown.value.sentence != wrong.value.sentence
    assert unknown.value.remedy
    assert wrong.value.remedy
