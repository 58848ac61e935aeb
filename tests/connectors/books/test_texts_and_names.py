"""Codes come back to the letter, words stay on one line, and account names are legal whatever the number is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.books.clean_text import escaped, one_line, unescaped
from bursar.connectors.books.plaintext.account_names import AccountNames, is_full_name, new_name
from bursar.domain.ledger.journal import Role

ANY_TEXT = st.text(st.characters())
"""Lone surrogates, too: JSON can carry them."""


@given(ANY_TEXT)
def test_escaped_text_comes_back_to_the_letter(text: str) -> None:
    written = escaped(text)
    assert unescaped(written) == text
    assert written.isprintable() or not text.isprintable()
    assert not set(written) & set('",;()[]|\\\n\r\t\x00')
    assert written == written.strip()
    assert "  " not in written
    assert written.encode().decode() == written


@pytest.mark.parametrize("text", ["4711", "PO77", "Müller", "A-1/2 #3", "class: Support"])
def test_ordinary_codes_are_readable(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize("text", ["100%", "%zz", "%FF%FE", "%4"])
def test_what_others_wrote_with_percent_signs_stays(text: str) -> None:
    assert unescaped(text) == text


@given(ANY_TEXT)
def test_words_are_on_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())
    assert one_line(line) == line
    assert line.encode().decode() == line


@given(ANY_TEXT, st.sampled_from(Role))
def test_every_account_number_has_a_legal_name(code: str, role: Role) -> None:
    assert is_full_name(new_name(code, role, lambda _: False))


@given(
    st.lists(ANY_TEXT | st.sampled_from(["a", "A", "a b", "a-b", "a:b", "Assets:a"]), max_size=6, unique=True),
    st.data(),
)
def test_no_two_accounts_share_a_name(codes: list[str], data: st.DataObject) -> None:
    names = AccountNames()
    for code in codes:
        role = data.draw(st.sampled_from([Role.REVENUE, Role.EXPENSE]))
        names.learn(new_name(code, role, names.has), code)
    given_names = [names.name(code) for code in codes]
    assert len(set(given_names)) == len(codes)
    assert [names.code(str(name)) for name in given_names] == codes


@pytest.mark.parametrize(
    ("code", "role", "name"),
    [
        ("1200", Role.RECEIVABLE, "Assets:Receivable:1200"),
        ("2000", Role.PAYABLE, "Liabilities:Payable:2000"),
        ("4000", Role.REVENUE, "Income:4000"),
        ("4000:A:B1", Role.REVENUE, "Income:4000:A:B1"),
        ("Income:Services:Cloud", Role.EXPENSE, "Income:Services:Cloud"),
        ("Erlöse", Role.REVENUE, "Income:Erlöse"),
    ],
)
def test_names_that_people_expect(code: str, role: Role, name: str) -> None:
    assert new_name(code, role, lambda _: False) == name


def test_what_is_altered_carries_a_digest() -> None:
    name = new_name("4000 - Sales", Role.REVENUE, lambda _: False)
    assert name.startswith("Income:4000---Sales-")
    assert name != new_name("4000 : Sales", Role.REVENUE, lambda _: False)


def test_a_name_that_is_taken_gets_another() -> None:
    names = AccountNames()
    names.learn(new_name("4000", Role.REVENUE, names.has), "4000")
    second = new_name("Income:4000", Role.REVENUE, names.has)
    assert second.startswith("Income:4000-")
    assert is_full_name(second)
