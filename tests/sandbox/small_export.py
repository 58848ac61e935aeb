"""Asking for an export, and reading GL entry ids and balances off it as an accounting integration does."""

from __future__ import annotations

from decimal import Decimal

import httpx2

from psa_sandbox.rest.wire import decode
from psa_sandbox.state.store import Record

ROOT = "/finance/accounting"
EVERYTHING: Record = {"exportInvoicesFlag": True, "exportExpensesFlag": True, "exportProductsFlag": True}


def export(psa: httpx2.Client, path: str = "export", **wish: object) -> Record:
    """A GLExport, numbers as decimals; without a wish, of everything."""
    answer = psa.post(f"{ROOT}/{path}", json=wish or EVERYTHING)
    assert answer.status_code == 200, answer.text
    return mapping(decode(answer.content))


def mapping(value: object) -> Record:
    """A JSON object."""
    assert isinstance(value, dict)
    return value


def rows(record: Record, name: str) -> list[Record]:
    """The objects in a list of a record."""
    found = record[name]
    assert isinstance(found, list)
    return [mapping(row) for row in found]


def money(record: Record, name: str = "total") -> Decimal:
    """An amount."""
    return Decimal(str(record[name]))


def entry_ids(document: Record) -> list[int]:
    """Every GL entry id of an export: headers, details, tax lines, offsets, lists in texts."""
    found: list[int] = []
    for sale in rows(document, "transactions"):
        found += [*_listed(sale["glEntryIds"]), *(_whole(row) for row in rows(sale, "detail"))]
    for bill in rows(document, "expenseBills"):
        found += [int(str(key)) for row in rows(bill, "detail") for key in _list(row["id"])]
    for row in rows(document, "expenses"):
        found += [_whole(row), *([_whole(mapping(row["offset"]))] if "offset" in row else [])]
    for purchase in rows(document, "purchaseTransactions"):
        found += [_whole(row) for row in (*rows(purchase, "purchaseDetail"), *rows(purchase, "purchaseDetailTax"))]
    for adjustment in rows(document, "adjustmentTransactions"):
        found += _listed(adjustment["id"])
    for moved in rows(document, "inventoryTransfers"):
        found += [*_listed(moved["id"]), *([_whole(mapping(moved["offset"]))] if "offset" in moved else [])]
    return found


def imbalances(document: Record) -> list[object]:
    """What does not come to zero in an export, by document."""
    sums = {f"sale {row['id']}": money(row) + _sum(rows(row, "detail")) for row in rows(document, "transactions")}
    for row in rows(document, "purchaseTransactions"):
        sums[f"{row['id']}"] = money(row) + _sum(rows(row, "purchaseDetail")) + _sum(rows(row, "purchaseDetailTax"))
    for row in rows(document, "expenseBills"):
        sums[f"bill {row['id']}"] = money(row) - _sum(rows(row, "detail"))
    for name in ("expenses", "inventoryTransfers"):
        for row in rows(document, name):
            if "offset" in row:
                sums[f"{name} {row['id']}"] = money(row) + money(mapping(row["offset"]))
    return [name for name, value in sums.items() if value]


def _sum(lines: list[Record]) -> Decimal:
    return sum((money(line) for line in lines), Decimal(0))


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _listed(value: object) -> list[int]:
    return [int(key) for key in str(value).split(",") if key]


def _whole(record: Record) -> int:
    return int(str(record["id"]))
