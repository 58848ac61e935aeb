"""The audit trail: append-only rows, each sealed with the hash of the one before."""

from django.db import models


class AuditEntry(models.Model):
    """Who did what, when and from where, with the values before and after. Never a secret.

    The database itself refuses to change or delete rows (triggers in the migration).
    """

    number = models.PositiveBigIntegerField(unique=True)
    """1, 2, 3 … without a gap."""
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    channel = models.CharField(max_length=10)
    """web, api, cli or worker."""
    address = models.CharField(max_length=64, blank=True)
    """Network address or machine."""
    action = models.CharField(max_length=60)
    """A verb in the past: connection added, configuration saved."""
    subject = models.CharField(max_length=200)
    connection = models.CharField(max_length=80, blank=True)
    """The connection's name at that time; audit outlives connections."""
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous = models.CharField(max_length=64)
    """Hash of the entry before; zeros for the first."""
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["connection", "-number"], name="audit_by_connection"),
            models.Index(fields=["action", "-number"], name="audit_by_action"),
            models.Index(fields=["actor", "-number"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.actor}: {self.action} {self.subject}"
