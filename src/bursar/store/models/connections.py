"""Connections and how each is configured."""

from django.db import models


class Connection(models.Model):
    """A named way into one ConnectWise company. The private key is sealed; no read path shows it."""

    class Kind(models.TextChoices):
        CONNECTWISE_REST = "connectwise_rest", "ConnectWise REST"

    class State(models.TextChoices):
        CONNECTED = "connected", "Connected"
        NOT_CONNECTED = "not_connected", "Not Connected"
        DISCONNECTED = "disconnected", "Not Connected"
        """A person disconnected it: the credentials are gone, mappings and history stay (decision 17)."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.CONNECTWISE_REST)
    url = models.URLField(max_length=200, blank=True)
    company = models.CharField(max_length=80, blank=True)
    client_id = models.CharField(max_length=80, blank=True)
    public_key = models.CharField(max_length=80, blank=True)
    sealed_private_key = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)
    state = models.CharField(max_length=13, choices=State.choices, default=State.CONNECTED)
    state_reason = models.TextField(blank=True)
    """Why it is not connected, as a sentence."""
    checked_at = models.DateTimeField(null=True)
    version = models.CharField(max_length=40, blank=True)
    """The ConnectWise version that answered last."""
    former_company = models.CharField(max_length=80, blank=True)
    """The Company ID before it was disconnected: only the same one may be connected again without a reset."""
    options = models.JSONField(default=dict)
    """How to talk: concurrency, requests_per_minute, marker_field."""
    billing = models.JSONField(default=dict)
    """The billing configuration by dotted setting name; absent means default."""
    properties = models.JSONField(default=dict)
    """Value maps and ordered lists of the connector's properties."""
    source = models.JSONField(default=dict)
    """Where lines come from without a person: folder path and column profile."""
    last_sync_to_platform = models.DateTimeField(null=True)
    """Set by a finished organization sync only (rule 28)."""
    last_sync_to_psa = models.DateTimeField(null=True)
    """Set by a finished posting only (rule 28)."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "is_default"], condition=models.Q(is_default=True), name="one_default_connection"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def connected(self) -> bool:
        return self.state == self.State.CONNECTED
