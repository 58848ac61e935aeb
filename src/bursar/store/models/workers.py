"""Processes that carry out runs."""

from django.db import models


class Worker(models.Model):
    """A process that takes runs from the queue, and its last sign of life."""

    executor = models.CharField(max_length=64, primary_key=True)
    machine = models.CharField(max_length=200)
    process = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.machine}:{self.process}"
