"""Exports as a platform of another country writes them, and runs carried out without a worker."""

import io
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.http import HttpResponse, QueryDict
from django.test import Client
from openpyxl import Workbook

from bursar.jobs.journeys import journey_of
from bursar.store.models import Connection, Run
from bursar.usecases.carry_out import carry_out
from bursar.usecases.runs import begin
from bursar.usecases.watch import RunProgress
from bursar.wiring import SystemClock
from tests.web.visitors import tree_of

GERMAN = """Monatsauszug Oktober
Rechnung;Datum;Status;Kunde;Turnus;Vertrag;Artikel;Art;Von;Bis;Menge;Einzelpreis;Netto
R-1;31.10.2026;fertig;Bäckerei Süd;mtl.;S-9;Speicher;Abo;01.10.2026;31.10.2026;1.200;1,25;1.500,00
R-1;31.10.2026;fertig;Bäckerei Süd;einmalig;;Umzug;Gutschrift;01.10.2026;01.10.2026;1;-12,50;-12,50
R-2;31.10.2026;fertig;Café Nord;mtl.;S-4;Postfach;Abo;01.10.2026;31.10.2026;3;4,00;zwölf
Summe;;;;;;;;;;;;1.487,50
"""
MEANINGS = {
    "Rechnung": "invoice_number",
    "Datum": "invoice_date",
    "Status": "invoice_status",
    "Kunde": "organization_name",
    "Turnus": "billing_cycle",
    "Vertrag": "subscription_id",
    "Artikel": "offer_name",
    "Art": "charge_type",
    "Von": "charge_start",
    "Bis": "charge_end",
    "Menge": "quantity",
    "Einzelpreis": "unit_price",
    "Netto": "total",
}
WORDS = {
    "mtl.": "Monthly",
    "einmalig": "One Time",
    "Abo": "Cycle Fee",
    "Gutschrift": "Correction",
    "fertig": "Verified",
}
PROFILE = {
    "delimiter": ";",
    "encoding": "cp1252",
    "header_row": 2,
    "columns": MEANINGS,
    "constants": {"currency": "EUR"},
    "date_formats": ["DD.MM.YYYY"],
    "decimal_style": "1.234,56",
    "values": {
        "charge_type": {"Abo": "Cycle Fee", "Gutschrift": "Correction"},
        "billing_cycle": {"mtl.": "Monthly", "einmalig": "One Time"},
        "invoice_status": {"fertig": "Verified"},
    },
    "skip_rows": [{"column": "Rechnung", "equals": ["Summe"]}],
}


def german_csv() -> bytes:
    return GERMAN.encode("cp1252")


def german_xlsx() -> bytes:
    """The same as a workbook with real dates and numbers, and notes on another sheet."""
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Hinweise"
    notes.append(["Bitte bis zum 5. zahlen"])
    sheet = book.create_sheet("Posten")
    rows = [line.split(";") for line in GERMAN.splitlines()]
    for number, row in enumerate(rows, start=1):
        sheet.append(row if number <= 2 else [_typed(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _typed(cell: str) -> str | date | float | None:
    if len(parts := cell.split(".")) == 3:
        day, month, year = map(int, parts)
        return date(year, month, day)
    try:
        return float(Decimal(cell.replace(".", "").replace(",", ".")))
    except ArithmeticError:
        return cell or None


def canonical(number: int, month: str = "2026-10", **changes: object) -> dict[str, object]:
    """One line in the canonical schema, as a program pushes it."""
    line: dict[str, object] = {
        "invoice_number": f"INV-{month}",
        "invoice_date": f"{month}-28",
        "organization_name": f"Customer {number}",
        "billing_cycle": "Monthly",
        "subscription_id": f"SUB-{number}",
        "offer_name": "Mail Plus",
        "charge_type": "Cycle Fee",
        "charge_start": f"{month}-01",
        "charge_end": f"{month}-28",
        "quantity": 2,
        "unit_price": "4.50",
        "total": "9.00",
        "currency": "USD",
        "line_id": f"{month}-L{number}",
    }
    return line | changes


def pushed(lines: Sequence[object]) -> bytes:
    return json.dumps(lines, indent=2).encode()


def carried_out(run: Run) -> Run:
    """What a worker does, in this process."""
    assert begin(run, "here")
    watch = RunProgress(run).watch()
    carry_out(run, SystemClock(), lambda: journey_of(run)(run, watch))
    run.refresh_from_db()
    return run


def newest_run(connection: Connection) -> Run:
    found = Run.objects.filter(connection=connection).order_by("-started_at").first()
    assert found is not None
    return found


def filled_in(answer: HttpResponse, form_id: str) -> QueryDict:
    """What a browser would send if somebody pressed a button of the form as it is now."""
    form = tree_of(answer).find(f".//form[@id='{form_id}']")
    assert form is not None
    sent = QueryDict(mutable=True)
    for control in form.iter():
        name, kind = control.get("name"), control.get("type")
        if not name or name == "csrfmiddlewaretoken":
            continue
        if control.tag == "select":
            options = list(control.iter("option"))
            chosen = next((each for each in options if "selected" in each.attrib), options[0])
            sent.appendlist(name, chosen.get("value", chosen.text or ""))
        elif control.tag == "textarea":
            sent.appendlist(name, control.text or "")
        elif control.tag == "input" and (kind != "checkbox" or "checked" in control.attrib):
            sent.appendlist(name, control.get("value", ""))
    return sent


def press(browser: Client, address: str, form: QueryDict, button: str, **headers: str) -> HttpResponse:
    """Send the form by one of its buttons."""
    body = form.copy()
    body["do"] = button
    return browser.post(address, body.urlencode(), content_type="application/x-www-form-urlencoded", headers=headers)


def choose(form: QueryDict, left: str, right: str, meanings: dict[str, str]) -> None:
    """Choose in the selects `right` what the texts beside them, `left`, mean."""
    given = zip(form.getlist(left), form.getlist(right), strict=True)
    form.setlist(right, [meanings.get(text, chosen) for text, chosen in given])
