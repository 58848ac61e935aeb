"""System Logs (rules 120-125), and their daily counts, so that a page never counts a million rows."""

from django.db import models

from bursar.store.models.connections import Connection
from bursar.store.models.journal import Run


class LogEntry(models.Model):
    """One thing that happened on a connection. Never a secret; vendor answers are redacted before they get here."""

    class Level(models.TextChoices):
        INFO = "INFO"
        WARNING = "WARNING"
        ERROR = "ERROR"

    connection = models.ForeignKey(Connection, models.CASCADE)
    run = models.ForeignKey(Run, models.SET_NULL, null=True)
    at = models.DateTimeField()
    level = models.CharField(max_length=7, choices=Level.choices)
    title = models.CharField(max_length=200)
    details = models.TextField(blank=True)
    code = models.CharField(max_length=40, blank=True)
    remedy = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    """What the other system answered, redacted."""

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "-id"], name="log_newest"),
            models.Index(fields=["connection", "level", "-id"], name="log_by_level"),
            models.Index(fields=["at"], name="log_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.title}"


class LogCount(models.Model):
    """How many entries of a level one UTC day has; kept in the transaction that adds them."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    day = models.DateField()
    level = models.CharField(max_length=7, choices=LogEntry.Level.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "day", "level"], name="log_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.level} {self.count}"
