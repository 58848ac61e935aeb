"""The ledger journey: documents, what still waits in ConnectWise, batches, and what needs a person."""

from django.db import models
from django.db.models import Q

from bursar.store.models.books import Book
from bursar.store.models.connections import Connection
from bursar.store.models.journal import Run


class LedgerBatch(models.Model):
    """An accounting batch in ConnectWise: made by Bursar, or seen there."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        """Closed in ConnectWise: it cannot be undone any more."""
        UNDONE = "undone", "Undone"
        """Deleted: its records are unposted again."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="ledger_batches")
    book = models.ForeignKey(Book, models.SET_NULL, null=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True)
    identifier = models.CharField(max_length=50)
    remote_id = models.BigIntegerField()
    families = models.CharField(max_length=40, blank=True)
    """Which kinds of records it holds, separated by commas."""
    ours = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    entry_ids = models.JSONField(default=list)
    """GL entry ids that it was meant to hold; of ours only."""
    missing_ids = models.JSONField(default=list)
    """Meant to be in it, and not there when it was read back."""
    extra_ids = models.JSONField(default=list)
    made_by = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-remote_id"]
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="ledger_batch_once")]

    def __str__(self) -> str:
        return self.identifier

    @property
    def exact(self) -> bool:
        """Whether it holds what it was meant to hold."""
        return not self.missing_ids and not self.extra_ids


class LedgerDocument(models.Model):
    """One document of ConnectWise on its way to the books."""

    class State(models.TextChoices):
        READY = "ready", "Ready"
        BLOCKED = "blocked", "Blocked"
        EXCLUDED = "excluded", "Excluded"
        POSTED = "posted", "In the books"
        """Its GL entries are in no batch yet."""
        BATCHED = "batched", "Batched"
        VOIDED = "voided", "Taken back"
        GONE = "gone", "Gone"
        """ConnectWise offers it no longer, and it was never posted."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="ledger_documents")
    book = models.ForeignKey(Book, models.SET_NULL, null=True, related_name="documents")
    key = models.CharField(max_length=200)
    """Section and id of the record in ConnectWise (`domain.ledger.documents.Document.key`)."""
    family = models.CharField(max_length=11)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=250, blank=True)
    party_code = models.CharField(max_length=200, blank=True)
    party_name = models.CharField(max_length=250, blank=True)
    vendor_invoice = models.CharField(max_length=200, blank=True)
    day = models.DateField()
    period = models.CharField(max_length=7)
    due = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=19, decimal_places=2)
    """What it comes to in the books: the total, of a journal its debits."""
    location = models.CharField(max_length=100, blank=True)
    department = models.CharField(max_length=100, blank=True)
    entry_ids = models.JSONField(default=list)
    """All GL entry ids: what a batch must hold."""
    source = models.TextField(blank=True)
    """The record as ConnectWise gave it."""
    payload = models.TextField(blank=True)
    """What would be sent, or was, when it could be made (`domain.books.payload`)."""
    digest = models.CharField(max_length=64, blank=True)
    """Of its content in ConnectWise now."""
    action = models.CharField(max_length=8, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    """Of exactly what would be written: what somebody agrees to."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    """Why it is blocked or excluded, or what a person should know."""
    remedy = models.TextField(blank=True)
    consent = models.CharField(max_length=6, blank=True)
    """What a person decided about a difference (`domain.books.present.Consent`)."""
    generation = models.PositiveSmallIntegerField(default=0)
    marker = models.CharField(max_length=50, blank=True)
    """Empty until it has been posted once."""
    delivered_to = models.ForeignKey(Book, models.RESTRICT, null=True, related_name="+")
    """The book that has it; `book` is where today's routes lead."""
    delivered = models.TextField(blank=True)
    """The payload that was sent last."""
    delivered_digest = models.CharField(max_length=64, blank=True)
    delivered_total = models.DecimalField(max_digits=19, decimal_places=2, null=True)
    delivered_day = models.DateField(null=True)
    delivered_number = models.CharField(max_length=200, blank=True)
    voided = models.BooleanField(default=False)
    """Bursar took back what it had delivered."""
    remote_id = models.BigIntegerField(default=0)
    remote_ref = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(LedgerBatch, models.SET_NULL, null=True, related_name="documents")
    agreed_in = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="agreed_documents")
    agreed_fingerprint = models.CharField(max_length=64, blank=True)
    """What was agreed to: it may be planned anew meanwhile."""
    seen_in = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    """The run that read it last."""
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-day", "key"]
        constraints = [models.UniqueConstraint(fields=["connection", "key"], name="ledger_document_once")]
        indexes = [
            models.Index(fields=["connection", "state", "-day"], name="ledger_by_state"),
            models.Index(fields=["connection", "period"], name="ledger_by_period"),
            models.Index(fields=["connection", "party_code", "vendor_invoice"], name="ledger_by_supplier_no"),
            models.Index(fields=["connection", "number"], name="ledger_by_number"),
            models.Index(fields=["connection", "seen_in"], name="ledger_by_sight"),
            models.Index(fields=["agreed_in"], condition=Q(agreed_in__isnull=False), name="ledger_agreed"),
        ]

    def __str__(self) -> str:
        return self.title or self.key

    @property
    def is_delivered(self) -> bool:
        """Whether the books should have it."""
        return bool(self.marker) and not self.voided


