"""A company in Tryton as an accountant sets it up, over RPC: currencies, accounts, fiscal years, terms, a user."""

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

NAME = "Cedarpoint IT"
USER, PASSWORD = "bursar", "a-long-password-1"
ADMIN, ADMIN_PASSWORD = "admin", "an-admin-password-1"

ACCOUNTS: dict[str, tuple[str, str]] = {
    "1000": ("Assets", ""),
    "1100": ("Bank", "Cash"),
    "1200": ("Accounts receivable", "Receivable"),
    "1400": ("Stock of hardware", "Stock"),
    "1410": ("Stock of cables", "Stock"),
    "1570": ("Input tax", "Other assets"),
    "2000": ("Accounts payable", "Payable"),
    "2100": ("Payable to employees", "Payable"),
    "2200": ("Sales tax", "Other liabilities"),
    "2300": ("Deferred revenue", "Other liabilities"),
    "4000": ("Hardware sold", "Revenue"),
    "4400": ("Services", "Revenue"),
    "5000": ("Cost of goods sold", "Expense"),
    "5900": ("Stock adjustments", "Expense"),
    "5910": ("Cable adjustments", "Expense"),
    "6100": ("Travel", "Expense"),
    "6900": ("Rounding", "Expense"),
    "8000": ("Exchange differences", "Expense"),
    "9990": ("Old revenue", "Revenue"),
}
"""Code → name and type; a heading has no type. 9990 is closed."""

_TYPES: dict[str, dict[str, Any]] = {
    "Cash": {"statement": "balance", "assets": True},
    "Receivable": {"statement": "balance", "assets": True, "receivable": True},
    "Stock": {"statement": "balance", "assets": True, "stock": True},
    "Other assets": {"statement": "balance", "assets": True},
    "Payable": {"statement": "balance", "payable": True},
    "Other liabilities": {"statement": "balance"},
    "Revenue": {"statement": "income", "revenue": True},
    "Expense": {"statement": "income", "expense": True},
}
FIRST_YEAR, LAST_YEAR = 2025, 2028


class Rpc(Protocol):
    """A logged-in connection: a method, its parameters, and more context than the user's own."""

    def __call__(self, method: str, *parameters: Any, **context: Any) -> Any: ...


def set_up(rpc: Rpc, again: Any) -> None:
    """Fill a new database. `again()` reads the user's preferences anew once the company is there."""
    rpc("model.res.user.write", [_find(rpc, "res.user", login=ADMIN)], {"groups": [["add", _all(rpc, "res.group")]]})
    currencies = _currencies(rpc)
    party = _create(rpc, "party.party", name=NAME, code="OWN")
    company = _create(rpc, "company.company", party=party, currency=currencies["EUR"])
    _make_user(rpc, company)
    again()
    accounts = _accounts(rpc, company)
    off = _create(rpc, "account.journal", name="Write-off", code="WOF", type="write-off")
    now = datetime.now(UTC).year
    for year in range(min(FIRST_YEAR, now), max(LAST_YEAR, now + 1) + 1):
        _fiscal_year(rpc, company, year)
    _settings(rpc, accounts, off)
    _print_plainly(rpc)
    _parties(rpc)


def _create(rpc: Rpc, model: str, **values: Any) -> int:
    [record] = rpc(f"model.{model}.create", [values])
    return int(record)


def _find(rpc: Rpc, model: str, **values: Any) -> int:
    [record] = rpc(f"model.{model}.search", [[name, "=", value] for name, value in values.items()], 0, 1, None)
    return int(record)


def _all(rpc: Rpc, model: str) -> list[int]:
    return list(rpc(f"model.{model}.search", [], 0, None, None))


def _currencies(rpc: Rpc) -> dict[str, int]:
    """Rates for EUR and USD; GBP has none."""
    made = {}
    for code, rate in (("EUR", "1"), ("USD", "1.10"), ("GBP", "")):
        rates = [["create", [{"date": date(2020, 1, 1), "rate": Decimal(rate)}]]] if rate else []
        made[code] = _create(rpc, "currency.currency", name=code, code=code, symbol=code, rates=rates)
    return made


