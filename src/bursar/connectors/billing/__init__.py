"""Where invoice lines come from."""
