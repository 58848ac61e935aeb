"""The list of deliveries: search, kind, sorting, columns, files, and what each role may do."""

import csv
import io

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from bursar.domain.period import Month
from bursar.store.models import Connection, Delivery, Load, Run
from bursar.store.queries.delivery_list import delivery_mark
from bursar.usecases.deliveries import keep_pushed, keep_upload
from bursar.usecases.runs import LOAD_LINES
from tests.deliveries.exports import canonical, pushed
from tests.web.visitors import HTMX, VISIT, a_connection, links_of, streamed, text_of, tree_of, words

HEADINGS = ["Delivery", "Came in", "Size", "Profile", "Loads"]


def address(connection: Connection, what: str = "list", **query: str) -> str:
    return reverse(f"deliveries:{what}", args=[connection.pk], query=query)


def came_in(connection: Connection, *names: str, **values: object) -> None:
    for name in names:
        upload = keep_upload(connection, name, [name.encode()])
        Delivery.objects.filter(pk=upload.pk).update(**values)


def three(connection: Connection) -> None:
    came_in(connection, "Birch.csv", profile="Export", delivered_by="ann@cedarpoint.example", size=2048)
    came_in(connection, "Ash.xlsx", size=4096)
    keep_pushed(connection, Month(2026, 10), pushed([canonical(1)]))


def loaded(connection: Connection, delivery: Delivery, **counts: object) -> Load:
    load = Load.objects.create(connection=connection, source=delivery.name, **counts)
    result = {"load": load.pk, delivery_mark(delivery.pk): True}
    Run.objects.create(connection=connection, verb=LOAD_LINES, state="done", result=result)
    return load


def listed(client: Client, connection: Connection, **query: str) -> list[str]:
    page = tree_of(client.get(address(connection, **query)))
    return [words(cell) for cell in page.iter("th") if cell.get("scope") == "row"]


def headings(client: Client, connection: Connection) -> list[str]:
    page = tree_of(client.get(address(connection)))
    return [words(cell) for cell in page.iter("th") if cell.get("scope") == "col"]


def exported(client: Client, connection: Connection, **query: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(streamed(client.get(address(connection, "list-export", **query))), newline="")))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Pushed lines of 2026-10", "Ash.xlsx", "Birch.csv"]),
        ({"sort": "delivery"}, ["Ash.xlsx", "Birch.csv", "Pushed lines of 2026-10"]),
        ({"sort": "-size", "kind": "file"}, ["Ash.xlsx", "Birch.csv"]),
        ({"sort": "-profile"}, ["Pushed lines of 2026-10", "Birch.csv", "Ash.xlsx"]),
        ({"kind": "pushed"}, ["Pushed lines of 2026-10"]),
        ({"kind": "mad"}, ["Pushed lines of 2026-10", "Ash.xlsx", "Birch.csv"]),
        ({"q": "lines of 2026"}, ["Pushed lines of 2026-10"]),
        ({"q": "canonical"}, ["Pushed lines of 2026-10"]),
        ({"q": "export"}, ["Birch.csv"]),
        ({"q": "ann@"}, ["Birch.csv"]),
        ({"q": "cedar", "kind": "pushed"}, []),
    ],
)
def test_newest_first_searched_narrowed_and_sorted(
    connection: Connection, viewer: Client, query: dict[str, str], names: list[str]
) -> None:
    three(connection)
    assert listed(viewer, connection, **query) == names


def test_page_and_part_are_one_view(connection: Connection, viewer: Client) -> None:
    three(connection)
    (part,) = tree_of(viewer.get(address(connection, q="ash"), headers=HTMX))
    assert part.get("id") == "deliveries"
    assert "Ash.xlsx" in words(part)
    assert "Birch.csv" not in words(part)
    assert "Nothing found" in text_of(viewer.get(address(connection, q="elm"), headers=HTMX))


def test_without_a_delivery_operators_are_led_to_the_upload(
    connection: Connection, operator: Client, viewer: Client
) -> None:
    for client, shown in ((operator, True), (viewer, False)):
        answer = client.get(address(connection))
        assert "Nothing came in yet" in text_of(answer)
        assert (address(connection, "upload") in links_of(tree_of(answer))) is shown


