"""An odd export in the browser: uploaded, its columns given their meaning, checked, saved and loaded (rules 51-57)."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings as DjangoSettings

from bursar.store.models import AuditEntry, ColumnProfile, Connection, Delivery, Line, Load, Run
from bursar.wiring import keep_profile
from tests.deliveries.exports import (
    MEANINGS,
    PROFILE,
    WORDS,
    canonical,
    carried_out,
    choose,
    filled_in,
    german_csv,
    german_xlsx,
    newest_run,
    press,
    pushed,
)
from tests.web.visitors import HTMX, part_of, streamed, text_of


def send(browser: Client, connection: Connection, name: str, content: bytes) -> HttpResponse:
    address = reverse("deliveries:upload", args=[connection.pk])
    return browser.post(address, {"file": SimpleUploadedFile(name, content)})


def columns_of(browser: Client, connection: Connection, name: str, content: bytes) -> tuple[str, HttpResponse]:
    """Upload, and on to the columns."""
    answer = send(browser, connection, name, content)
    assert answer.status_code == 302
    return answer["Location"], browser.get(answer["Location"])


def test_an_odd_export_is_mapped_checked_saved_and_loaded(connection: Connection, operator: Client) -> None:
    address, page = columns_of(operator, connection, "Auszug.csv", german_csv())
    form = filled_in(page, "columns")
    # Bursar has seen for itself how the file is written, and offers no meaning that it does not know.
    assert (form["encoding"], form["header_row"], form["date_formats"]) == ("cp1252", "2", "DD.MM.YYYY")
    assert form["decimal_style"] == "1.234,56"
    assert form.getlist("heading") == list(MEANINGS)
    assert "Still without a column or a value: Invoice Number, Invoice Date, Organization Name" in text_of(page)

    choose(form, "heading", "field", MEANINGS)
    page = press(operator, address, form, "look", **HTMX)
    assert page.status_code == 200
    assert "<html" not in page.content.decode()
    form = filled_in(page, "columns")
    assert form.getlist("word_charge_type") == ["Abo", "Gutschrift", ""]
    form["constant_currency"] = "EUR"
    for field in ("charge_type", "billing_cycle", "invoice_status"):
        choose(form, f"word_{field}", f"meaning_{field}", WORDS)
    form["skip_column"], form["skip_when"], form["skip_texts"] = "Rechnung", "equals", "Summe"

    page = press(operator, address, form, "check")
    check = part_of(page, "check")
    assert "Lines 2 Rejected rows 1 Left out 1 Month 2026-10 2 Total EUR 1,487.50" in check
    assert 'The column "Netto" holds "zwölf", which is not a number.' in check
    assert not Load.objects.exists()

    form = filled_in(page, "columns")
    refused = press(operator, address, form, "load")
    assert refused.status_code == 422
    assert "The profile has no name." in text_of(refused)
    assert not Run.objects.exists()

    form["name"] = "Auszug"
    assert press(operator, address, form, "load").status_code == 302
    run = carried_out(newest_run(connection))
    assert (run.state, run.request["profile"]) == (Run.State.DONE, "Auszug")
    loaded = {line.offer_name: line for line in Line.objects.all()}
    assert {name: line.total for name, line in loaded.items()} == {
        "Speicher": Decimal("1500.00"),
        "Umzug": Decimal("-12.50"),
    }
    assert (loaded["Speicher"].quantity, loaded["Speicher"].currency) == (Decimal(1200), "EUR")
    assert str(loaded["Umzug"].charge_start) == "2026-10-01"

    listed = operator.get(reverse("deliveries:list", args=[connection.pk]))
    assert "2 added, 0 refreshed, 0 unchanged" in text_of(listed)
    load = Load.objects.get()
    rejected = reverse("deliveries:rejected", args=[connection.pk, load.pk])
    assert rejected in listed.content.decode()
    assert "which is not a number" in text_of(operator.get(rejected))
    csv = streamed(operator.get(f"{rejected}csv/"))
    assert csv.splitlines()[0] == "Row,Reason,What to do,The row"
    assert "zwölf" in csv
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"file uploaded", "column profile saved", "delivery changed", "run requested"} <= actions


def test_a_saved_profile_is_offered_when_its_headings_fit_and_loads_with_one_button(
    connection: Connection, operator: Client
) -> None:
    keep_profile(connection, "Auszug", PROFILE)
    address, page = columns_of(operator, connection, "November.csv", german_csv())
    assert "The profile Auszug reads this file." in text_of(page)
    form = filled_in(page, "columns")
    assert form["began_with"] == "Auszug"
    assert form.getlist("skip_texts") == ["Summe", ""]
    assert press(operator, address, form, "load").status_code == 302
    assert carried_out(newest_run(connection)).counts["added"] == 2
    assert ColumnProfile.objects.count() == 1
    again = operator.get(address)
    assert filled_in(again, "columns").urlencode() == form.urlencode()


def test_a_workbook_with_two_sheets_and_a_title(connection: Connection, operator: Client) -> None:
    address, page = columns_of(operator, connection, "Auszug.xlsx", german_xlsx())
    form = filled_in(page, "columns")
    form["sheet"] = "Posten"
    form["header_row"] = "2"
    form = filled_in(press(operator, address, form, "look"), "columns")
    choose(form, "heading", "field", MEANINGS)
    form = filled_in(press(operator, address, form, "look"), "columns")
    form["constant_currency"] = "EUR"
    for field in ("charge_type", "billing_cycle", "invoice_status"):
        choose(form, f"word_{field}", f"meaning_{field}", WORDS)
    form["skip_column"], form["skip_when"], form["skip_texts"] = "Rechnung", "equals", "Summe"
    form["name"] = "Auszug Excel"
    assert press(operator, address, form, "load").status_code == 302
    run = carried_out(newest_run(connection))
    assert (run.counts["added"], run.counts["rejected"]) == (2, 1)
    assert ColumnProfile.objects.get().document["sheet"] == "Posten"


def test_a_canonical_file_needs_nothing(connection: Connection, operator: Client) -> None:
    address, page = columns_of(operator, connection, "lines.json", pushed([canonical(1), canonical(2)]))
    assert "The profile canonical reads this file." in text_of(page)
    form = filled_in(page, "columns")
    form["whole"] = "no"
    assert press(operator, address, form, "load").status_code == 302
    run = carried_out(newest_run(connection))
    assert (run.counts["added"], run.request["whole"], Load.objects.get().complete) == (2, False, False)
    assert not ColumnProfile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "The file is empty."),
        ("large.csv", b"x" * (1024 * 1024 + 1), "The file is larger than 1 MB."),
    ],
)
def test_files_that_are_refused(
    connection: Connection, operator: Client, settings: DjangoSettings, name: str, content: bytes, said: str
) -> None:
    settings.BURSAR_LARGEST_UPLOAD_MB = 1
    answer = send(operator, connection, name, content)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.xlsx", b"PK\x03\x04 nothing more", "is damaged or is not an Excel workbook."),
        ("old.xls", b"\xd0\xcf\x11\xe0 old", "is an old Excel file (.xls)."),
        ("broken.json", b'{"lines": [', "is not JSON"),
        ("picture.csv", bytes(range(256)) * 4, "Still without a column"),
    ],
)
def test_files_that_cannot_be_read_are_told_and_can_still_be_deleted(
    connection: Connection, operator: Client, name: str, content: bytes, said: str
) -> None:
    address, page = columns_of(operator, connection, name, content)
    assert said in text_of(page)
    refused = press(operator, address, filled_in(page, "columns"), "load")
    assert refused.status_code == 422
    assert not Run.objects.exists()
    delivery = Delivery.objects.get()
    operator.post(reverse("deliveries:delete", args=[connection.pk, delivery.pk]))
    assert not Delivery.objects.exists()
    assert AuditEntry.objects.filter(action="delivery deleted", subject=name).exists()


def test_content_is_only_ever_given_out_to_be_saved(connection: Connection, operator: Client) -> None:
    send(operator, connection, '../..\\<b>"Mö".html', b"<script>alert(1)</script>")
    delivery = Delivery.objects.get()
    assert delivery.name == "bMö.html"
    answer = operator.get(reverse("deliveries:content", args=[connection.pk, delivery.pk]))
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''bM%C3%B6.html"


def test_the_same_file_again_is_the_same_delivery(connection: Connection, operator: Client) -> None:
    first = send(operator, connection, "Auszug.csv", german_csv())
    assert send(operator, connection, "Auszug.csv", german_csv())["Location"] == first["Location"]
    assert Delivery.objects.count() == 1


def test_a_setting_that_cannot_be_is_told_and_what_was_entered_stays(connection: Connection, operator: Client) -> None:
    address, page = columns_of(operator, connection, "Auszug.csv", german_csv())
    form = filled_in(page, "columns")
    form["constant_currency"] = "Euro"
    form["header_row"] = "two"
    page = press(operator, address, form, "check")
    assert page.status_code == 422
    assert '"header_row" is "two"' in text_of(page)
    form = filled_in(page, "columns")
    form["header_row"] = "2"
    page = press(operator, address, form, "check")
    assert 'the constant currency is "Euro", which is not a three-letter currency code' in text_of(page).replace(
        "The", "the"
    )


def test_another_connection_sees_nothing_of_it(connection: Connection, operator: Client) -> None:
    send(operator, connection, "Auszug.csv", german_csv())
    delivery = Delivery.objects.get()
    other = Connection.objects.create(name="other", url="https://x", company="c", public_key="p", client_id="i")
    for name in ("columns", "content"):
        assert operator.get(reverse(f"deliveries:{name}", args=[other.pk, delivery.pk])).status_code == 404
