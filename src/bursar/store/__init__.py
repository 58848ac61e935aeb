"""The Django app that owns every table."""
