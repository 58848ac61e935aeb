"""The payments journey: what was paid on invoices according to the books, and our payments in ConnectWise."""

from django.db import models
from django.db.models import Q

from bursar.store.models.books import Book
from bursar.store.models.connections import Connection
from bursar.store.models.exact_decimal import OptionalExactDecimalField
from bursar.store.models.journal import Run


class InvoiceSettlement(models.Model):
    """What one source says was paid on one invoice, and what that asks of ConnectWise."""

    class State(models.TextChoices):
        NEW = "new", "New"
        """Taken in; not compared with ConnectWise yet."""
        WANTED = "wanted", "To write"
        APPLIED = "applied", "Applied"
        EXCEPTION = "exception", "Exception"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="settlements")
    book = models.ForeignKey(Book, models.CASCADE, null=True, related_name="settlements")
    """None: it came in a file."""
    number = models.CharField(max_length=200)
    """The invoice's number in ConnectWise."""
    currency = models.CharField(max_length=3, blank=True)
    allocations = models.JSONField(default=list)
    """What each source says was paid (`domain.payments.claims`)."""
    voided = models.BooleanField(default=False)
    wanted = models.DecimalField(max_digits=19, decimal_places=2)
    """The cash that the source says was paid."""
    newest = models.DateField(null=True)
    company = models.CharField(max_length=250, blank=True)
    invoice_id = models.BigIntegerField(null=True)
    invoice_total = models.DecimalField(max_digits=19, decimal_places=2, null=True)
    present = models.DecimalField(max_digits=19, decimal_places=2, null=True)
    """Cash payments in ConnectWise when last looked; None: never looked."""
    action = models.CharField(max_length=30, blank=True)
    """What would be written: create, update, cancel; several are separated by commas."""
    fingerprint = models.CharField(max_length=64, blank=True)
    """Of all that would be written for this invoice."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.NEW)
    code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    agreed_in = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="agreed_settlements")
    agreed_fingerprint = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField()
    """When the source last said something new of it."""
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-changed_at", "number"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "number"], name="settlement_once"),
        ]
        indexes = [
            models.Index(fields=["connection", "state"], name="settlement_by_state"),
            models.Index(fields=["agreed_in"], condition=Q(agreed_in__isnull=False), name="settlement_agreed"),
        ]

    def __str__(self) -> str:
        return f"invoice {self.number}: {self.wanted}"


class PaymentLink(models.Model):
    """A payment in ConnectWise that Bursar made or changed, and what Bursar last wrote to it."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    payment_id = models.BigIntegerField()
    invoice_id = models.BigIntegerField()
    number = models.CharField(max_length=200)
    amount = OptionalExactDecimalField(null=True)
    day = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "payment_id"], name="payment_link_once")]
        indexes = [models.Index(fields=["connection", "invoice_id"], name="payment_link_by_invoice")]

    def __str__(self) -> str:
        return f"payment {self.payment_id} on {self.number}"
