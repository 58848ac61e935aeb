"""What ConnectWise sends, read into domain values; what Bursar writes, in ConnectWise's shape."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.connectwise import translate
from bursar.connectors.connectwise.marker import CustomFieldMarker, SerialNumber
from bursar.connectors.connectwise.wire import (
    AdditionRecord,
    AgreementRecord,
    CatalogItemRecord,
    CompanyRecord,
    CurrencyRecord,
    CurrencyReference,
    read_day,
)
from bursar.connectors.connectwise.written import ADDITION_FIELDS, AGREEMENT_FIELDS
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.plan import FieldValue
from bursar.domain.psa import Addition, Agreement, CatalogItem, Company


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-01T00:00:00Z", "2026-11-01T00:00:00", "2026-11-01T00:00:00.000Z", "2026-11-01"),
        *("11/01/2026", "11/1/2026 12:00:00 AM", " 2026-11-01T00:00:00+00:00 "),
    ],
)
def test_a_business_date_in_all_its_shapes(text: str) -> None:
    assert read_day(text) == date(2026, 11, 1)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "13/40/2026", "1/2", "20261", 7])
def test_what_is_no_date_is_not_guessed(text: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_day(text)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_date(nothing: object) -> None:
    assert read_day(nothing) is None


@given(st.dates(date(1900, 1, 1)))
def test_a_day_survives_the_round_trip(day: date) -> None:
    assert read_day(ADDITION_FIELDS["effective"].sent(day)) == day


def test_missing_and_null_are_the_same_and_unknown_fields_are_ignored() -> None:
    bare = translate.agreement(AgreementRecord.model_validate({"id": 1}))
    nulls = dict.fromkeys(("name", "company", "type", "startDate", "prorateFlag", "currency", "agreementStatus"))
    assert translate.agreement(AgreementRecord.model_validate({"id": 1, **nulls, "newIn2027": {"x": 1}})) == bare
    assert bare == Agreement(1, "", 0, 0)


def test_padding_is_stripped() -> None:
    record = CompanyRecord.model_validate(
        {"id": 1, "identifier": "ACME      ", "name": "Acme  Corp ", "status": {"name": "Active  "}}
    )
    assert translate.company(record) == Company(1, "ACME", "Acme  Corp", "Active")


def test_a_company() -> None:
    wire = {
        "id": 7,
        "identifier": "X",
        "name": "X Inc",
        "status": {"id": 2, "name": "Inactive"},
        "deletedFlag": True,
        "defaultContact": {"id": 31, "name": "Pat"},
        "currency": {"id": 2, "currencyCode": "CAD", "name": "Canadian Dollars"},
    }
    found = translate.company(CompanyRecord.model_validate(wire))
    assert found == Company(7, "X", "X Inc", "Inactive", deleted=True, contact_id=31, currency="CAD")


def test_a_catalogue_item_without_a_class_is_non_inventory() -> None:
    record = CatalogItemRecord.model_validate(
        {"id": 1, "identifier": "A", "description": "B", "price": Decimal("9.99")}
    )
    assert translate.catalog_item(record) == CatalogItem(1, "A", "B", "NonInventory", price=Decimal("9.99"))


def test_an_agreement() -> None:
    wire = {
        "id": 3,
        "name": "Cloud",
        "company": {"id": 7, "identifier": "X"},
        "type": {"id": 2},
        "currency": {"currencyIdentifier": "eur"},
        "agreementStatus": "Expired",
        "startDate": "2026-01-01T00:00:00Z",
        "endDate": "2026-06-30T00:00:00Z",
        "billStartDate": "2026-02-01T00:00:00Z",
        "nextInvoiceDate": "07/01/2026",
        "prorateFlag": True,
        "cancelledFlag": False,
    }
    assert translate.agreement(AgreementRecord.model_validate(wire)) == Agreement(
        id=3,
        name="Cloud",
        company_id=7,
        type_id=2,
        currency="EUR",
        status="Expired",
        start=date(2026, 1, 1),
        end=date(2026, 6, 30),
        bill_start=date(2026, 2, 1),
        next_invoice=date(2026, 7, 1),
        prorates=True,
    )


def test_a_cancelled_agreement_without_a_status_is_cancelled() -> None:
    record = AgreementRecord.model_validate({"id": 1, "cancelledFlag": True})
    assert translate.agreement(record).status == "Cancelled"


ADDITION = {
    "id": 5,
    "product": {"id": 11, "identifier": "P"},
    "quantity": 3,
    "unitPrice": Decimal("4.25"),
    "effectiveDate": "2026-11-01T00:00:00Z",
    "invoiceDescription": "Mail",
    "billCustomer": "Billable",
    "serialNumber": "bursar:o:x:0 ",
    "extPrice": Decimal("12.75"),
    "customFields": [{"id": 8, "caption": "Bursar Key ", "value": "in the field"}, {"id": 9, "caption": "Other"}],
}


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        (SerialNumber(), "bursar:o:x:0"),
        (CustomFieldMarker("bursar key"), "in the field"),
        (CustomFieldMarker("Other"), ""),
    ],
)
def test_an_addition_and_its_marker(marker: SerialNumber | CustomFieldMarker, text: str) -> None:
    found = translate.addition(AdditionRecord.model_validate(ADDITION), 3, marker)
    assert found == Addition(
        id=5,
        agreement_id=3,
        product_id=11,
        quantity=Decimal(3),
        unit_price=Decimal("4.25"),
        effective=date(2026, 11, 1),
        description="Mail",
        marker=text,
        total=Decimal("12.75"),
    )


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ({"currencyCode": "USD", "name": "Dollars"}, "USD"),
        ({"currencyIdentifier": "usd "}, "USD"),
        ({"name": "EUR"}, "EUR"),
        ({"name": "US Dollars", "symbol": "$"}, None),
        (None, None),
    ],
)
def test_currency_codes(reference: dict[str, str] | None, code: str | None) -> None:
    found = CurrencyReference.model_validate(reference) if reference else None
    assert translate.currency_code(found) == code


def test_the_code_of_a_currency_record() -> None:
    record = CurrencyRecord.model_validate({"id": 1, "currencyIdentifier": "Dollar", "currencyCode": {"name": "USD"}})
    assert translate.code_of_currency(record) == "USD"


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("product_id", 7, {"id": 7}),
        ("quantity", Decimal("1.5"), Decimal("1.5")),
        ("unit_price", Decimal("3.14159"), Decimal("3.1416")),
        ("unit_cost", Decimal("-0.00005"), Decimal("-0.0001")),
        ("effective", date(2026, 11, 1), "2026-11-01T00:00:00Z"),
        ("cancelled", None, None),
        ("description", "x" * 7000, "x" * 6000),
        ("description", "page\fbreak", "page break"),
        ("bill_customer", "NoCharge", "NoCharge"),
    ],
)
def test_values_as_they_are_sent(name: str, value: FieldValue, wire: JsonValue) -> None:
    assert ADDITION_FIELDS[name].sent(value) == wire


@pytest.mark.parametrize(
    ("name", "written", "found", "holds"),
    [
        ("quantity", Decimal("2.0"), Decimal(2), True),
        ("quantity", Decimal(2), Decimal("2.01"), False),
        ("unit_price", Decimal("1.00004"), Decimal("1.0000"), True),
        ("unit_price", Decimal("1.0001"), Decimal("1.0000"), False),
        ("unit_cost", None, Decimal("7.5"), True),
        ("description", "two\nlines ", "two lines", True),
        ("description", "x" * 7000, "x" * 6000, True),
        ("description", "a", "b", False),
        ("cancelled", None, None, True),
        ("cancelled", date(2026, 11, 30), None, False),
        ("effective", date(2026, 11, 1), date(2026, 11, 2), False),
        ("bill_customer", "Billable", "DoNotBill", False),
    ],
)
def test_whether_a_record_has_what_was_written(name: str, written: FieldValue, found: FieldValue, holds: bool) -> None:
    assert ADDITION_FIELDS[name].holds(written, found) is holds


@pytest.mark.parametrize(("name", "value"), [("effective", "2026-11-01"), ("quantity", date(2026, 11, 1))])
def test_a_value_of_the_wrong_kind_is_a_programming_error(name: str, value: FieldValue) -> None:
    with pytest.raises(TypeError):
        ADDITION_FIELDS[name].sent(value)


def test_no_property_is_written_under_two_names() -> None:
    for table in (ADDITION_FIELDS, AGREEMENT_FIELDS):
        properties = [written.property for written in table.values()]
        assert len(properties) == len(set(properties))


def test_a_custom_field_is_set_among_the_others() -> None:
    marker = CustomFieldMarker("Bursar Key")
    other: JsonObject = {"id": 1, "caption": "Colour", "value": "red"}
    present: list[JsonObject] = [other, {"id": 2, "caption": "bursar key", "type": "Text"}]
    entries = marker.entries(present, "m", lambda: 99)
    assert entries == [other, {"id": 2, "caption": "bursar key", "type": "Text", "value": "m"}]
    assert marker.entries([], "m", lambda: 99) == [{"id": 99, "caption": "Bursar Key", "value": "m"}]
