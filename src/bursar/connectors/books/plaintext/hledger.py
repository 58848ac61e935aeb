"""hledger's dialect: `bursar.hledger`."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bursar.connectors.books.clean_text import escaped, unescaped
from bursar.connectors.books.plaintext.journal_file import AMOUNT, DAY, JournalFile
from bursar.connectors.books.plaintext.transaction import CONTROL, Parsed, ReadRow, Row, Transaction

_HEAD = re.compile(rf"{DAY}(?:=\S+)?(?:\s+[*!])?(?:\s*\(([^)]*)\))?")
_COMMENT = re.compile(r"\s+;(.*)")
_TAG = re.compile(r"([^\s,:]+):([^,]*)")
_POSTING = re.compile(rf"\s+(?:[*!]\s+)?([^\s;]+:[^\s;]+)(?:\s{{2,}}{AMOUNT})?\s*(?:;(.*))?")


class HledgerFile(JournalFile):
    """Facts are tags, and the number of a document is the code of its transaction."""

    file_name = "bursar.hledger"
    marker_line = re.compile(rb"\s+;\s*bursar:([^,\n]*)")
    account_line = re.compile(rb"account\s+(\S+)(?:\s{2,};.*?\baccount:([^,\n]*))?")
    currency_line = re.compile(rb"commodity\s+[\d.,]*\s*(\S+)")

    def _heading(self, book: str) -> str:
        return (
            f"; {book}: written by Bursar, which only ever appends. The same transactions are in bursar.beancount.\n"
            "; Keep your own in a file of your own that says: include bursar.hledger\n\n"
        )

    def _account(self, row: Row) -> str:
        return f"account {row.name}  ; account:{escaped(row.code)}\n"

    def _currency(self, currency: str) -> str:
        return f"commodity 1000.00 {currency}\n"

    def _transaction(self, transaction: Transaction) -> str:
        code = f" ({escaped(transaction.number)})" if transaction.number else ""
        payee = _words(transaction.payee).lstrip("(*!=")
        words = f"{payee} | {_words(transaction.narration)}" if payee else _words(transaction.narration)
        facts = (("bursar", transaction.marker), *transaction.facts)
        return "".join(
            [
                f"{transaction.day} *{code} {words}\n",
                *(f"    ; {name}:{escaped(value)}\n" for name, value in facts),
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
            if not line[:1].isspace() or line.isspace():
                break
            if found := _COMMENT.fullmatch(line):
                _take(found[1], facts, rows)
            elif found := _POSTING.fullmatch(line):
                rows.append(ReadRow(found[1], _amount(found[2]), found[3] or ""))
                _take(found[4] or "", facts, rows)
            else:
                raise ValueError(line)
        return Parsed(date(int(head[1]), int(head[2]), int(head[3])), unescaped(head[4] or ""), facts, rows)


_PLAIN = str.maketrans(",[]", ";()")
"""A comma would end the memo, and a day in brackets would move the posting there."""


def _take(comment: str, facts: dict[str, str], rows: list[ReadRow]) -> None:
    """Tags belong to the transaction before its first posting, then to the posting they follow."""
    for found in _TAG.finditer(comment):
        value = unescaped(found[2].strip())
        if not rows:
            facts.setdefault(found[1], value)
        elif (found[1], value) == CONTROL:
            rows[-1].control = True


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text.replace(",", "").replace(" ", ""))


def _posting(row: Row) -> str:
    tags = [f"{name}:{escaped(value)}" for name, value in row.facts]
    if row.memo:
        tags.append(f"memo:{row.memo.translate(_PLAIN)}")
    comment = f"  ; {', '.join(tags)}" if tags else ""
    return f"    {row.name}  {row.amount:.2f} {row.currency}{comment}\n"


def _words(text: str) -> str:
    """Words without the marks that end a description or part it."""
    return text.replace(";", ",").replace("|", "/")
