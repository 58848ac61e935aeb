"""JSON files: lists, envelopes and JSON Lines."""

import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.billing.csvfile import load_profile
from bursar.domain.errors import SourceUnreadable
from tests.connectors.csvfile.writing import lines_of, make_line, only_rejected, read, rejected_of, write_json

LINES = [make_line(line_id=f"L-{number}") for number in range(1, 4)]


@pytest.mark.parametrize("layout", ["list", "envelope", "lines"])
def test_layouts(tmp_path: Path, layout: str) -> None:
    assert read(write_json(tmp_path / "lines.json", LINES, layout=layout)) == LINES


def test_pretty_printed(tmp_path: Path) -> None:
    path = write_json(tmp_path / "lines.json", LINES, layout="envelope")
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2), encoding="utf-8-sig")
    assert read(path) == LINES


def test_an_envelope_may_say_more(tmp_path: Path) -> None:
    path = write_json(tmp_path / "lines.json", LINES)
    path.write_text(f'{{"page": {{"next": null}}, "lines": {path.read_text()}}}', encoding="utf-8")
    assert read(path) == LINES


def test_numbers_stay_exact(tmp_path: Path) -> None:
    line = make_line(unit_price=Decimal("0.123456789012345"), quantity=Decimal("100000000000.01"))
    assert read(write_json(tmp_path / "lines.json", [line])) == [line]


def test_rounding_noise_goes_away(tmp_path: Path) -> None:
    path = write_json(tmp_path / "lines.json", [make_line(total=Decimal("35.900000000000006"))])
    assert lines_of(read(path))[0].total == Decimal("35.90")


def test_an_optional_key_may_come_late(tmp_path: Path) -> None:
    lines = [make_line(line_id=f"L-{number}", unit_cost=None) for number in range(300)]
    lines.append(make_line(line_id="L-last", unit_cost=Decimal("1.25")))
    for layout in ("list", "lines"):
        assert read(write_json(tmp_path / "lines.json", lines, layout=layout)) == lines


def test_a_missing_value_is_the_rows_fault(tmp_path: Path) -> None:
    path = write_json(tmp_path / "lines.json", LINES)
    path.write_text(path.read_text().replace('"Total": 54.00, ', "", 1), encoding="utf-8")
    found = read(path)
    assert lines_of(found) == LINES[1:]
    assert only_rejected(found).reason == 'The column "Total" is empty.'
    assert only_rejected(found).row_number == 1


def test_a_key_that_nobody_has_is_the_files_fault(tmp_path: Path) -> None:
    path = write_json(tmp_path / "lines.json", LINES)
    path.write_text(path.read_text().replace('"Total"', '"Sum"'), encoding="utf-8")
    with pytest.raises(SourceUnreadable, match='lacks the headings "Total"'):
        read(path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"Total": 54.00', '"Total": 54.00, "Total": 5', 'The key "Total" is there twice.'),
        ('"Total": 54.00', '"Total": {"net": 54.00}', 'A value is nested: {"net": 54.00}.'),
        ('"Total": 54.00', '"Total": true', 'The column "Total" holds "TRUE", which is not a number.'),
        ('"Total": 54.00', '"Total": NaN', 'The column "Total" holds "NaN", which is not a number.'),
        ('"Total": 54.00', '"Total": 1e999999999', "which is too large for an amount."),
        ('"Total": 54.00', '"Total": 54.005', "which has more than two decimals."),
        ('"Offer ID": "MAIL-PLUS-M"', '"Offer ID": 1e999999999', "1E+999999999"),
    ],
)
@pytest.mark.parametrize("layout", ["list", "lines"])
def test_impossible_values(tmp_path: Path, layout: str, old: str, new: str, reason: str) -> None:
    path = write_json(tmp_path / "lines.json", LINES, layout=layout)
    path.write_text(path.read_text().replace(old, new, 1), encoding="utf-8")
    found = read(path)
    if rejected_of(found):
        assert reason in only_rejected(found).reason
        assert only_rejected(found).raw.startswith('{"Invoice Number": "INV-2026-0412"')
    else:
        assert lines_of(found)[0].offer_id == reason
    assert lines_of(found)[-2:] == LINES[1:]


def test_elements_that_are_not_objects(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_text("[1, [2], null, {}]", encoding="utf-8")
    rows = rejected_of(read(path))
    assert [(row.row_number, row.raw) for row in rows] == [(1, "1"), (2, "[2]"), (3, "null")]
    assert rows[0].reason == "The element is not an object."


def test_broken_json_lines_cost_their_own_row(tmp_path: Path) -> None:
    path = write_json(tmp_path / "lines.jsonl", LINES, layout="lines")
    rows = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([rows[0], b"", rows[1].replace(b"Harbour", b"Harb\xff"), rows[2][:-1]]))
    found = read(path)
    assert lines_of(found) == LINES[:1]
    encoding, cut = rejected_of(found)
    assert (encoding.row_number, cut.row_number) == (3, 4)
    assert "bytes that are not utf-8-sig" in encoding.reason
    assert "The line is not JSON" in cut.reason
    assert "interrupted" in cut.remedy


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"  \n", "is not JSON"),
        (b'[{"Total": 1}, {"To', "is not JSON: .* in line 1"),
        (b'{"rows": []}', "lacks the headings"),
        (b'{\n"rows": []\n}', 'neither a list of objects nor an object with "lines"'),
        (b'"text"', 'neither a list of objects nor an object with "lines"'),
        (b'[{"Total": "\xff"}]', "bytes that are not utf-8-sig text"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_whole_file_problems(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "lines.json"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=sentence) as caught:
        read(path)
    assert caught.value.remedy


def test_an_empty_list_is_an_empty_month(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_text("[]", encoding="utf-8")
    assert read(path) == []


def test_the_camel_case_example(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps([CAMEL]), encoding="utf-8")
    assert read(path, load_profile("example-camel-case-json")) == [
        make_line(
            line_id="r-1",
            invoice_number="D-5",
            organization_id="77",
            contract_id=None,
            subscription_id="e-1",
            unit_cost=None,
            quantity=Decimal(3),
            unit_price=Decimal("1.335"),
            total=Decimal("4.01"),
        )
    ]


CAMEL = {
    "documentId": "D-5",
    "issuedAt": "2026-10-31T08:00:00Z",
    "documentState": "approved",
    "tenantId": 77,
    "tenantTitle": "Harbour Dental",
    "renewalTerm": "P1M",
    "entitlementId": "e-1",
    "entitlementTitle": "Mail Plus for the front desk",
    "skuCode": "MAIL-PLUS-M",
    "skuTitle": "Mail Plus, monthly",
    "reason": "cycleFee",
    "periodFrom": "2026-10-01",
    "periodTo": "2026-10-31",
    "seats": 3,
    "seatPrice": 1.335,
    "seatCost": None,
    "lineAmount": 4.005,
    "currencyCode": "usd",
    "rowKey": "r-1",
    "total": {"gross": 4.81},
}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 700), st.sampled_from(["list", "envelope", "lines"]))
def test_no_bytes_can_crash_the_reading(noise: bytes, position: int, layout: str) -> None:
    with TemporaryDirectory() as folder:
        path = write_json(Path(folder) / "lines.json", LINES, layout=layout)
        content = path.read_bytes()
        path.write_bytes(content[:position] + noise + content[position:])
        try:
            found = read(path)
        except SourceUnreadable:
            return
    for row in rejected_of(found):
        (row.raw + row.reason).encode()
        assert "\0" not in row.raw + row.reason
