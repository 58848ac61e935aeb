"""Dashboard: pages, forms and addresses."""