def test_operators_have_buttons_in_each_row_and_viewers_none(
    connection: Connection, operator: Client, viewer: Client
) -> None:
    three(connection)
    pushed_lines = Delivery.objects.get(kind=Delivery.Kind.PUSHED)
    file = Delivery.objects.get(name="Ash.xlsx")
    page = tree_of(operator.get(address(connection)))
    assert headings(operator, connection) == [*HEADINGS, "Actions"]
    asked = {button.get("data-confirm-url"): button.get("data-confirm-text") for button in page.iter("button")}
    delete = reverse("deliveries:delete", args=[connection.pk, file.pk])
    assert asked[delete] == "Ash.xlsx is removed from Bursar. Lines that were loaded from it stay."
    links = links_of(page)
    assert reverse("deliveries:columns", args=[connection.pk, file.pk]) in links
    assert reverse("deliveries:columns", args=[connection.pk, pushed_lines.pk]) not in links
    assert reverse("deliveries:content", args=[connection.pk, pushed_lines.pk]) in links
    assert headings(viewer, connection) == HEADINGS
    seen = viewer.get(address(connection))
    assert delete not in seen.content.decode()


def test_columns_are_chosen_and_buttons_stay(connection: Connection, operator: Client) -> None:
    three(connection)
    kept = operator.post(address(connection, "list-columns"), {"column": ["kind"], "view": "kind=file&columns=size"})
    assert kept["Location"] == address(connection, kind="file")
    assert headings(operator, connection) == ["Delivery", "Kind", "Actions"]


def test_what_loads_took_in_is_linked_and_in_files(connection: Connection, operator: Client) -> None:
    three(connection)
    load = loaded(connection, Delivery.objects.get(name="Ash.xlsx"), complete=True, added=2, vanished=1, rejected=3)
    run = Run.objects.get()
    page = tree_of(operator.get(address(connection)))
    assert reverse("runs:run", args=[connection.pk, run.pk]) in links_of(page)
    assert reverse("deliveries:rejected", args=[connection.pk, load.pk]) in links_of(page)
    assert "ann@cedarpoint.example" in words(page)
    assert exported(operator, connection, q="birch", columns="by")[1:] == [["Birch.csv", "ann@cedarpoint.example"]]
    rows = exported(operator, connection, sort="delivery")
    assert rows[0] == HEADINGS
    taken_in = "whole month, 2 added, 0 refreshed, 0 unchanged, 1 vanished, 3 rejected"
    assert [(row[0], *row[2:]) for row in rows[1:]] == [
        ("Ash.xlsx", "4096", "", f"{run.started_at:%Y-%m-%dT%H:%M:%S}+00:00: {taken_in}"),
        ("Birch.csv", "2048", "Export", ""),
        ("Pushed lines of 2026-10", str(Delivery.objects.get(month="2026-10").size), "canonical", ""),
    ]


def test_a_load_that_failed_says_so_in_files(connection: Connection, viewer: Client) -> None:
    came_in(connection, "Ash.xlsx")
    asked = {"delivery": Delivery.objects.get().pk}
    Run.objects.create(connection=connection, verb=LOAD_LINES, state="failed", verdict="no sheet", request=asked)
    assert exported(viewer, connection, columns="loads")[1][1].endswith("+00:00: failed, no sheet")


def test_a_workbook_has_sizes_as_numbers(connection: Connection, viewer: Client) -> None:
    three(connection)
    answer = viewer.get(address(connection, "list-export", format="xlsx", kind="file", columns="size", sort="size"))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    assert list(sheet.iter_rows(values_only=True)) == [("Delivery", "Size"), ("Birch.csv", 2048), ("Ash.xlsx", 4096)]


def test_deliveries_of_another_connection_are_not_listed(connection: Connection, viewer: Client) -> None:
    came_in(a_connection("other"), "Ash.xlsx")
    assert "Ash.xlsx" not in text_of(viewer.get(address(connection)))
    assert exported(viewer, connection) == [HEADINGS]


def test_a_page_costs_the_same_however_many_deliveries_there_are(operator: Client) -> None:
    prices = []
    for number in (2, 120):
        connection = a_connection(f"c{number}")
        came_in(connection, *(f"{n}.csv" for n in range(number)))
        for delivery in Delivery.objects.filter(connection=connection):
            loaded(connection, delivery)
        operator.get(address(connection))
        with CaptureQueriesContext(database) as asked:
            operator.get(address(connection))
        prices.append(len(asked))
    assert prices == [VISIT + 5] * 2  # how many, this page, its runs, their loads, saved profiles


def test_a_file_of_many_pieces_has_every_delivery_once(connection: Connection, viewer: Client) -> None:
    """More than one piece of 500: the questions about runs are asked piece by piece."""
    Delivery.objects.bulk_create(
        Delivery(connection=connection, kind="file", name=f"{n:04}.csv", content=b"", size=n, digest=str(n))
        for n in range(1100)
    )
    rows = exported(viewer, connection, sort="delivery")
    assert [row[0] for row in rows[1:]] == [f"{n:04}.csv" for n in range(1100)]
