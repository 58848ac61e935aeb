"""beancount's dialect: `bursar.beancount`."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bursar.connectors.books.clean_text import escaped, unescaped
from bursar.connectors.books.plaintext.journal_file import AMOUNT, DAY, JournalFile
from bursar.connectors.books.plaintext.transaction import CONTROL, Parsed, ReadRow, Row, Transaction

FIRST_DAY = "1900-01-01"
"""From which day on accounts are open: earlier than any document."""

_HEAD = re.compile(rf"{DAY}\s+(?:[*!]|txn)(?:\s|$)")
_FACT = re.compile(r'\s+([a-z][\w-]*):\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))\s*(?:;.*)?')
_POSTING = re.compile(rf"""\s+(?:[*!]\s+)?([^\s;"]+:[^\s;"]+)(?:\s+{AMOUNT})?\s*(?:;.*)?""")
_NOTHING = re.compile(r"\s+(?:[;#^].*)?")
_BARE_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class BeancountFile(JournalFile):
    """Facts are metadata; dates among them are dates."""

    file_name = "bursar.beancount"
    marker_line = re.compile(rb'\s+bursar:\s*"([^"]*)"')
    account_line = re.compile(rb"\d{4}-\d\d-\d\d\s+open\s+(\S+)")
    number_line = re.compile(rb'\s+account:\s*"([^"]*)"')
    currency_line = re.compile(rb"\d{4}-\d\d-\d\d\s+commodity\s+(\S+)")

    def _heading(self, book: str) -> str:
        return (
            f"; {book}: written by Bursar, which only ever appends. The same transactions are in bursar.hledger.\n"
            '; Keep your own in a file of your own that says: include "bursar.beancount"\n\n'
        )

    def _account(self, row: Row) -> str:
        return f'{FIRST_DAY} open {row.name}\n  account: "{escaped(row.code)}"\n'

    def _currency(self, currency: str) -> str:
        return f"{FIRST_DAY} commodity {currency}\n"

    def _transaction(self, transaction: Transaction) -> str:
        payee = f"{_quoted(transaction.payee)} " if transaction.payee else ""
        facts = (("bursar", transaction.marker), ("number", transaction.number), *transaction.facts)
        return "".join(
            [
                f"{transaction.day} * {payee}{_quoted(transaction.narration)}\n",
                *(_fact("  ", name, value) for name, value in facts),
                *map(_posting, transaction.rows),
            ]
        )

    def _parsed(self, lines: Iterator[str]) -> Parsed | None:
        head = _HEAD.match(next(lines, ""))
        if head is None:
            return None
        facts: dict[str, str] = {}
        rows: list[ReadRow] = []
        for line in lines:
            if not line[:1].isspace():
                break
            if _NOTHING.fullmatch(line):
                continue
            if found := _POSTING.fullmatch(line):
                rows.append(ReadRow(found[1], _amount(found[2]), found[3] or ""))
            elif found := _FACT.fullmatch(line):
                value = unescaped(found[2] if found[2] is not None else found[3].strip())
                if not rows:
                    facts[found[1]] = value
                elif (found[1], value) == CONTROL:
                    rows[-1].control = True
            else:
                raise ValueError(line)
        return Parsed(date(int(head[1]), int(head[2]), int(head[3])), facts.get("number", ""), facts, rows)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text.replace(",", "").replace(" ", ""))


def _posting(row: Row) -> str:
    memo = f"    memo: {_quoted(row.memo)}\n" if row.memo else ""
    facts = "".join(_fact("    ", name, value) for name, value in row.facts)
    return f"  {row.name}  {row.amount:.2f} {row.currency}\n{facts}{memo}"


def _fact(indent: str, name: str, value: str) -> str:
    if _BARE_DAY.fullmatch(value) and name in {"due", "connectwise-day"}:
        return f"{indent}{name}: {value}\n"
    return f'{indent}{name}: "{escaped(value)}"\n'


def _quoted(words: str) -> str:
    escaped_words = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped_words}"'
