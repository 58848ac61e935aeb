"""Settings › Properties: chosen from lists of ConnectWise, there only while the connection works (rules 126-129)."""

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bursar.domain.lines import BillingCycle
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, ListEntry
from bursar.usecases.billing_settings import billing_settings, save_configuration
from bursar.usecases.properties import PriceOrder, ValueMap, properties
from tests.web.settings.place import Place, form_of, with_values, words

QUERIES = 6
SAVED = "Properties saved. Changes apply to all future syncs only."


@pytest.fixture
def admin(place: Place) -> Client:
    return place.client(Role.ADMINISTRATOR)


@pytest.fixture
def form(place: Place, admin: Client) -> dict[str, list[str]]:
    """The form as the administrator sees it first."""
    return form_of(admin.get(place.url("properties")))


def number(place: Place, kind: str, name: str) -> str:
    return str(place.record(kind, name)["id"])


def save(place: Place, client: Client, form: dict[str, list[str]], do: str = "save") -> HttpResponse:
    return client.post(place.url("edit-properties"), {**form, "do": do})


def saved(place: Place, client: Client, form: dict[str, list[str]]) -> str:
    answer = save(place, client, form)
    assert answer.status_code == 302, words(answer)
    return words(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("role", "see", "change"), [(None, 302, 302), (Role.VIEWER, 200, 403), (Role.OPERATOR, 200, 403)]
)
def test_who_may_see_and_who_may_change(place: Place, role: Role | None, see: int, change: int) -> None:
    place.client(Role.ADMINISTRATOR)
    client = place.client(role)
    assert client.get(place.url("properties")).status_code == see
    for do in ("save", "lists:refresh", "add:price_units"):
        answer = client.post(place.url("edit-properties"), {"do": do, "line_description": "Line One & Line Two"})
        assert answer.status_code == change
    assert place.again().properties == {}


def test_rule_126_without_a_working_connection_there_are_none(place: Place, admin: Client) -> None:
    Connection.objects.update(state=Connection.State.NOT_CONNECTED)
    page = admin.get(place.url("properties"))
    assert "Properties need a working connection" in words(page)
    assert "settings-form" not in page.content.decode()
    assert place.url("properties") not in admin.get(place.url("configuration")).content.decode()
    assert save(place, admin, {"line_description": ["Line One & Line Two"]}).status_code == 302
    assert place.again().properties == {}
    assert place.asked() == 0


def test_the_seeds_labels_stand_on_the_page(place: Place, admin: Client) -> None:
    text = words(admin.get(place.url("properties")))
    for label in (
        "Product Category",
        "Product Sub-Category",
        "Product Type",
        "Agreement Employee Compensation Not Exceed",
        "Agreement Employee Compensation Rate",
        "Agreement Invoicing Cycle",
        "Agreement Default Location",
        "Agreement Default Department",
        "Active Statuses",
        "Default Active Status",
        "PSA Line description",
        "Payment Terms",
        "Agreement Type",
        "Unit of Measure",
        "Billing Frequencies",
        "Select Units To Add Product Price",
        "Select Pricelists To Add Product Price",
    ):
        assert label in text


