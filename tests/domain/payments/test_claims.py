"""Which source speaks for an invoice that several of them name."""

from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.payments.claims import (
    Claim,
    Claims,
    contradiction,
    counting,
    held_by,
    of_sources,
    refused_claim,
    with_claim,
)
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Blocked
from tests.domain.payments.invoices import cash, credit, says

FILE, MAIN, OTHER = None, 1, 2
DAMAGED = Blocked("invoice:1001", "payment_unreadable", "Row 3 cannot be read.", "Correct it.")


def claims(*said: tuple[int | None, Settlement]) -> Claims:
    known: Claims = ()
    for source, settlement in said:
        known = with_claim(known, Claim(source, settlement))
    return known


def test_the_first_that_says_something_counts() -> None:
    known = claims((MAIN, says(cash(10))), (FILE, says(cash(10, ref="other"))))
    assert [claim.source for claim in known] == [MAIN, FILE]
    assert contradiction(known) is None


def test_another_figure_is_a_contradiction_until_one_side_gives_way() -> None:
    known = claims((MAIN, says(cash(10))), (FILE, says(cash(20))))
    found = contradiction(known)
    assert found is not None
    assert found.source is FILE
    assert contradiction(with_claim(known, Claim(FILE, says(cash(10))))) is None
    assert contradiction(with_claim(known, Claim(MAIN, says(cash(20))))) is None
    assert [claim.source for claim in with_claim(known, Claim(MAIN, says()))] == [FILE]


def test_another_credit_is_a_contradiction() -> None:
    assert contradiction(claims((MAIN, says(credit(10))), (OTHER, says(cash(10))))) is not None


def test_who_says_nothing_neither_counts_nor_contradicts() -> None:
    assert claims((MAIN, says(cash(10))), (OTHER, says())) == claims((MAIN, says(cash(10))))
    assert [claim.source for claim in claims((MAIN, says()), (OTHER, says(cash(10))))] == [OTHER]
    assert [claim.source for claim in claims((MAIN, says(cash(5), cash(-5))), (OTHER, says()))] == [MAIN]


def test_a_person_says_which_one_counts_until_the_other_says_something_new() -> None:
    known = counting(claims((MAIN, says(cash(10))), (FILE, says(cash(20)))), FILE)
    assert [claim.source for claim in known] == [FILE, MAIN]
    assert contradiction(known) is None
    assert with_claim(known, Claim(MAIN, says(cash(10)))) == known
    assert contradiction(with_claim(known, Claim(MAIN, says(cash(11))))) is not None
    alone = with_claim(known, Claim(FILE, says()))
    assert (len(alone), alone[0].source, alone[0].overruled) == (1, MAIN, False)


def test_a_source_that_cannot_tell_holds_the_invoice_and_keeps_what_it_said() -> None:
    before = claims((MAIN, says(cash(10))))
    known = with_claim(before, refused_claim(before, MAIN, "1001", DAMAGED))
    assert held_by(known) is DAMAGED
    assert known[0].settlement == says(cash(10))
    assert held_by(with_claim(known, Claim(MAIN, says(cash(10))))) is None
    assert held_by(with_claim((), refused_claim((), MAIN, "1001", DAMAGED))) is DAMAGED
    other = counting(with_claim(known, Claim(FILE, says(cash(20)))), FILE)
    assert held_by(other) is None


def test_a_book_that_is_gone_claims_nothing() -> None:
    known = claims((MAIN, says(cash(10))), (OTHER, says(cash(20))), (FILE, says(cash(20))))
    assert [claim.source for claim in of_sources(known, {OTHER})] == [OTHER, FILE]
    assert of_sources(claims((MAIN, says(cash(10)))), set()) == ()


@given(st.lists(st.tuples(st.sampled_from([FILE, MAIN, OTHER]), st.integers(0, 3)), min_size=1))
def test_saying_it_again_changes_nothing_and_nobody_is_forgotten(said: list[tuple[int | None, int]]) -> None:
    known = claims(*((source, says(cash(amount))) for source, amount in said))
    last = dict(said)
    for source, amount in last.items():
        assert with_claim(known, Claim(source, says(cash(amount)))) == known
    speaking = {source for source, amount in last.items() if amount}
    assert {claim.source for claim in known if claim.says_something} == speaking
    assert (contradiction(known) is None) == (len({last[source] for source in speaking}) <= 1)
