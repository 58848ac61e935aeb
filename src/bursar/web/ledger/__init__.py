"""Ledger: what waits for the books, its documents, batches, exceptions and reconciliation."""
