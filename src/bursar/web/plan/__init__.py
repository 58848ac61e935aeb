"""Plan: pages, forms and addresses."""
