"""Runs: pages, forms and addresses."""
