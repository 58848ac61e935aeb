"""System Logs: pages, forms and addresses."""
