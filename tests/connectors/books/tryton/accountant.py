"""What people do in Tryton: they record payments, take them back, credit, cancel and close periods."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.tryton_server import TrytonRpc


class Accountant:
    """Somebody who works in Tryton beside Bursar. Invoices go by the number that ConnectWise has."""

    def __init__(self, rpc: TrytonRpc) -> None:
        self.rpc = rpc
        self._payments: dict[str, int] = {}

    def invoice(self, number: str) -> dict[str, Any]:
        """An invoice by its reference: the oldest one."""
        fields = ("number", "state", "party", "currency", "company", "account", "move", "lines_to_pay")
        more = ("payment_lines", "total_amount", "accounting_date", "invoice_date", "comment", "amount_to_pay")
        return self.rpc.find("account.invoice", [["reference", "=", number]], *fields, *more)[0]

    def pay(self, payment: str, number: str, amount: Decimal, day: date, how: str = "partial") -> None:
        """Record a payment on an invoice: in part, or as `overpayment` or `writeoff`, as a person chooses."""
        invoice = self.invoice(number)
        before = {each["id"] for each in self.rpc.find("account.move", [])}
        [method] = self.rpc.find("account.invoice.payment.method", [])
        start = {
            "payee": invoice["party"],
            "payees": [invoice["party"]],
            "amount": amount,
            "currency": invoice["currency"],
            "company": invoice["company"],
            "invoice_account": invoice["account"],
            "payment_method": method["id"],
            "date": day,
        }
        ask = {"type": how, "amount": amount, "currency": invoice["currency"], "company": invoice["company"]}
        ask |= {"lines": invoice["lines_to_pay"], "lines_to_pay": invoice["lines_to_pay"], "invoice": invoice["id"]}
        ask |= {"payment_lines": invoice["payment_lines"], "amount_writeoff": Decimal(0)}
        if how == "writeoff":
            ask["writeoff"] = self.rpc.find("account.move.reconcile.write_off", [])[0]["id"]
        session, _, _ = self.rpc("wizard.account.invoice.pay.create")
        context = {"active_model": "account.invoice", "active_id": invoice["id"], "active_ids": [invoice["id"]]}
        shown = self.rpc("wizard.account.invoice.pay.execute", session, {"start": start}, "choice", **context)
        if "view" in shown:
            self.rpc("wizard.account.invoice.pay.execute", session, {"start": start, "ask": ask}, "pay", **context)
        made = [each["id"] for each in self.rpc.find("account.move", [], "journal.type") if each["id"] not in before]
        self._payments[payment] = made[0]

    def unpay(self, payment: str) -> None:
        """Take a payment back: separate it from what it paid, and cancel its entry."""
        move = self._payments[payment]
        lines = self.rpc.find("account.move.line", [["move", "=", move], ["account.reconcile", "=", True]])
        self.unreconcile([line["id"] for line in lines])
        form = {"default": {"description": f"Takes back {payment}", "reversal": True}}
        self.rpc.wizard("account.move.cancel", "account.move", [move], form, "cancel")

    def unreconcile(self, lines: list[int]) -> None:
        self.rpc.wizard("account.move.unreconcile_lines", "account.move.line", lines, {}, "unreconcile")

    def reconcile(self, lines: list[int]) -> None:
        """Set lines against one another, as from a bank statement."""
        self.rpc.wizard("account.move.reconcile_lines", "account.move.line", lines, {}, "start")

    def receivable(self, payment: str) -> int:
        """The line of a payment that pays the customer's invoices."""
        move = self._payments[payment]
        return int(self.rpc.find("account.move.line", [["move", "=", move], ["account.code", "=", "1200"]])[0]["id"])

    def set_against(self, number: str, line: int) -> None:
        """Link a line of the customer's account to an invoice, as its payment."""
        self.rpc("model.account.invoice.write", [self.invoice(number)["id"]], {"payment_lines": [["add", [line]]]})

    def credit(self, number: str, *, refund: bool) -> None:
        """Make a credit note of an invoice; with `refund` it is posted and set against it."""
        start = {"with_refund": refund, "with_refund_allowed": True, "invoice_date": None}
        ids = [self.invoice(number)["id"]]
        self.rpc.wizard("account.invoice.credit", "account.invoice", ids, {"start": start}, "credit")

    def close(self, day: date) -> None:
        """Close the period of a day."""
        self.rpc("model.account.period.close", [self.period(day)])

    def period(self, day: date) -> int:
        found = self.rpc.find("account.period", [["start_date", "<=", day], ["end_date", ">=", day]])
        return int(found[0]["id"])

    def account(self, code: str) -> int:
        return int(self.rpc.find("account.account", [["code", "=", code]])[0]["id"])
