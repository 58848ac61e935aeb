"""The accounting interface's actions: dry export, batch, re-export, undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from werkzeug.wrappers import Response

from psa_sandbox.rest.exchange import Exchange
from psa_sandbox.state.errors import FieldError, invalid, invalid_field, not_found
from psa_sandbox.state.ledger import batches
from psa_sandbox.state.ledger.entries import FORMS, Form
from psa_sandbox.state.ledger.export.document import gl_export
from psa_sandbox.state.ledger.export.scope import Export, ExportWish
from psa_sandbox.state.ledger.receipts import order_documents
from psa_sandbox.state.record import day, number, text
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import Resource
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.validation import checked

FUNCTION = "Accounting Interface"
ENTITY = "accountingBatch"

EXPORT_REQUEST = Resource(
    kind="exportAccountingBatchRequest",
    entity=ENTITY,
    fields=fields("""
text 50: batchIdentifier
text: glInterfaceIdentifier
moment: thruDate
integer: locationId
choice Default|Condensed|Detailed: summarizeInvoices
flag: exportInvoicesFlag exportExpensesFlag exportPaymentsFlag exportProductsFlag
list: includedInvoiceIds excludedInvoiceIds includedExpenseIds excludedExpenseIds includedPaymentIds
list: includedProductIds excludedProductIds
"""),
)

BATCH_REQUEST = Resource(
    kind="createAccountingBatchRequest",
    entity=ENTITY,
    fields=fields("""
text 50: batchIdentifier
text: glInterfaceIdentifier
flag: exportInvoicesFlag exportExpensesFlag exportProductsFlag summarizeExpenses
list required: processedRecordIds
"""),
)

_LISTS: dict[Form, str] = {"invoice": "InvoiceIds", "expense": "ExpenseIds", "procurement": "ProductIds"}


def export(exchange: Exchange) -> Response:
    """POST /finance/accounting/export: what is unposted, up to today unless thruDate says otherwise; writes nothing."""
    exchange.caller.demand(exchange.store, FUNCTION, "add")
    store = exchange.store
    wish = _export_wish(store, exchange.record_body(), store.clock.now().date())
    return exchange.answer(gl_export(Export(store, wish, None, exchange.base)))


def create_batch(exchange: Exchange) -> Response:
    """POST /finance/accounting/batches: 201 and the GLExport of what is in the new batch [spec]."""
    exchange.caller.demand(exchange.store, FUNCTION, "edit")
    store = exchange.store
    body = _checked(store, BATCH_REQUEST, exchange.record_body())
    forms = batches.chosen_forms(body)
    wish = batches.BatchWish(text(body, "batchIdentifier"), forms, tuple(_whole_numbers(body, "processedRecordIds")))
    batch = batches.create_batch(store, wish, exchange.caller.identifier)
    made = Export(store, ExportWish(forms), number(batch, "id"), exchange.base)
    return exchange.answer(gl_export(made), 201)


def export_batch(exchange: Exchange) -> Response:
    """POST /finance/accounting/batches/{id}/export: an existing batch's GLExport once more; changes nothing."""
    exchange.caller.demand(exchange.store, FUNCTION, "add")
    batch = batches.found_batch(exchange.store, exchange.ids[0])
    wish = _export_wish(exchange.store, exchange.record_body(), None)
    return exchange.answer(gl_export(Export(exchange.store, wish, number(batch, "id"), exchange.base)))


def delete_batch(exchange: Exchange) -> Response:
    """DELETE /finance/accounting/batches/{id}: 204, its records are unposted again."""
    exchange.caller.demand(exchange.store, FUNCTION, "delete")
    batches.delete_batch(exchange.store, exchange.ids[0], exchange.caller.identifier)
    return Response(status=204)


def unbatch_order(exchange: Exchange) -> Response:
    """POST /procurement/purchaseorders/{id}/unbatch: its receipts leave their batches."""
    return _moved(exchange, batches.unbatch, "The purchase order is in no batch.")


def rebatch_order(exchange: Exchange) -> Response:
    """POST /procurement/purchaseorders/{id}/rebatch: its receipts go back to the batches they came from."""
    return _moved(exchange, batches.rebatch, "The purchase order was not taken out of a batch that still exists.")


def _moved(exchange: Exchange, move: Callable[[Store, Form, list[Record], str], int], nothing: str) -> Response:
    exchange.caller.demand(exchange.store, FUNCTION, "edit")
    order = exchange.store.get("purchaseOrder", exchange.ids[0])
    if order is None:
        raise not_found("Purchase Order", exchange.ids[0])
    documents = order_documents(exchange.store, order)
    if not move(exchange.store, "procurement", documents, exchange.caller.identifier):
        raise invalid_field("purchaseOrder", "id", nothing)
    return exchange.answer({"success": True, "message": ""})


def _export_wish(store: Store, body: Record, today: date | None) -> ExportWish:
    wanted = _checked(store, EXPORT_REQUEST, body)
    forms = batches.chosen_forms(wanted)
    if not forms and not wanted.get("exportPaymentsFlag"):
        message = "Batch export must include invoices, expenses, or products (procurement)."
        raise invalid_field(ENTITY, "exportInvoicesFlag", message)
    return ExportWish(
        forms,
        location=number(wanted, "locationId") if wanted.get("locationId") else None,
        through=day(wanted, "thruDate") or today,
        included={form: _ids(wanted, "included", form) for form in FORMS},
        excluded={form: _ids(wanted, "excluded", form) for form in FORMS},
        summarize=text(wanted, "summarizeInvoices"),
    )


def _checked(store: Store, request: Resource, body: Record) -> Record:
    """The request with its values in stored form. Raises Refusal for a member that it does not have."""
    wanted, errors = checked(store, request, body, {}, creating=True)
    if errors:
        raise invalid(ENTITY, *errors)
    return wanted


def _ids(wanted: Record, word: str, form: Form) -> frozenset[object]:
    name = f"{word}{_LISTS[form]}"
    if form != "procurement":
        return frozenset(_whole_numbers(wanted, name))
    values = wanted.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise invalid(ENTITY, FieldError("InvalidObject", f"{name} must be a list of texts", ENTITY, name))
    return frozenset(values)


def _whole_numbers(wanted: Record, name: str) -> list[int]:
    values = wanted.get(name) or []
    listed = values if isinstance(values, list) else []
    found = [value for value in listed if isinstance(value, int) and not isinstance(value, bool)]
    if len(found) != len(listed):
        raise invalid(ENTITY, FieldError("InvalidObject", f"{name} must be a list of whole numbers", ENTITY, name))
    return found
