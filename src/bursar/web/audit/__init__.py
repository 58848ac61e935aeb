"""Audit: pages, forms and addresses."""
