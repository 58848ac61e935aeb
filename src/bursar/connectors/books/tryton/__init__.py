"""Tryton over RPC: invoices, credit notes, bills and journals in a real accounting engine."""
