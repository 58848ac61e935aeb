"""Deliveries: pages, forms and addresses."""
