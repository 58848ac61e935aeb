"""Account names that beancount and hledger both accept, for any account number.

A name begins with one of beancount's five roots, by what the account was first used for. Whoever maps an account to a
full name, such as `Income:Services:Cloud`, gets exactly that.
"""

import unicodedata
from collections.abc import Callable

from bursar.connectors.books.clean_text import escaped
from bursar.domain.identity import short_digest
from bursar.domain.ledger.journal import Role

ROOTS = frozenset({"Assets", "Liabilities", "Equity", "Income", "Expenses"})
_PLACES = {
    Role.RECEIVABLE: "Assets:Receivable",
    Role.PAYABLE: "Liabilities:Payable",
    Role.REVENUE: "Income",
    Role.EXPENSE: "Expenses",
    Role.INVENTORY: "Assets:Inventory",
    Role.COGS: "Expenses:COGS",
    Role.TAX: "Liabilities:Tax",
    Role.OFFSET: "Equity:Offset",
    Role.ROUNDING: "Expenses:Rounding",
}
_LONGEST_PART = 40


class AccountNames:
    """Which account number has which name in one journal, as it declares them; the first declaration stands."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def learn(self, name: str, code: str) -> None:
        self._names.setdefault(code, name)
        self._codes.setdefault(name, code)

    def has(self, name: str) -> bool:
        """Whether an account has this name already."""
        return name in self._codes

    def name(self, code: str) -> str | None:
        return self._names.get(code)

    def code(self, name: str) -> str:
        """The account's number in the deliveries; accounts that are not ours keep their name."""
        return self._codes.get(name, name)

    def clear(self) -> None:
        self._names.clear()
        self._codes.clear()


def new_name(code: str, role: Role, taken: Callable[[str], bool]) -> str:
    """The name of an account that is used for the first time: one that no other account has."""
    name = _name(code, role)
    while taken(name):
        name = f"{name}-{short_digest(name, escaped(code))[:8]}"
    return name


def is_full_name(text: str) -> bool:
    """Whether both programs take the text as the name of an account."""
    root, *parts = text.split(":")
    return root in ROOTS and bool(parts) and all(_is_part(part) for part in parts)


def _name(code: str, role: Role) -> str:
    if is_full_name(code):
        return code
    parts = code.split(":")
    place = _PLACES[role]
    if parts[0] in ROOTS:
        place, parts = parts[0], parts[1:]
    made = [part for part in map(_part, parts) if part]
    if made and made == parts:
        return ":".join([place, *made])
    last = made.pop() if made else "Account"
    return ":".join([place, *made, f"{last}-{short_digest(escaped(code))[:8]}"])


def _is_part(text: str) -> bool:
    return bool(text) and _begins(text[0]) and all(map(_continues, text))


def _part(text: str) -> str:
    """The nearest legal part of a name: other characters become a dash, and it begins large."""
    dashed = "".join(each if _continues(each) else "-" for each in text[:_LONGEST_PART]).strip("-")
    if dashed and not _begins(dashed[0]):
        large = dashed[0].upper()
        dashed = large + dashed[1:] if len(large) == 1 and _begins(large) else f"X{dashed}"
    return dashed


def _begins(character: str) -> bool:
    return unicodedata.category(character) in {"Lu", "Nd"}


def _continues(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "-" or category == "Nd" or category.startswith("L")
