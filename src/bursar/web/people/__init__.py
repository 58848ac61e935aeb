"""People: pages, forms and addresses."""
