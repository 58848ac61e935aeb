"""Tryton over its JSON-RPC: customer and supplier invoices, journals, parties, payments back."""

from bursar.connectors.books.tryton.adapter import TrytonBooks
from bursar.connectors.books.tryton.credentials import TrytonCredentials
from bursar.connectors.books.tryton.options import TrytonOptions

__all__ = ["TrytonBooks", "TrytonCredentials", "TrytonOptions"]
