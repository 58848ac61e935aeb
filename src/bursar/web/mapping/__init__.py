"""Mapping: pages, forms and addresses."""
