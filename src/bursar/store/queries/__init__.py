"""Rows in, domain values out; and the few writes that more than one use case shares."""
