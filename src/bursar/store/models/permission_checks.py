"""What the API member's security role granted when somebody last looked."""

from django.db import models

from bursar.store.models.connections import Connection


class PermissionCheck(models.Model):
    """The last check of a connection. What is missing is derived from the grants, never stored."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="permission_check")
    checked_at = models.DateTimeField()
    checked_by = models.CharField(max_length=200)
    member = models.CharField(max_length=60, blank=True)
    """The API member's Member ID as a person entered it; without it settings cannot be read."""
    role = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=10)
    """settings or probes: how the grants were found out."""
    grants = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.connection} {self.checked_at:%Y-%m-%d %H:%M}"
