"""Suggestions are found fast, and are the same as without the shortcut (rule 38)."""

import difflib

import pytest

from bursar.domain.mapping import LEAST_SCORE, Candidate, Suggester

NAMES = (
    *("Alder Brook Dental", "Alder Brook Dental Group", "Brook Alder", "Fox River Ltd", "Fox Rivers", "Foxriver GmbH"),
    *("A", "AB", "Castle Rock Manufacturing", "Rock Castle Mfg", "Harbour Dental", "Harbor Dental Inc", "Zebra"),
)


@pytest.mark.parametrize(
    "wanted", ["alder brok dental", "fox rivr", "harbour dentl", "castle rock", "a b", "none of it"]
)
def test_rule_38_the_shortcut_loses_no_suggestion(wanted: str) -> None:
    names = Suggester(Candidate(number, "", name) for number, name in enumerate(NAMES))
    found = {s.candidate.name: s.score for s in names.suggest(wanted, limit=len(NAMES))}
    plain = {name: _likeness(wanted, name) for name in NAMES}
    assert found == {name: pytest.approx(score) for name, score in plain.items() if score >= LEAST_SCORE}


def _likeness(wanted: str, name: str) -> float:
    forms = (" ltd", " gmbh", " inc")
    loose = name.casefold()
    for form in forms:
        loose = loose.removesuffix(form)
    return difflib.SequenceMatcher(None, wanted, loose).ratio()


def test_rule_38_exact_is_the_only_one_of_its_name() -> None:
    first, twin = Candidate(1, "FOX", "Fox River"), Candidate(2, "FOX2", "Fox-River")
    assert Suggester([first]).exact("FOX RIVER") == first
    assert Suggester([first]).exact("fox") == first
    assert Suggester([first]).exact("Fox") == first
    assert Suggester([first, twin]).exact("Fox River") is None
    assert Suggester([first]).exact("Fox Rivers") is None