class UnpostedRecord(models.Model):
    """A row of ConnectWise's unposted lists, as it was when last read, and why it did not come if it did not."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    run = models.ForeignKey(Run, models.CASCADE)
    family = models.CharField(max_length=11)
    record = models.CharField(max_length=12)
    unposted_id = models.CharField(max_length=200)
    number = models.CharField(max_length=250, blank=True)
    day = models.DateField(null=True)
    total = models.DecimalField(max_digits=19, decimal_places=2)
    tax = models.DecimalField(max_digits=19, decimal_places=2)
    currency = models.CharField(max_length=3, blank=True)
    company = models.CharField(max_length=250, blank=True)
    account_number = models.CharField(max_length=200, blank=True)
    member = models.CharField(max_length=100, blank=True)
    classification = models.CharField(max_length=40, blank=True)
    location = models.CharField(max_length=100, blank=True)
    document = models.ForeignKey(LedgerDocument, models.SET_NULL, null=True)
    """The document that stands for it; None for expenses, which come as bills of a member, and for what is missing."""
    code = models.CharField(max_length=40, blank=True)
    """Why it is not in the export (`domain.ledger.missing.Reason`)."""
    sentence = models.TextField(blank=True)
    remedy = models.TextField(blank=True)

    class Meta:
        ordering = ["-day", "number"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "family", "unposted_id"], name="unposted_record_once")
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.unposted_id}"


class LedgerException(models.Model):
    """Something of the ledger or payments journey that waits for a person. Open until a run finds it no more."""

    class Journey(models.TextChoices):
        LEDGER = "ledger", "Ledger"
        PAYMENTS = "payments", "Payments"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="ledger_exceptions")
    journey = models.CharField(max_length=8, choices=Journey.choices)
    subject = models.CharField(max_length=250)
    """Key of the document, or `invoice:` and its number."""
    title = models.CharField(max_length=250, blank=True)
    code = models.CharField(max_length=40)
    sentence = models.TextField()
    remedy = models.TextField(blank=True)
    amount = models.DecimalField(max_digits=19, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    document = models.ForeignKey(LedgerDocument, models.CASCADE, null=True, related_name="exceptions")
    run = models.ForeignKey(Run, models.SET_NULL, null=True)
    """The run that saw it last."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["closed_at", "-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "journey", "subject", "code"],
                condition=Q(closed_at__isnull=True),
                name="ledger_exception_open_once",
            )
        ]
        indexes = [models.Index(fields=["connection", "closed_at"], name="ledger_exception_open")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.code}"
