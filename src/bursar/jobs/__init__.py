"""Durable runs: DBOS carries them out, once at a time per connection. Thin over the use cases."""
