"""A payments file as a person keeps it."""

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

COLUMNS = ("id", "invoice", "date", "amount", "currency", "kind", "credit")


class PaymentsFile:
    """`payments.csv` in a folder: rows are added and deleted."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "payments.csv"

    def pay(self, ref: str, number: str, amount: Decimal, day: date) -> None:
        self.add({"id": ref, "invoice": number, "date": day.isoformat(), "amount": str(amount), "currency": "EUR"})

    def add(self, row: Mapping[str, str]) -> None:
        self._write([*self._rows(), row])

    def unpay(self, ref: str) -> None:
        self._write([row for row in self._rows() if row["id"] != ref])

    def _rows(self) -> list[Mapping[str, str]]:
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _write(self, rows: list[Mapping[str, str]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