def test_a_whole_form_is_saved_with_one_audit_entry(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    term, unit = number(place, "billingTerm", "Net 30"), number(place, "unitOfMeasure", "User")
    monthly, location = number(place, "billingCycle", "Monthly"), number(place, "location", "Madison")
    full = with_values(
        form,
        product__category=number(place, "category", "Cloud"),
        product__subcategory=number(place, "subcategory", "Productivity"),
        active_statuses=["Active", "Credit Hold"],
        default_active_status=number(place, "companyStatus", "Active"),
        line_description="Line One & Line Two",
        payment_terms__left="30 days",
        payment_terms__right=term,
        units_of_measure__left="Seat",
        units_of_measure__right=unit,
        billing_frequencies__right=[monthly, "", "", "", "", ""],
        price_units__left=["Seat", "Each"],
        price_lists__left=["Retail 2026"],
    )
    full["agreement.location_id"] = [location]
    assert SAVED in saved(place, admin, full)
    stored = properties(place.again())
    assert stored.product.subcategory is not None
    assert stored.product.subcategory.name == "Productivity"
    assert stored.maps[ValueMap.FREQUENCIES][BillingCycle.MONTHLY].name == "Monthly"
    assert stored.orders[PriceOrder.UNITS] == ("Seat", "Each")
    save_configuration(place.connection, {"agreement_type": number(place, "agreementType", "Cloud Subscriptions")})
    settings = billing_settings(place.again())
    assert settings.active_statuses == {"Active", "Credit Hold"}
    assert settings.agreement_defaults.location_id == int(location)
    assert AuditEntry.objects.filter(action="properties saved").count() == 1
    shown = form_of(admin.get(place.url("properties")))
    assert {**shown, "version": full["version"]} == full
    assert "Nothing was changed." in saved(place, admin, shown)


def test_sub_categories_stand_under_their_category(place: Place, admin: Client) -> None:
    text = admin.get(place.url("properties")).content.decode()
    cloud = text.split('<optgroup label="Cloud">')[1].split("</optgroup>")[0]
    assert "Productivity" in cloud
    assert "Telephony" not in cloud


def test_rows_are_added_moved_and_removed_without_being_saved(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    three = with_values(form, price_units__left=["User", "Each", "Device"])
    for deed, left in (
        ("up:price_units:1", ["Each", "User", "Device"]),
        ("down:price_units:1", ["User", "Device", "Each"]),
        ("up:price_units:0", ["User", "Each", "Device"]),
        ("down:price_units:2", ["User", "Each", "Device"]),
        ("remove:price_units:1", ["User", "Device"]),
        ("add:price_units", ["User", "Each", "Device", ""]),
    ):
        assert form_of(save(place, admin, three, deed))["price_units.left"] == left
    added = save(place, admin, form, "add:payment_terms")
    assert form_of(added)["payment_terms.left"] == [""]
    assert place.again().properties == {}


def test_the_focus_follows_what_was_moved(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    three = with_values(form, price_units__left=["User", "Each", "Device"])
    for deed, focused in (
        ("down:price_units:0", 'aria-label="Move User down"'),
        ("up:price_units:1", 'aria-label="Move Each down"'),
        ("down:price_units:1", 'aria-label="Move Each up"'),
        ("add:price_units", 'aria-label="Select Units To Add Product Price, position 4"'),
    ):
        text = save(place, admin, three, deed).content.decode()
        tags = [tag for tag in text.split("<") if "autofocus" in tag.split(">")[0]]
        assert len(tags) == 1
        assert focused in tags[0]


def test_a_fault_stands_in_its_row_and_what_was_typed_stays(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    wrong = with_values(
        form, payment_terms__left="30 days", payment_terms__right="", price_units__left=["Each", "Each"]
    )
    answer = save(place, admin, wrong)
    assert answer.status_code == 422
    assert "'30 days' is not mapped to anything." in words(answer)
    assert "'Each' is there twice. Keep one of the rows." in words(answer)
    assert form_of(answer) == wrong
    assert place.again().properties == {}


def test_what_vanished_is_marked_and_kept(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    full = with_values(
        form,
        product__type=number(place, "productType", "Hardware"),
        active_statuses=["Active", "Credit Hold"],
        payment_terms__left="45 days",
        payment_terms__right=number(place, "billingTerm", "Net 45"),
    )
    full["agreement.department_id"] = [number(place, "department", "Sales")]
    saved(place, admin, full)
    for kind, name in (
        ("productType", "Hardware"),
        ("companyStatus", "Credit Hold"),
        ("billingTerm", "Net 45"),
        ("department", "Sales"),
    ):
        place.drop(kind, name)
    text = words(save(place, admin, form_of(admin.get(place.url("properties"))), "lists:refresh"))
    assert "4 entries have vanished there" in text
    for name in ("Hardware", "Net 45", "Sales"):
        assert f"{name} is no longer in ConnectWise" in text
    assert "Credit Hold (no longer in ConnectWise)" in text
    shown = form_of(admin.get(place.url("properties")))
    saved(place, admin, with_values(shown, price_lists__left="Retail"))
    stored = place.again()
    assert stored.properties["payment_terms"]["45 days"]["name"] == "Net 45"
    assert stored.properties["product.type"]["name"] == "Hardware"
    assert stored.billing["active_statuses"] == "Active, Credit Hold"


def test_a_list_that_is_refused_names_the_permission_and_the_others_are_read(place: Place, admin: Client) -> None:
    place.forbid("My Company")
    page = admin.get(place.url("properties"))
    text = words(page)
    assert "Departments, Locations could not be read." in text
    assert "My Company" in text
    assert "Net 30" not in form_of(page)["product.category"]
    assert "Productivity" in text
    assert "Not read yet: Departments, Locations." in text


def test_who_saves_second_is_told_and_loses_nothing(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    saved(place, admin, with_values(form, price_lists__left="Retail"))
    clash = save(place, admin, with_values(form, price_lists__left="Partner"))
    assert clash.status_code == 409
    assert "saved the properties after this page was shown" in words(clash)
    assert "Select Pricelists To Add Product Price Retail Partner" in words(clash)
    assert place.again().properties == {"price_lists": ["Retail"]}
    saved(place, admin, form_of(clash))
    assert place.again().properties == {"price_lists": ["Partner"]}


def test_what_only_a_later_journey_uses_says_so(place: Place, admin: Client) -> None:
    text = words(admin.get(place.url("properties")))
    assert text.count("posting invoice lines does not use it") == 5
    assert text.count("Not used yet") == 4


def test_the_page_needs_as_many_queries_however_long_the_lists(
    place: Place, admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(place.url("properties"))
    ListEntry.objects.bulk_create(
        ListEntry(connection=place.connection, kind="location", remote_id=n, name=f"Place {n}")
        for n in range(1000, 1300)
    )
    with django_assert_max_num_queries(QUERIES):
        assert "Place 1299" in words(admin.get(place.url("properties")))
