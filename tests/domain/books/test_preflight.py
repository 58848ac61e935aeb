"""What the books would refuse is named before anything is sent."""

from dataclasses import replace

import pytest

from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.books.situation import ReferenceLists
from bursar.domain.books.traits import Capability
from bursar.domain.ledger.documents import Axis, Dimension, Document, PartyRef
from tests.domain.books.situations import ABLE, SIMPLE, limited, lists, sole
from tests.domain.ledger.documents import ADJUSTMENT, INVOICE

ACCOUNTS = ["1200", "4000", "4400", "2200"]
TERMS = replace(INVOICE, terms="Net 30")
CLASSED = replace(INVOICE, dimensions=(Dimension(Axis.CLASS, "Cloud"), Dimension(Axis.TERRITORY, "North")))


@pytest.mark.parametrize(
    ("document", "references", "code"),
    [
        (INVOICE, lists(account=ACCOUNTS[:-1]), "code_unusable"),
        (
            INVOICE,
            lists(account=[*ACCOUNTS[:-1], Reference(ReferenceKind.ACCOUNT, "2200", active=False)]),
            "code_unusable",
        ),
        (
            INVOICE,
            lists(account=[*ACCOUNTS[:-1], Reference(ReferenceKind.ACCOUNT, "2200", postable=False)]),
            "code_unusable",
        ),
        (INVOICE, lists(tax=["GST"]), "code_unusable"),
        (TERMS, lists(term=["Net 10"]), "code_unusable"),
        (INVOICE, lists(customer=["OTHER"]), "party_unknown"),
        (INVOICE, lists(customer=[Reference(ReferenceKind.CUSTOMER, "CONTOSO", active=False)]), "party_inactive"),
        (replace(INVOICE, party=PartyRef(name="No number Ltd")), lists(), "party_missing"),
        (CLASSED, lists(dimension=["class:Cloud"]), "code_unusable"),
    ],
)
def test_an_inactive_or_missing_reference_is_named(document: Document, references: ReferenceLists, code: str) -> None:
    """Complaints: inactive or deleted customer, item, account; empty GL account or non-product id."""
    found = sole(document, references=references)
    assert found.blocked is not None
    assert found.blocked.code == code
    assert found.blocked.remedy
    assert found.change is None


def test_everything_is_there() -> None:
    references = lists(account=ACCOUNTS, tax=["VAT"], term=["Net 30"], customer=["CONTOSO"])
    assert sole(TERMS, references=references).blocked is None


def test_a_book_of_one_currency_refuses_others() -> None:
    """Complaint: failure that leaves no trace (currency)."""
    found = sole(INVOICE, policy=replace(SIMPLE, currency="USD"))
    assert found.blocked is not None
    assert found.blocked.code == "other_currency"


def test_more_axes_than_there_is_room_for() -> None:
    """Xero has two tracking axes, and others one."""
    found = sole(CLASSED, traits=limited(dimensions=1))
    assert found.blocked is not None
    assert found.blocked.code == "too_many_dimensions"
    kept = sole(CLASSED, traits=limited(dimensions=1), policy=replace(SIMPLE, dimensions=frozenset({"territory"})))
    assert kept.blocked is None
    assert kept.delivery is not None
    assert {each.axis for row in kept.delivery.journal.postings for each in row.dimensions} == {"territory"}


def test_books_without_journals_get_none() -> None:
    unable = replace(ABLE, capabilities=ABLE.capabilities - {Capability.JOURNALS})
    found = sole(ADJUSTMENT, traits=unable)
    assert found.blocked is not None
    assert found.blocked.code == "no_journals"


def test_items_are_looked_up_where_sales_need_them() -> None:
    able = replace(ABLE, capabilities=frozenset(Capability))
    found = sole(INVOICE, traits=able, references=lists(item=["ROUTER"]))
    assert found.blocked is not None
    assert found.blocked.code == "code_unusable"
