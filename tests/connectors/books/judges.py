"""Two programs that read the journal and say what they find: beancount and hledger, as processes of their own."""

import json
import os
import subprocess
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from tests.conftest import JUDGES

Sums = Mapping[tuple[str, str, str], Decimal]
"""(month, account, currency) → movement, zeros left out."""

_LOAD = """
import collections, decimal, json, sys
from beancount import loader
entries, errors, _ = loader.load_file(sys.argv[1])
sums = collections.defaultdict(decimal.Decimal)
for entry in entries:
    for posting in getattr(entry, "postings", ()):
        sums[f"{entry.date:%Y-%m}", posting.account, posting.units.currency] += posting.units.number
print(json.dumps([[str(e) for e in errors], [[*place, str(total)] for place, total in sums.items() if total]]))
"""


def bean_check(journal: Path) -> str:
    """What beancount's checker has against the journal; nothing when it accepts it."""
    done = subprocess.run([JUDGES / "bean-check", journal], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr or "refused"


def bean_balances(journal: Path) -> Sums:
    """What beancount makes of a journal without errors."""
    done = subprocess.run([JUDGES / "python", "-c", _LOAD, journal], capture_output=True, text=True, check=True)
    errors, rows = json.loads(done.stdout)
    assert errors == []
    return {(month, account, currency): Decimal(total) for month, account, currency, total in rows}


def hledger_check(journal: Path) -> str:
    """What hledger's strict check has against the journal; nothing when it accepts it."""
    done = _hledger("-f", journal, "check", "-s")
    return "" if done.returncode == 0 else done.stdout + done.stderr or "refused"


def hledger_balances(journal: Path) -> Sums:
    """What hledger makes of it."""
    done = _hledger("-f", journal, "balance", "-M", "--flat", "--no-total", "-O", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    sums: dict[tuple[str, str, str], Decimal] = {}
    months = [span[0]["contents"][:7] if isinstance(span[0], dict) else span[0][:7] for span in report["prDates"]]
    for row in report["prRows"]:
        for month, amounts in zip(months, row["prrAmounts"], strict=True):
            for amount in amounts:
                quantity = amount["aquantity"]
                total = Decimal(quantity["decimalMantissa"]).scaleb(-quantity["decimalPlaces"])
                if total:
                    sums[month, row["prrName"], amount["acommodity"]] = total
    return sums


def _hledger(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = ["hledger", *map(str, arguments)]
    environment = os.environ | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
