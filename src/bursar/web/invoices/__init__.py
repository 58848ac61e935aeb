"""Mapping › Invoices: the invoice lines of a month, what each would send, and what people set on them by hand."""
