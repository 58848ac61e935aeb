"""Agreement invoicing: amounts to the cent, nothing twice, nothing forgotten."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psa_sandbox.seeds import seed
from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.agreements import (
    ALREADY_INVOICED,
    BEFORE_BILLING_START,
    addition_delete_rule,
    addition_rule,
    agreement_rule,
)
from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.invoicing import invoice_agreement, invoice_due, settle_invoice
from psa_sandbox.state.record import amount, cents, number
from psa_sandbox.state.store import Record, Store

BY = "tester"


class World:
    """An otherwise empty PSA with one company, one taxable product, one bundle, and helpers to add to it."""

    def __init__(self) -> None:
        self.store = Store()
        seed(self.store, "empty")
        status = ref(self.store, "companyStatus", name="Active")
        owner: Record = {"identifier": "ACME", "name": "Acme", "status": status, "accountNumber": "A-1"}
        self.company = self.store.insert("company", owner | {"taxCode": self.tax("MN-HENN")})
        self.contact = self.store.insert("contact", {"firstName": "Ann", "lastName": "Ash", "company": self.here})
        self.product = self._product("WIDGET", "NonInventory")
        self.bundle = self._product("BUNDLE", "Bundle")

    @property
    def here(self) -> Record:
        return {"id": self.company["id"]}

    def tax(self, identifier: str) -> Record:
        return ref(self.store, "taxCode", identifier=identifier)

    def agreement(self, **terms: object) -> Record:
        wanted: Record = {
            "name": f"Agreement {len(self.store.rows('agreement')) + 1}",
            "type": ref(self.store, "agreementType", name="Cloud Subscriptions"),
            "company": self.here,
            "contact": {"id": self.contact["id"]},
            "startDate": "2026-10-01T00:00:00Z",
            **terms,
        }
        return self.store.insert("agreement", agreement_rule(self.store, wanted, None), by=BY)

    def addition(self, agreement: Record, **fields: object) -> Record:
        wanted: Record = {
            "agreementId": agreement["id"],
            "product": {"id": self.product["id"]},
            "billCustomer": "Billable",
            "effectiveDate": "2026-10-01T00:00:00Z",
            **fields,
        }
        return self.store.insert("addition", addition_rule(self.store, wanted, None), by=BY)

    def change(self, addition: Record, **fields: object) -> Record:
        kept = addition_rule(self.store, {**addition, **fields}, addition)
        return self.store.replace("addition", number(addition, "id"), kept, by=BY)

    def invoice(self, agreement: Record) -> Record:
        return invoice_agreement(self.store, number(agreement, "id"), BY)

    def lines(self, invoice: Record) -> list[Record]:
        return self.store.rows("product", invoice={"id": invoice["id"]})

    def next_date(self, agreement: Record) -> object:
        kept = self.store.get("agreement", number(agreement, "id"))
        assert kept is not None
        return kept["nextInvoiceDate"]

    def _product(self, identifier: str, kind: str) -> Record:
        texts: Record = {"identifier": identifier, "description": "A widget", "customerDescription": "Widget"}
        unit = ref(self.store, "unitOfMeasure", name="User")
        numbers: Record = {"price": Decimal("12.50"), "cost": Decimal("10.00"), "taxableFlag": False}
        return self.store.insert("catalogItem", {**texts, **numbers, "productClass": kind, "unitOfMeasure": unit})


@pytest.fixture
def world() -> World:
    return World()


def refused(refusal: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(error.field, error.message) for error in refusal.value.errors]


def test_an_addition_gets_what_the_psa_works_out(world: World) -> None:
    addition = world.addition(world.agreement(), quantity=Decimal("1.5"), unitPrice=Decimal("0.33335"))
    assert addition["unitPrice"] == Decimal("0.3334")
    assert addition["extPrice"] == Decimal("0.50")
    assert addition["unitCost"] == Decimal("10.0000")
    assert addition["extCost"] == Decimal("15.00")
    assert addition["margin"] == Decimal("-14.50")
    assert addition["billedQuantity"] == Decimal("1.5")
    assert (addition["description"], addition["uom"]) == ("A widget", "User")
    assert addition["invoiceDescription"] == "Widget"
    assert addition["agreementStatus"] == "Active"
    assert addition["sequenceNumber"] == 1


def test_included_units_cost_but_are_not_billed(world: World) -> None:
    addition = world.addition(world.agreement(), quantity=Decimal(10), lessIncluded=Decimal(4))
    assert addition["billedQuantity"] == 6
    assert addition["extPrice"] == Decimal("75.00")
    assert addition["extCost"] == Decimal("100.00")


def test_before_billing_start_is_refused_in_the_vendors_words(world: World) -> None:
    agreement = world.agreement(billStartDate="2026-10-15T00:00:00Z")
    with pytest.raises(Refusal) as refusal:
        world.addition(agreement, effectiveDate="2026-10-14T00:00:00Z")
    assert refused(refusal) == [("effectiveDate", BEFORE_BILLING_START)]
    assert refusal.value.message == "addition object is invalid"


def test_an_invoiced_period_is_refused_unless_the_agreement_pro_rates(world: World) -> None:
    whole, prorated = world.agreement(), world.agreement(prorateFlag=True)
    world.invoice(whole)
    world.invoice(prorated)
    with pytest.raises(Refusal) as refusal:
        world.addition(whole, effectiveDate="2026-10-31T00:00:00Z")
    assert refused(refusal) == [("effectiveDate", ALREADY_INVOICED)]
    assert world.addition(prorated, effectiveDate="2026-10-31T00:00:00Z")["id"]
    assert world.addition(whole, effectiveDate="2026-11-01T00:00:00Z")["id"]


def test_the_date_rules_run_again_only_when_the_effective_date_changes(world: World) -> None:
    agreement = world.agreement()
    addition = world.addition(agreement)
    world.invoice(agreement)
    assert world.change(addition, quantity=Decimal(3))["extPrice"] == Decimal("37.50")
    with pytest.raises(Refusal) as refusal:
        world.change(addition, effectiveDate="2026-10-02T00:00:00Z")
    assert refused(refusal) == [("effectiveDate", ALREADY_INVOICED)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cancelledDate": "2026-10-09T00:00:00Z", "effectiveDate": "2026-10-10T00:00:00Z"}, "cancelledDate"),
        ({"product": "bundle"}, "product/id"),
        ({"product": "inactive"}, "product/id"),
    ],
)
def test_refused_additions(world: World, fields: Record, field: str) -> None:
    inactive = world.store.insert("catalogItem", {**world.product, "id": 900, "inactiveFlag": True})
    products: dict[object, Record] = {"bundle": world.bundle, "inactive": inactive}
    if "product" in fields:
        fields = {"product": {"id": products[fields["product"]]["id"]}}
    with pytest.raises(Refusal) as refusal:
        world.addition(world.agreement(), **fields)
    assert [name for name, _ in refused(refusal)] == [field]


def test_closed_agreements_take_no_additions_and_no_invoices(world: World) -> None:
    cancelled = world.agreement(cancelledFlag=True)
    expired = world.agreement(endDate="2026-10-31T00:00:00Z")
    assert (cancelled["agreementStatus"], expired["agreementStatus"]) == ("Cancelled", "Expired")
    for agreement in (cancelled, expired):
        with pytest.raises(Refusal) as refusal:
            world.addition(agreement)
        assert [name for name, _ in refused(refusal)] == ["agreementId"]
        with pytest.raises(Refusal, match="agreement object is invalid"):
            world.invoice(agreement)
    assert invoice_due(world.store, date(2026, 12, 31), BY) == []


def test_agreement_names_are_unique_whatever_the_case(world: World) -> None:
    world.agreement(name="Cloud")
    with pytest.raises(Refusal) as refusal:
        world.agreement(name="CLOUD")
    assert [error.code for error in refusal.value.errors] == ["ObjectExists"]
    with pytest.raises(Refusal) as refusal:
        world.agreement(name="x" * 101)
    assert [error.code for error in refusal.value.errors] == ["MaxLengthField"]


def test_the_contact_must_be_the_companys_and_the_company_open(world: World) -> None:
    inactive = ref(world.store, "companyStatus", name="Inactive")
    other = world.store.insert("company", {"identifier": "OLD", "name": "Old", "status": inactive})
    with pytest.raises(Refusal) as refusal:
        world.agreement(company={"id": other["id"]})
    assert [name for name, _ in refused(refusal)] == ["company/id", "contact/id"]


def test_an_agreement_takes_defaults_from_type_and_company(world: World) -> None:
    agreement = world.agreement()
    assert agreement["billingCycle"] == ref(world.store, "billingCycle", identifier="M")
    assert agreement["taxCode"] == world.tax("MN-HENN")
    assert agreement["currency"] == ref(world.store, "currency", currencyIdentifier="USD")
    assert agreement["nextInvoiceDate"] == "2026-10-01T00:00:00Z"
    assert agreement["noEndingDateFlag"] is True


def test_an_invoice_carries_the_period_the_terms_and_the_totals(world: World) -> None:
    agreement = world.agreement(billAmount=Decimal("100.00"), taxable=False)
    world.addition(agreement, quantity=Decimal(4), taxableFlag=True)
    world.addition(agreement, quantity=Decimal(2), billCustomer="NoCharge")
    world.addition(agreement, quantity=Decimal(9), billCustomer="DoNotBill")
    adjustment: Record = {"agreementId": agreement["id"], "amount": Decimal("-7.25")}
    world.store.insert("adjustment", adjustment)
    invoice = world.invoice(agreement)
    assert [line["extPrice"] for line in world.lines(invoice)] == [Decimal("50.00"), Decimal(0)]
    assert invoice["productTotal"] == Decimal("50.00")
    assert invoice["subtotal"] == Decimal("142.75")
    assert invoice["salesTax"] == Decimal("3.44") + Decimal("0.08") + Decimal("0.25")
    assert invoice["total"] == invoice["balance"] == Decimal("146.52")
    assert (invoice["type"], invoice["applyToId"]) == ("Agreement", agreement["id"])
    assert invoice["status"] == ref(world.store, "billingStatus", name="New")
    assert (invoice["date"], invoice["dueDate"]) == ("2026-10-01T00:00:00Z", "2026-10-31T00:00:00Z")
    assert (invoice["attention"], invoice["accountNumber"]) == ("Ann Ash", "A-1")
    assert world.next_date(agreement) == "2026-11-01T00:00:00Z"
    assert world.invoice(agreement)["serviceAdjustmentAmount"] == 0


def test_invoices_are_numbered_in_order(world: World) -> None:
    agreement = world.agreement()
    numbers = [world.invoice(agreement)["invoiceNumber"] for _ in range(3)]
    assert numbers == ["10001", "10002", "10003"]


def test_without_prorate_a_mid_month_addition_is_billed_in_full(world: World) -> None:
    agreement = world.agreement()
    addition = world.addition(agreement, effectiveDate="2026-10-20T00:00:00Z")
    assert addition["extendedProratePrice"] == 0
    assert world.invoice(agreement)["total"] == Decimal("12.50")


def test_with_prorate_first_and_last_day_both_count(world: World) -> None:
    agreement = world.agreement(prorateFlag=True)
    late = world.addition(agreement, unitPrice=Decimal(31), effectiveDate="2026-10-30T00:00:00Z")
    world.addition(agreement, unitPrice=Decimal(31), cancelledDate="2026-10-05T00:00:00Z")
    assert late["extendedProratePrice"] == Decimal("2.00")
    invoice = world.invoice(agreement)
    assert [line["extPrice"] for line in world.lines(invoice)] == [Decimal("2.00"), Decimal("5.00")]
    assert world.invoice(agreement)["total"] == Decimal("31.00")


def test_a_prorated_addition_in_an_invoiced_period_is_billed_with_the_next_one(world: World) -> None:
    agreement = world.agreement(prorateFlag=True)
    world.invoice(agreement)
    world.addition(agreement, unitPrice=Decimal(31), effectiveDate="2026-10-22T00:00:00Z")
    one_time: Record = {"effectiveDate": "2026-10-03T00:00:00Z", "cancelledDate": "2026-10-03T00:00:00Z"}
    world.addition(agreement, unitPrice=Decimal(62), **one_time)
    lines = world.lines(world.invoice(agreement))
    assert [line["extPrice"] for line in lines] == [Decimal("10.00"), Decimal("31.00"), Decimal("2.00")]
    assert lines[0]["customerDescription"] == "Widget (2026-10-22 to 2026-10-31)"
    assert [line["extPrice"] for line in world.lines(world.invoice(agreement))] == [Decimal("31.00")]


def test_a_stub_first_period_is_full_unless_the_agreement_pro_rates_or_names_an_amount(world: World) -> None:
    start: Record = {"startDate": "2026-10-16T00:00:00Z", "billAmount": Decimal(310)}
    full, cut = world.agreement(**start), world.agreement(**start, prorateFlag=True)
    named = world.agreement(**start, prorateFlag=True, prorateFirstBill=Decimal("99.99"))
    assert [world.invoice(row)["total"] for row in (full, cut, named)] == [310, 160, Decimal("99.99")]
    assert [world.invoice(row)["total"] for row in (full, cut, named)] == [310, 310, 310]


def test_a_one_time_agreement_is_invoiced_once(world: World) -> None:
    agreement = world.agreement(billOneTimeFlag=True, billAmount=Decimal(500))
    world.addition(agreement)
    invoice = world.invoice(agreement)
    assert (invoice["total"], invoice["reference"]) == (Decimal("512.50"), "2026-10-01")
    assert world.next_date(agreement) is None
    with pytest.raises(Refusal) as refusal:
        world.invoice(agreement)
    assert [name for name, _ in refused(refusal)] == ["nextInvoiceDate"]


def test_billing_stops_with_the_agreement(world: World) -> None:
    agreement = world.agreement(endDate="2026-11-15T00:00:00Z", billAmount=Decimal(30), prorateFlag=True)
    invoices = invoice_due(world.store, date(2027, 6, 1), BY)
    assert [(row["date"], row["total"]) for row in invoices] == [
        ("2026-10-01T00:00:00Z", 30),
        ("2026-11-01T00:00:00Z", 15),
    ]
    assert world.next_date(agreement) == "2026-12-01T00:00:00Z"


def test_empty_periods_are_passed_over_unless_zero_amounts_are_billed(world: World) -> None:
    silent, loud = world.agreement(), world.agreement(billZeroAmountFlag=True)
    invoices = invoice_due(world.store, date(2026, 11, 1), BY)
    assert [row["applyToId"] for row in invoices] == [loud["id"], loud["id"]]
    assert world.next_date(silent) == world.next_date(loud) == "2026-12-01T00:00:00Z"


def test_a_billed_addition_cannot_be_deleted(world: World) -> None:
    agreement = world.agreement()
    billed, unbilled = world.addition(agreement), world.addition(agreement, billCustomer="DoNotBill")
    addition_delete_rule(world.store, billed)
    world.invoice(agreement)
    addition_delete_rule(world.store, unbilled)
    with pytest.raises(Refusal, match="already been invoiced") as refusal:
        addition_delete_rule(world.store, billed)
    assert refusal.value.status == 409


def test_an_addition_once_billed_stays_undeletable(world: World) -> None:
    agreement = world.agreement()
    addition = world.addition(agreement)
    world.invoice(agreement)
    silenced = world.change(addition, billCustomer="DoNotBill")
    assert world.invoice(agreement)["total"] == 0
    with pytest.raises(Refusal, match="already been invoiced"):
        addition_delete_rule(world.store, silenced)


def test_what_was_billed_in_full_is_not_billed_again_when_its_end_moves(world: World) -> None:
    agreement = world.agreement()
    addition = world.addition(agreement, cancelledDate="2026-10-10T00:00:00Z")
    assert world.invoice(agreement)["total"] == Decimal("12.50")
    world.change(addition, cancelledDate="2026-10-20T00:00:00Z")
    assert world.invoice(agreement)["total"] == 0


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({}, "Active"),
        ({"startDate": "2026-11-03T00:00:00Z"}, "Inactive"),
        ({"startDate": "2026-11-02T00:00:00Z"}, "Active"),
        ({"endDate": "2026-11-02T00:00:00Z"}, "Active"),
        ({"endDate": "2026-11-01T00:00:00Z"}, "Expired"),
        ({"endDate": "2026-11-01T00:00:00Z", "noEndingDateFlag": True}, "Active"),
        ({"cancelledFlag": True, "dateCancelled": "2026-11-02T00:00:00Z"}, "Cancelled"),
        ({"cancelledFlag": True, "dateCancelled": "2026-11-03T00:00:00Z"}, "Active"),
    ],
)
def test_status_on_the_second_of_november(world: World, terms: Record, status: str) -> None:
    assert world.agreement(**terms)["agreementStatus"] == status


def test_payments_move_the_balance(world: World) -> None:
    invoice = world.invoice(world.agreement(billAmount=Decimal(80)))
    payment: Record = {"invoice": {"id": invoice["id"]}, "amount": Decimal("30.10")}
    world.store.insert("payment", payment)
    settled = settle_invoice(world.store, number(invoice, "id"), BY)
    assert (settled["payments"], settled["balance"]) == (Decimal("30.10"), Decimal("49.90"))


PRICES = st.decimals(Decimal(-500), Decimal(500), places=4)
QUANTITIES = st.decimals(Decimal(-20), Decimal(400), places=2)
CHOICES = st.sampled_from(["Billable", "DoNotBill", "NoCharge"])
DAYS = st.integers(1, 31)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.tuples(QUANTITIES, PRICES, CHOICES, st.booleans(), DAYS, DAYS), max_size=8),
    fixed=st.decimals(Decimal(0), Decimal(900), places=2),
    prorate=st.booleans(),
    taxable=st.booleans(),
)
def test_an_invoice_adds_up_to_the_cent(
    lines: list[tuple[Decimal, Decimal, str, bool, int, int]], fixed: Decimal, *, prorate: bool, taxable: bool
) -> None:
    world = World()
    agreement = world.agreement(billAmount=fixed, prorateFlag=prorate, taxable=taxable)
    for quantity, price, bill, taxed, first, second in lines:
        world.addition(
            agreement,
            quantity=quantity,
            unitPrice=price,
            billCustomer=bill,
            taxableFlag=taxed,
            effectiveDate=f"2026-10-{min(first, second):02}T00:00:00Z",
            cancelledDate=f"2026-10-{max(first, second):02}T00:00:00Z",
        )
    invoice = world.invoice(agreement)
    products = sum((amount(line, "extPrice") for line in world.lines(invoice)), Decimal(0))
    assert invoice["productTotal"] == products
    assert invoice["total"] == amount(invoice, "agreementAmount") + products + amount(invoice, "salesTax")
    for name in ("subtotal", "salesTax", "total", "balance", "productTotal"):
        assert amount(invoice, name) == cents(amount(invoice, name))
    assert len(world.lines(invoice)) == sum(bill != "DoNotBill" for _, _, bill, *_ in lines)


@settings(max_examples=60, deadline=None)
@given(price=PRICES, quantity=QUANTITIES, day=st.integers(1, 30))
def test_two_parts_of_a_month_add_up_within_a_cent(price: Decimal, quantity: Decimal, day: int) -> None:
    world = World()
    agreement = world.agreement(prorateFlag=True)
    whole = world.addition(agreement, unitPrice=price, quantity=quantity)
    world.addition(agreement, unitPrice=price, quantity=quantity, cancelledDate=f"2026-10-{day:02}T00:00:00Z")
    world.addition(agreement, unitPrice=price, quantity=quantity, effectiveDate=f"2026-10-{day + 1:02}T00:00:00Z")
    first, second, third = (amount(line, "extPrice") for line in world.lines(world.invoice(agreement)))
    assert first == whole["extPrice"]
    assert abs(first - second - third) <= Decimal("0.01")


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.dates(date(2026, 10, 1), date(2027, 9, 30)), min_size=1, max_size=6),
    prorate=st.booleans(),
    start_day=st.integers(1, 28),
)
def test_no_period_is_ever_billed_twice(steps: list[date], *, prorate: bool, start_day: int) -> None:
    world = World()
    agreement = world.agreement(prorateFlag=prorate, startDate=f"2026-10-{start_day:02}T00:00:00Z")
    world.addition(agreement, unitPrice=Decimal(100), effectiveDate=f"2026-10-{start_day:02}T00:00:00Z")
    invoices = [row for step in steps for row in invoice_due(world.store, step, BY)]
    invoices += invoice_due(world.store, max(steps), BY)
    spans = [str(row["reference"]) for row in invoices]
    assert spans == sorted(set(spans))
    last = max(steps)
    due = max(0, (last.year - 2026) * 12 + last.month - 9)
    if last < date(2026, 10, start_day):
        due = 0
    assert len(invoices) == due
    assert all(len(world.lines(row)) == 1 for row in invoices)
    assert all(row["total"] == 100 for row in invoices[1:])
