"""Connections: pages, forms and addresses."""