def _make_user(rpc: Rpc, company: int) -> None:
    """What the guide asks for: a user of the group Accounting."""
    admin = _find(rpc, "res.user", login=ADMIN)
    own = {"companies": [["add", [company]]], "company": company}
    rpc("model.res.user.write", [admin], own)
    group = _find(rpc, "res.group", name="Accounting")
    _create(rpc, "res.user", name="Bursar", login=USER, password=PASSWORD, groups=[["add", [group]]], **own)


def _accounts(rpc: Rpc, company: int) -> dict[str, int]:
    root = _create(rpc, "account.account.type", name="All", company=company)
    types = {
        name: _create(rpc, "account.account.type", name=name, company=company, parent=root, **flags)
        for name, flags in _TYPES.items()
    }
    made: dict[str, int] = {}
    for code, (name, kind) in ACCOUNTS.items():
        control = kind in {"Receivable", "Payable"}
        made[code] = _create(
            rpc,
            "account.account",
            code=code,
            name=name,
            company=company,
            type=types.get(kind),
            parent=made.get("1000") if kind else None,
            party_required=control,
            reconcile=control,
            closed=code == "9990",
        )
    return made


def _fiscal_year(rpc: Rpc, company: int, year: int) -> None:
    def sequence(kind: str, name: str) -> int:
        of_kind = _find(rpc, "ir.sequence.type", name=kind)
        return _create(
            rpc, "ir.sequence.strict", name=f"{name} {year}", sequence_type=of_kind, company=company, prefix=f"{year}-"
        )

    own = {
        f"{direction}_{what}_sequence": sequence("Invoice", f"{direction} {what}")
        for direction in ("in", "out")
        for what in ("invoice", "credit_note")
    }
    made = _create(
        rpc,
        "account.fiscalyear",
        name=str(year),
        company=company,
        start_date=date(year, 1, 1),
        end_date=date(year, 12, 31),
        move_sequence=sequence("Account Move", "Moves"),
        invoice_sequences=[["create", [own | {"company": company}]]],
    )
    rpc("model.account.fiscalyear.create_period", [made])
    periods = rpc("model.account.period.search", [["fiscalyear", "=", made]], 0, None, None)
    journals = _all(rpc, "account.journal")
    used = [{"journal": journal, "period": period} for journal in journals for period in periods]
    rpc("model.account.journal.period.create", used)  # Tryton does it for the first entry, and starts over


def _settings(rpc: Rpc, accounts: dict[str, int], write_off: int) -> None:
    cash = _find(rpc, "account.journal", type="cash")
    bank = accounts["1100"]
    _create(rpc, "account.invoice.payment.method", name="Bank", journal=cash, credit_account=bank, debit_account=bank)
    exchange = _find(rpc, "account.journal", code="EXC")
    rpc(
        "model.account.configuration.write",
        [1],
        {
            "default_account_receivable": accounts["1200"],
            "default_account_payable": accounts["2000"],
            "currency_exchange_journal": exchange,
            "currency_exchange_credit_account": accounts["8000"],
            "currency_exchange_debit_account": accounts["8000"],
        },
    )
    _create(
        rpc,
        "account.invoice.payment_term",
        name="Net 30",
        lines=[["create", [{"type": "remainder", "relativedeltas": [["create", [{"days": 30}]]]}]]],
    )
    _create(
        rpc,
        "account.move.reconcile.write_off",
        name="Small differences",
        journal=write_off,
        debit_account=accounts["6900"],
        credit_account=accounts["6900"],
    )


def _print_plainly(rpc: Rpc) -> None:
    """Posting prints the invoice. A line of text takes a second less than the page with a logo."""
    [report] = rpc("model.ir.action.report.search", [["report_name", "=", "account.invoice"]], 0, 1, None)
    content = {"__class__": "bytes", "base64": base64.b64encode(b"Invoice").decode()}
    plain = {"template_extension": "txt", "extension": "", "report_content_custom": content}
    rpc("model.ir.action.report.write", [report], plain)


def _parties(rpc: Rpc) -> None:
    """An employee, and a customer who has gone."""
    _create(rpc, "party.party", code="JDOE", name="Jane Doe", addresses=[["create", [{"city": "Bonn"}]]])
    gone = _create(rpc, "party.party", code="GONE", name="Gone Ltd", addresses=[["create", [{"city": "Ulm"}]]])
    rpc("model.party.party.write", [gone], {"active": False})
