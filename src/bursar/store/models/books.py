"""Books, which documents go to which of them, and what their codes are called there."""

from decimal import Decimal

from django.db import models

from bursar.domain.books.references import ReferenceKind
from bursar.store.models.connections import Connection


class Book(models.Model):
    """A set of books that documents are posted to. Its password is sealed; no read path shows it."""

    class Kind(models.TextChoices):
        PLAINTEXT = "plaintext", "Journal files (beancount and hledger)"
        CSV = "csv", "CSV journal"
        SAGE50 = "sage50", "Sage 50 import file"
        IIF = "iif", "QuickBooks Desktop (IIF)"
        TRYTON = "tryton", "Tryton"

    class State(models.TextChoices):
        CONNECTED = "connected", "Connected"
        NOT_CONNECTED = "not_connected", "Not Connected"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="books")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    target = models.CharField(max_length=300, unique=True)
    """The folder, or address and database: what no second book may write to."""
    place = models.JSONField(default=dict)
    """How to reach it: `folder`, or `url`, `database` and `user`."""
    sealed_secret = models.TextField(blank=True)
    policy = models.JSONField(default=dict)
    """How it wants its documents, by setting name (`usecases/book_settings.py`); absent means default."""
    state = models.CharField(max_length=13, choices=State.choices, default=State.CONNECTED)
    state_reason = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)
    payments_read_to = models.DateTimeField(null=True)
    """Payments that changed before are taken in; moves only when a pull has ended well."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="book_name_once")]

    def __str__(self) -> str:
        return self.name


class LedgerRoute(models.Model):
    """One rule that says which book a document belongs to, or that it belongs to none; the first that holds decides."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="routes")
    position = models.PositiveSmallIntegerField()
    book = models.ForeignKey(Book, models.CASCADE, null=True, related_name="routes")
    """None excludes."""
    reason = models.CharField(max_length=200, blank=True)
    conditions = models.JSONField(default=dict)
    """`locations`, `departments`, `company_types`, `number_prefixes`, `kinds`: each a list; an absent one holds."""

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.position}: {self.book or self.reason}"


class BookCode(models.Model):
    """A code that documents of a book use, and what it is called there; a blank target goes as ConnectWise calls it."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="codes")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value.capitalize()) for kind in ReferenceKind])
    source = models.CharField(max_length=200)
    label = models.CharField(max_length=200, blank=True)
    """The name that ConnectWise knows it by, where it gives one: of a party."""
    target = models.CharField(max_length=200, blank=True)
    unusable = models.BooleanField(default=False)
    """The book keeps such a list, and when it was last read had no usable entry for the code."""
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    """When a document last used it."""

    class Meta:
        ordering = ["kind", "source"]
        constraints = [models.UniqueConstraint(fields=["book", "kind", "source"], name="book_code_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source} → {self.target or self.source}"


class BookReference(models.Model):
    """One entry of a list in the books, as it was when last read: to choose a target from."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="references")
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=200)
    name = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    postable = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "code"]
        constraints = [models.UniqueConstraint(fields=["book", "kind", "code"], name="book_reference_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class BookBalance(models.Model):
    """What one month moved on one account: by Bursar's documents, and as the books say. Debit positive."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="balances")
    period = models.CharField(max_length=7)
    account = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    ours = models.DecimalField(max_digits=19, decimal_places=2)
    theirs = models.DecimalField(max_digits=19, decimal_places=2, null=True)
    """None: these books cannot say."""
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-period", "account", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["book", "period", "account", "currency"], name="book_balance_once")
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.account} {self.currency}"

    @property
    def difference(self) -> Decimal | None:
        """What the books have beyond Bursar's documents; None when they cannot say."""
        return None if self.theirs is None else self.theirs - self.ours
