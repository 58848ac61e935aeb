import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.identity import (
    AGREEMENT_NAME_LIMIT,
    AdditionKind,
    Marker,
    agreement_name,
    one_time_marker,
    parse_marker,
    recurring_marker,
)

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80)


@given(TEXTS, TEXTS, st.integers(0, 999_999))
def test_rule_84_a_marker_is_read_back_from_a_field_of_50_characters(scope: str, item: str, generation: int) -> None:
    for first in (recurring_marker(scope, item), one_time_marker(scope, item)):
        marker = Marker(first.kind, first.digest, generation)
        assert len(str(marker)) <= 50
        assert parse_marker(f" {marker} ") == marker


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SN-12345",
        "bursar:r:short:0",
        "bursar:x:abcdefghijklmnop:0",
        "bursar:r:abcdefghijklmnop",
        "BURSAR:r:abcdefghijklmnop:0",
    ],
)
def test_rule_84_somebody_elses_text_is_no_marker(text: str) -> None:
    assert parse_marker(text) is None


def test_rule_91_subscriptions_lines_and_sites_have_keys_of_their_own() -> None:
    keys = {
        recurring_marker("site", "1").series,
        one_time_marker("site", "1").series,
        recurring_marker("site", "2").series,
        recurring_marker("other", "1").series,
    }
    assert len(keys) == 4


def test_rule_96_the_following_generation_is_of_the_same_series() -> None:
    marker = recurring_marker("site", "1")
    assert marker.kind is AdditionKind.RECURRING
    assert marker.following.series == marker.series
    assert (marker.generation, marker.following.generation) == (0, 1)
    assert str(marker.following) != str(marker)


@given(TEXTS, TEXTS, TEXTS)
def test_rule_78_an_agreement_has_one_name_per_type_company_and_currency(kind: str, first: str, second: str) -> None:
    names = {agreement_name(kind, company, currency) for company in (first, second) for currency in ("EUR", "USD")}
    assert max(map(len, names)) <= AGREEMENT_NAME_LIMIT
    assert len(names) == 2 * len({first, second})


def test_rule_78_a_name_that_just_fits_is_not_shortened() -> None:
    fits = "x" * (AGREEMENT_NAME_LIMIT - len("Cloud EUR - "))
    assert agreement_name("Cloud", fits, "EUR") == f"Cloud EUR - {fits}"
    assert len(agreement_name("Cloud", fits + "x", "EUR")) == AGREEMENT_NAME_LIMIT


def test_decision_11_the_name_says_what_the_agreement_is() -> None:
    assert agreement_name("Cloud", "Contoso", "EUR") == "Cloud EUR - Contoso"
