"""Settings: pages, forms and addresses."""
