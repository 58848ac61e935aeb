"""Lists of ConnectWise from which people choose, as they were when last read."""

from django.db import models

from bursar.domain.lists import ListKind
from bursar.store.models.connections import Connection

KINDS = [(kind.value, kind.value) for kind in ListKind]


class ListEntry(models.Model):
    """One entry of a list. What vanished in ConnectWise is marked as gone, never dropped."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    kind = models.CharField(max_length=20, choices=KINDS)
    remote_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    identifier = models.CharField(max_length=100, blank=True)
    trait = models.CharField(max_length=60, blank=True, default="")
    """The status of a company, the class of a product."""
    parent_id = models.BigIntegerField(null=True)
    inactive = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "remote_id"]
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "remote_id"], name="list_entry_once")]

    def __str__(self) -> str:
        return self.name


class ListReading(models.Model):
    """When a list was last read completely."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    kind = models.CharField(max_length=20, choices=KINDS)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="list_reading_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.read_at:%Y-%m-%d %H:%M}"


class ListRefusal(models.Model):
    """A list that could not be read the last time; gone as soon as it can be (rule 34)."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    kind = models.CharField(max_length=20, choices=KINDS)
    refused_at = models.DateTimeField()
    sentence = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="list_refusal_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"
