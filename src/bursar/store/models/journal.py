"""Runs, what they had to say, the Posting journal, and the links to what was written."""

import uuid

from django.db import models
from django.db.models import Q

from bursar.store.models.connections import Connection


class Run(models.Model):
    """One journey, from its start to its verdict."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"
        INTERRUPTED = "interrupted"
        """The process ended, and nobody took the run over."""

    ACTIVE = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE)
    verb = models.CharField(max_length=40)
    month = models.CharField(max_length=7, blank=True)
    request = models.JSONField(default=dict)
    """What was asked for, so that any worker can carry it out."""
    result = models.JSONField(default=dict)
    """What came of it beyond counts and totals: the id of a load, for example."""
    requested_by = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    """When it was asked for."""
    ended_at = models.DateTimeField(null=True)
    stop_requested_by = models.CharField(max_length=200, blank=True)
    """Not empty: no further request may leave."""
    attempts = models.PositiveSmallIntegerField(default=0)
    """How many processes have taken it up."""
    executor = models.CharField(max_length=64, blank=True)
    """The worker that has it."""
    expected = models.PositiveIntegerField(null=True)
    """How much there is to do, once it is known: lines, or rows."""
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    """Per kind (planned, posted, read_back, held) a map of currency to amount as text."""
    verdict = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["connection", "-started_at"], name="run_newest")]

    def __str__(self) -> str:
        return f"{self.verb} {self.month} {self.id}"

    @property
    def active(self) -> bool:
        return self.state in self.ACTIVE


class RunNote(models.Model):
    """What a run has to say: something blocked, a warning, an error. Never a secret."""

    class Kind(models.TextChoices):
        BLOCKED = "blocked"
        WARNING = "warning"
        ERROR = "error"

    run = models.ForeignKey(Run, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    code = models.CharField(max_length=40)
    subject = models.TextField()
    sentence = models.TextField()
    remedy = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    """What the other system answered, redacted."""
    lines = models.JSONField(default=list)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)

    def __str__(self) -> str:
        return f"{self.subject}: {self.sentence}"


class Posting(models.Model):
    """One intended write and its fate. The row exists before the request leaves."""

    class State(models.TextChoices):
        PLANNED = "planned"
        SENDING = "sending"
        POSTED = "posted"
        FAILED = "failed"
        UNKNOWN = "unknown"
        BLOCKED = "blocked"
        """A prerequisite failed; nothing was sent."""
        WITHDRAWN = "withdrawn"
        """Proved not to have happened, or gone from ConnectWise again; a later plan may write anew."""

    OPEN = (State.PLANNED, State.SENDING, State.UNKNOWN)

    connection = models.ForeignKey(Connection, models.CASCADE)
    run = models.ForeignKey(Run, models.CASCADE, related_name="postings")
    book = models.ForeignKey("Book", models.CASCADE, null=True)
    """The books that it is written to; None: ConnectWise."""
    stage = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=200)
    action = models.CharField(max_length=8)
    resource = models.CharField(max_length=20)
    company_id = models.BigIntegerField(null=True)
    parent_id = models.BigIntegerField(null=True)
    remote_id = models.BigIntegerField(null=True)
    remote_ref = models.CharField(max_length=200, blank=True)
    """What the other system calls the record, where it does not number its records."""
    before = models.JSONField(null=True)
    after = models.JSONField()
    lines = models.JSONField(default=list)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    error_code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    """What the other system answered to a refused write, redacted."""
    sent_at = models.DateTimeField(null=True)
    """When the row was last claimed for sending."""
    posted_amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "state"], name="posting_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "key"],
                condition=Q(state__in=["planned", "sending", "unknown"]),
                name="one_open_posting_per_key",
            ),
            models.UniqueConstraint(
                fields=["connection", "key"],
                condition=Q(action="create", state__in=["planned", "sending", "unknown", "posted"]),
                name="one_creation_per_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.key} ({self.state})"


class AdditionLink(models.Model):
    """An Addition that Bursar made or adopted, and what Bursar last wrote to it."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    marker = models.CharField(max_length=50)
    series = models.CharField(max_length=40)
    agreement_id = models.BigIntegerField()
    addition_id = models.BigIntegerField()
    company_id = models.BigIntegerField()
    organization_id = models.TextField()
    subscription_id = models.TextField(blank=True)
    subscription_name = models.TextField(blank=True)
    recurring = models.BooleanField()
    last_month = models.CharField(max_length=7)
    written = models.JSONField()
    accepted = models.JSONField(default=dict)
    """Edits made in ConnectWise that a person let stand: field → value, as long as both sides stay as they are."""

    class Meta:
        indexes = [models.Index(fields=["connection", "company_id"], name="link_by_company")]
        constraints = [
            models.UniqueConstraint(fields=["connection", "addition_id"], name="link_once_per_addition"),
            models.UniqueConstraint(fields=["connection", "agreement_id", "marker"], name="link_once_per_marker"),
        ]

    def __str__(self) -> str:
        return f"{self.marker} → {self.addition_id}"
