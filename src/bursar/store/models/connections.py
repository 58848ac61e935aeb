"""Connections and how each is configured."""

from django.db import models


class Connection(models.Model):
    """A named way into one ConnectWise company. The private key is sealed; no read path shows it."""

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField(max_length=200)
    company = models.CharField(max_length=80)
    client_id = models.CharField(max_length=80)
    public_key = models.CharField(max_length=80)
    sealed_private_key = models.TextField()
    is_default = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    """How to talk: concurrency, requests_per_minute, marker_field."""
    billing = models.JSONField(default=dict)
    """The billing configuration by dotted setting name; absent means default."""
    source = models.JSONField(default=dict)
    """Where lines come from without a person: folder path and column profile."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_connection"
            )
        ]

    def __str__(self) -> str:
        return self.name
