"""What came in to be loaded, and how its columns are to be read."""

from django.db import models

from bursar.store.models.connections import Connection


class Delivery(models.Model):
    """A file that a person uploaded, or the lines of a month that a program pushed. Kept where every worker sees it."""

    class Kind(models.TextChoices):
        FILE = "file"
        PUSHED = "pushed"

    connection = models.ForeignKey(Connection, models.CASCADE)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=200)
    """The file's name; for pushed lines, who pushed them."""
    month = models.CharField(max_length=7, blank=True)
    """The month of pushed lines; a file says so itself."""
    content = models.BinaryField()
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    profile = models.CharField(max_length=80, blank=True)
    """The column profile it is read with; empty for the canonical file."""
    delivered_by = models.CharField(max_length=200)
    delivered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-delivered_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "month"], condition=models.Q(kind="pushed"), name="pushed_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.month}".strip()


class ColumnProfile(models.Model):
    """A column profile that somebody made in the browser; `document` is what a profile file holds."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    name = models.CharField(max_length=80)
    document = models.JSONField()
    saved_by = models.CharField(max_length=200)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="column_profile_once")]

    def __str__(self) -> str:
        return self.name
