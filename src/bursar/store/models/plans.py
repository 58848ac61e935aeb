"""Plans as they were shown to people: every change, everything blocked, every warning, and who agreed to what."""

from django.db import models
from django.db.models import Q

from bursar.store.models.connections import Connection
from bursar.store.models.journal import Run


class PlanEntry(models.Model):
    """One item of the plan that a run made. Writing it is what somebody agrees to; nothing else is written."""

    class Kind(models.TextChoices):
        CHANGE = "change"
        BLOCKED = "blocked"
        WARNING = "warning"

    connection = models.ForeignKey(Connection, models.CASCADE)
    run = models.ForeignKey(Run, models.CASCADE, related_name="plan")
    """The run that made the plan."""
    kind = models.CharField(max_length=8, choices=Kind.choices)
    action = models.CharField(max_length=8, blank=True)
    """create, update, cancel or leave; empty when it is no change."""
    resource = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=200, blank=True)
    """The business key of the change."""
    fingerprint = models.CharField(max_length=64, blank=True)
    """A digest of exactly what would be written: posting refuses a change that is another one by then."""
    parent_key = models.CharField(max_length=200, blank=True)
    """The change that makes the Agreement it goes to, when that does not exist yet."""
    needs = models.JSONField(default=list)
    """Keys of changes that must go first."""
    company_id = models.BigIntegerField(null=True)
    company_name = models.CharField(max_length=160, blank=True)
    agreement_id = models.BigIntegerField(null=True)
    """None: the Agreement is made by this plan, or there is none."""
    agreement_name = models.CharField(max_length=120, blank=True)
    remote_id = models.BigIntegerField(null=True)
    subject = models.TextField(blank=True)
    """What it is about, in a person's words: customer, subscription, charge type."""
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    lines = models.JSONField(default=list)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    """Why it is blocked, what the warning says, or the notes of the change."""
    remedy = models.TextField(blank=True)
    preview_only = models.BooleanField(default=False)
    """Pilot mode: posting is not enabled for this customer (rule 150)."""
    agreed_in = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="agreed")
    """The posting that was asked to write it."""
    posted = models.BooleanField(default=False)
    """It has been written since, or was found written."""

    class Meta:
        indexes = [
            models.Index(fields=["run", "kind", "action"], name="plan_by_action"),
            models.Index(fields=["run", "company_id"], name="plan_by_company"),
            models.Index(fields=["run", "company_name", "id"], name="plan_by_name"),
            models.Index(fields=["agreed_in"], condition=Q(agreed_in__isnull=False), name="plan_agreed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], condition=Q(kind="change"), name="plan_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.subject}"
