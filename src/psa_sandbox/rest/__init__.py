"""The REST API: a thin skin over the state."""

from __future__ import annotations

from psa_sandbox.rest.app import create_rest_app

__all__ = ["create_rest_app"]
