from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.mapping import (
    Candidate,
    Excluded,
    Incomplete,
    Mappings,
    MappingState,
    OfferMapping,
    OrganizationMapping,
    Suggester,
    Target,
    normalise,
    resolve,
)
from bursar.domain.rules import Overrides
from tests.domain.samples import CYCLE_FEE

LINE = replace(CYCLE_FEE, contract_id="K1")
ORGANIZATION = OrganizationMapping("org-1", "Contoso", MappingState.MAPPED, (10,))
OFFER = OfferMapping("offer-1", "Office licence", MappingState.MAPPED, 101)


def mappings(organization: OrganizationMapping | None = ORGANIZATION, offer: OfferMapping | None = OFFER) -> Mappings:
    return Mappings({"org-1": organization} if organization else {}, {"offer-1": offer} if offer else {})


def test_rule_73_company_and_product_are_enough_and_the_agreement_may_be_empty() -> None:
    assert resolve(LINE, Overrides(), mappings()) == Target(10, 101, None)


@pytest.mark.parametrize(
    ("organization", "offer", "missing"),
    [
        (None, OFFER, ("PSA Organization Name",)),
        (ORGANIZATION, None, ("PSA Product Name",)),
        (
            OrganizationMapping("org-1", "Contoso"),
            OfferMapping("offer-1", "x"),
            ("PSA Organization Name", "PSA Product Name"),
        ),
    ],
)
def test_rules_44_and_74_what_is_missing_is_named(
    organization: OrganizationMapping | None, offer: OfferMapping | None, missing: tuple[str, ...]
) -> None:
    assert resolve(LINE, Overrides(), mappings(organization, offer)) == Incomplete(missing)


def test_rule_41_with_several_companies_the_line_has_to_say_which() -> None:
    several = mappings(replace(ORGANIZATION, company_ids=(10, 11)))
    assert resolve(LINE, Overrides(), several) == Incomplete(("PSA Organization Name (several companies are mapped)",))
    assert resolve(LINE, Overrides(company_id=11), several) == Target(11, 101, None)


def test_rule_42_excluded_records_neither_block_nor_post() -> None:
    away = replace(ORGANIZATION, state=MappingState.EXCLUDED)
    assert resolve(LINE, Overrides(), mappings(away)) is Excluded.ORGANIZATION
    assert resolve(LINE, Overrides(), mappings(None, replace(OFFER, state=MappingState.EXCLUDED))) is Excluded.OFFER


def test_rule_58_only_the_missing_part_needs_the_line() -> None:
    assert resolve(LINE, Overrides(product_id=7), mappings(offer=None)) == Target(10, 7, None)
    assert resolve(LINE, Overrides(company_id=12), mappings(None)) == Target(12, 101, None)


def test_rule_69_the_lines_own_choice_wins() -> None:
    chosen = Overrides(company_id=11, product_id=7, agreement_id=500)
    assert resolve(LINE, chosen, mappings()) == Target(11, 7, 500)


def test_rule_48_two_offers_may_share_a_product() -> None:
    both = Mappings({"org-1": ORGANIZATION}, {"offer-1": OFFER, "offer-2": replace(OFFER, offer_id="offer-2")})
    targets = {resolve(replace(LINE, offer_id=offer), Overrides(), both) for offer in ("offer-1", "offer-2")}
    assert targets == {Target(10, 101)}


def test_rule_50_offers_of_other_terms_stay_separate() -> None:
    annual = replace(OFFER, offer_id="offer-2", product_id=102)
    both = Mappings({"org-1": ORGANIZATION}, {"offer-1": OFFER, "offer-2": annual})
    assert resolve(LINE, Overrides(), both) == Target(10, 101)
    assert resolve(replace(LINE, offer_id="offer-2"), Overrides(), both) == Target(10, 102)


def test_a_contract_leads_to_its_agreement_unless_the_line_says_otherwise() -> None:
    with_contract = replace(mappings(), contracts={"K1": 500})
    assert resolve(LINE, Overrides(), with_contract) == Target(10, 101, 500)
    assert resolve(LINE, Overrides(agreement_id=501), with_contract) == Target(10, 101, 501)
    assert resolve(replace(LINE, contract_id=None), Overrides(), with_contract) == Target(10, 101, None)


CANDIDATES = [
    Candidate(1, "CONT", "Contoso, Ltd."),
    Candidate(2, "FABR", "Fabrikam & Sons"),
    Candidate(3, "NWT1", "Northwind Traders"),
    Candidate(4, "NWT2", "Northwind  Traders"),
    Candidate(5, "", "Blank identifier"),
]


@pytest.mark.parametrize("name", ["contoso ltd", "CONTOSO,  LTD", "Contoso Ltd.", "cont"])
def test_rule_38_the_same_normalised_name_or_identifier_is_exact(name: str) -> None:
    (found,) = Suggester(CANDIDATES).suggest(name)
    assert (found.candidate.id, found.exact, found.score) == (1, True, 1.0)


def test_rule_38_an_ampersand_is_the_word() -> None:
    assert normalise("Fabrikam & Sons") == normalise("fabrikam and sons")


def test_rules_36_and_38_a_name_that_two_records_share_is_never_exact() -> None:
    found = Suggester(CANDIDATES).suggest("Northwind Traders")
    assert [(s.candidate.id, s.exact) for s in found] == [(3, False), (4, False)]


@pytest.mark.parametrize("name", ["Contoso", "Contoso GmbH", "Kontoso Ltd"])
def test_rule_38_likeness_is_proposed_with_a_score_and_never_exact(name: str) -> None:
    best = Suggester(CANDIDATES).suggest(name)[0]
    assert best.candidate.id == 1
    assert not best.exact
    assert best.score < 1


def test_rule_38_the_legal_form_does_not_count_against_a_likeness() -> None:
    suggester = Suggester([*CANDIDATES, Candidate(6, "X", "Co")])
    assert [suggester.suggest(name)[0].score for name in ("Contoso GmbH", "Contoso")] == [0.99, 0.99]
    assert [s.candidate.id for s in suggester.suggest("co")] == [6]


@pytest.mark.parametrize("name", ["Woodgrove Bank", "", "***"])
def test_rule_38_nothing_is_proposed_for_what_resembles_nothing(name: str) -> None:
    assert list(Suggester(CANDIDATES).suggest(name)) == []


NAMES = st.text("abc &.-,", max_size=8)


@given(st.lists(NAMES, max_size=6), NAMES)
def test_rule_38_exact_means_one_record_of_that_very_name(names: list[str], wanted: str) -> None:
    candidates = [Candidate(number, "", name) for number, name in enumerate(names)]
    found = Suggester(candidates).suggest(wanted)
    same = [c for c in candidates if normalise(c.name) == normalise(wanted) and normalise(wanted)]
    assert [s.candidate for s in found if s.exact] == (same if len(same) == 1 else [])
    assert len(found) <= 3
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
