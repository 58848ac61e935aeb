"""Column profiles: what they accept, and the sentences that say what is wrong."""

import json
from pathlib import Path

import pytest

from bursar.connectors.billing.csvfile import LineField, load_profile
from bursar.connectors.billing.csvfile.profile import Profile, parse_profile
from bursar.connectors.billing.csvfile.shipped_profiles import SHIPPED_PROFILES
from bursar.domain.errors import InvalidInput
from bursar.domain.lines import BillingCycle, ChargeType

FAULTS = [
    ({"name": "x", "colums": {}}, '"colums" is not a setting; the settings are name, description, format'),
    ({}, 'The setting "name" is missing.'),
    ({"name": ""}, '"name" is "": It must have at least 1 character.'),
    ({"name": "x", "format": "pdf"}, '"format" is "pdf": It must be \'auto\''),
    ({"name": "x", "encoding": "latin-99"}, '"latin-99" is not a known text encoding'),
    ({"name": "x", "encoding": "base64"}, '"base64" is not a known text encoding'),
    ({"name": "x", "delimiter": "#"}, '"delimiter" is "#"'),
    ({"name": "x", "header_row": 0}, '"header_row" is 0'),
    ({"name": "x", "columns": {"A": "price of milk"}}, '"columns.A" is "price of milk"'),
    ({"name": "x", "columns": {" _ ": "total"}}, "A heading in columns is empty."),
    (
        {"name": "x", "columns": {"Net price": "total", "net_PRICE": "quantity"}},
        'The heading "net_PRICE" is given twice',
    ),
    ({"name": "x", "constants": {"currency": "dollars"}}, 'The constant currency is "dollars", which is not a three'),
    ({"name": "x", "constants": {"total": "1,5"}}, 'The constant total is "1,5", which is not a number.'),
    ({"name": "x", "constants": {"charge_start": ""}}, 'The constant charge_start is "", which is empty.'),
    (
        {"name": "x", "columns": {"Cur": "currency"}, "constants": {"currency": "USD"}},
        '"currency" is given as a column and as a constant',
    ),
    ({"name": "x", "date_formats": []}, '"date_formats" is'),
    ({"name": "x", "date_formats": ["YY-MM-DD"]}, '"YY-MM-DD" is not a date format; the formats are YYYY-MM-DD'),
    ({"name": "x", "date_formats": ["DD/MM/YYYY", "MM/DD/YYYY"]}, "read the same text as different days"),
    ({"name": "x", "decimal_style": "1234"}, '"1234" is not a decimal style; the styles are "1,234.56"'),
    ({"name": "x", "values": {"charge_type": {"a": "Fee"}}}, '"values.charge_type.a" is "Fee"'),
    ({"name": "x", "values": {"charge_typ": {}}}, '"values.charge_typ" is not a setting.'),
    (
        {"name": "x", "values": {"billing_cycle": {"m": "Monthly", " M": "Annual"}}},
        'The value " M" is mapped twice',
    ),
    (
        {"name": "x", "skip_rows": [{"column": "Customer"}]},
        'The skip rule for "Customer" must say empty, equals or both',
    ),
    ({"name": "x", "month_in_file_name": "(\\d+"}, "is not a regular expression"),
    ({"name": "x", "month_in_file_name": "\\d{6}"}, "needs the groups"),
    ([1], "A profile is a JSON object, written in { }."),
]


@pytest.mark.parametrize(("document", "sentence"), FAULTS)
def test_mistakes_are_said_in_sentences(document: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_profile(json.dumps(document), "mine.json")
    assert sentence in caught.value.sentence
    assert caught.value.sentence.startswith("The profile mine.json cannot be used. ")
    assert caught.value.remedy


def test_every_mistake_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_profile('{"nam": 1, "header_row": "two", "decimal_style": "?"}', "mine.json")
    for part in ('"name" is missing', '"nam" is not', '"header_row" is "two"', "not a decimal style"):
        assert part in caught.value.sentence


def test_many_mistakes_are_counted() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_profile(json.dumps({f"setting{number}": 1 for number in range(30)}), "mine.json")
    assert "There are 23 more mistakes." in caught.value.sentence


def test_text_that_is_not_json() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_profile('{\n  "name": "x"\n  "format": "csv"\n}', "mine.json")
    assert "is not JSON: Expecting ',' delimiter in line 3, column 3." in caught.value.sentence


def test_a_key_that_is_there_twice() -> None:
    with pytest.raises(InvalidInput, match='holds the key "A" twice'):
        parse_profile('{"name": "x", "columns": {"A": "total", "A": "quantity"}}', "mine.json")


def test_fields_may_be_named_as_headings() -> None:
    profile = parse_profile('{"name": "x", "columns": {"A": "Line Total", "B": "charge-end", "C": null}}', "x")
    assert profile.columns == {"A": LineField.TOTAL, "B": LineField.CHARGE_END, "C": None}


def test_values_are_the_domains() -> None:
    profile = parse_profile(
        '{"name": "x", "values": {"charge_type": {"cycleFee": "Cycle Fee"}, "billing_cycle": {"M": "Monthly"}}}', "x"
    )
    assert profile.values.charge_type == {"cycleFee": ChargeType.CYCLE_FEE}
    assert profile.values.billing_cycle == {"M": BillingCycle.MONTHLY}


@pytest.mark.parametrize("name", SHIPPED_PROFILES)
def test_shipped_profiles_load_by_name(name: str) -> None:
    assert load_profile(name).name == name


def test_the_canonical_profile_is_the_default() -> None:
    plain = Profile(name="canonical")
    assert load_profile("canonical").model_copy(update={"description": ""}) == plain


def test_a_profile_loads_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes('\ufeff{"name": "Müller"}'.encode())
    assert load_profile(path).name == "Müller"
    assert load_profile(str(path)) == load_profile(path)


def test_a_profile_that_is_not_there() -> None:
    with pytest.raises(InvalidInput) as caught:
        load_profile("nowhere")
    assert 'There is no profile "nowhere"' in caught.value.sentence
    assert "canonical, example-semicolon-euro" in caught.value.remedy


def test_a_profile_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes('{"name": "Müller"}'.encode("cp1252"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        load_profile(path)
