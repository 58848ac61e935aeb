"""The whole GLExport."""

from __future__ import annotations

from itertools import compress

from psa_sandbox.state.ledger.entries import FORMS
from psa_sandbox.state.ledger.export.expenses import bills, costs_of, is_billed, journal_row
from psa_sandbox.state.ledger.export.movements import adjustment_transaction, inventory_transfer
from psa_sandbox.state.ledger.export.parties import customers, vendors
from psa_sandbox.state.ledger.export.purchases import purchase_of, purchase_transaction
from psa_sandbox.state.ledger.export.sales import sale_of, transaction
from psa_sandbox.state.ledger.export.scope import Export, Offered
from psa_sandbox.state.record import target
from psa_sandbox.state.store import Record

# The package's switches by what the legacy document calls them, in camel case; the three about what is exported
# were seen in REST [field], the rest is assumed from the legacy form.
_SWITCHES = {
    "cogsOption": "includeCogsEntriesFlag",
    "salesTaxOption": "includeSalesTaxFlag",
    "salesTaxGroupsOption": "enableTaxGroupsFlag",
    "inventoryPostOption": "inventorySOHFlag",
    "expenseAsBillOption": "transferExpensesAsBillFlag",
    "syncPayments": "syncPaymentInfoFlag",
    "dropShipCogsOption": "includeCogsDropShipFlag",
    "uomProductOption": "sendUomFlag",
}


def gl_export(export: Export) -> Record:
    """Everything the export covers, with the customers and vendors its documents name."""
    sales = [sale for offer in export.offered("invoice") if (sale := sale_of(export, offer)) is not None]
    costs = costs_of(export, export.offered("expense"))
    on_bills = [is_billed(export, cost) for cost in costs]
    goods = export.offered("procurement")
    receipts = [found for offer in _of_type(goods, "Purchase") if (found := purchase_of(export, offer)) is not None]
    members = [target(export.store, cost.expense, "member", "member") for cost in costs]
    return {
        "exportSettings": _settings(export),
        "vendors": vendors(export, [receipt.vendor for receipt in receipts], members),
        "customers": customers(export, [sale.company for sale in sales]),
        "transactions": [transaction(sale) for sale in sales],
        "expenses": [journal_row(export, cost) for cost, billed in zip(costs, on_bills, strict=True) if not billed],
        "expenseBills": bills(export, compress(costs, on_bills)),
        "purchaseTransactions": [purchase_transaction(receipt) for receipt in receipts],
        "adjustmentTransactions": [adjustment_transaction(export, row) for row in _of_type(goods, "Adjustment")],
        "inventoryTransfers": [inventory_transfer(export, row) for row in _of_type(goods, "Transfer")],
    }


def _of_type(offers: list[Offered], kind: str) -> list[Offered]:
    return [offer for offer in offers if offer.document["procurementType"] == kind]


def _settings(export: Export) -> Record:
    settings: Record = {name: export.switched(switch) for name, switch in _SWITCHES.items()}
    names = ("exportInvoices", "exportExpenses", "exportInventory")
    return settings | {name: form in export.wish.forms for name, form in zip(names, FORMS, strict=True)}
