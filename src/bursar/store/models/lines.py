"""Loads, rejected rows and invoice lines."""

from django.db import models

from bursar.store.models.connections import Connection
from bursar.store.models.exact_decimal import ExactDecimalField, OptionalExactDecimalField
from bursar.store.models.journal import AdditionLink


class Load(models.Model):
    """One reading of a source: what came, what was refused, and whether a month is now complete."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    source = models.TextField()
    digest = models.CharField(max_length=64, blank=True)
    months = models.JSONField(default=list)
    complete = models.BooleanField(default=False)
    added = models.PositiveIntegerField(default=0)
    refreshed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    changed_since_posting = models.PositiveIntegerField(default=0)
    vanished = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-loaded_at", "-id"]

    def __str__(self) -> str:
        return f"{self.source} {self.loaded_at:%Y-%m-%d %H:%M}"


class Rejection(models.Model):
    """A row that could not become a line."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="rejections")
    row_number = models.PositiveIntegerField()
    reason = models.TextField()
    remedy = models.TextField(blank=True)
    raw = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.reason}"


class Line(models.Model):
    """An invoice line of the platform, what a person overrode on it, and the one trace it left."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    line_id = models.TextField()
    month = models.CharField(max_length=7)
    source = models.TextField(blank=True)
    invoice_number = models.TextField()
    invoice_date = models.DateField()
    invoice_status = models.TextField(null=True)
    organization_id = models.TextField()
    organization_name = models.TextField()
    contract_id = models.TextField(null=True)
    offer_id = models.TextField()
    offer_name = models.TextField()
    subscription_id = models.TextField(null=True)
    subscription_name = models.TextField(blank=True)
    charge_type = models.CharField(max_length=20)
    billing_cycle = models.CharField(max_length=20)
    charge_start = models.DateField()
    charge_end = models.DateField()
    quantity = ExactDecimalField()
    unit_price = ExactDecimalField()
    unit_cost = OptionalExactDecimalField(null=True)
    total = models.DecimalField(max_digits=15, decimal_places=2)
    currency = models.CharField(max_length=3)
    # what a person set by hand
    set_company_id = models.BigIntegerField(null=True)
    set_product_id = models.BigIntegerField(null=True)
    set_agreement_id = models.BigIntegerField(null=True)
    set_agreement_name = models.CharField(max_length=120, blank=True, default="")
    """The Agreement's name when it was chosen, for people."""
    set_charge_start = models.DateField(null=True)
    set_charge_end = models.DateField(null=True)
    approved = models.BooleanField(default=False)
    adopt = models.BigIntegerField(null=True)
    keep_both = models.BooleanField(default=False)
    overwrite = models.BooleanField(default=False)
    post_again = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)
    """A person bills it in ConnectWise without Bursar: it neither blocks nor posts."""
    # what the newest plan or posting said; empty once it can be posted, or somebody changed the line
    blocked_code = models.CharField(max_length=40, blank=True, default="")
    blocked_reason = models.TextField(blank=True, default="")
    blocked_remedy = models.TextField(blank=True, default="")
    # what became of it
    last_load = models.ForeignKey(Load, models.PROTECT)
    vanished = models.BooleanField(default=False)
    """Unposted and missing from the newest complete load of its month."""
    changed_values = models.JSONField(null=True)
    """The source's newer values of a posted line; the line itself stays as it was posted (rule 56)."""
    link = models.ForeignKey(AdditionLink, models.PROTECT, null=True)
    posted_total = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    posted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["connection", "month", "organization_id"], name="line_by_organization"),
            models.Index(fields=["connection", "month", "organization_name", "id"], name="line_by_customer"),
            models.Index(fields=["connection", "month", "subscription_id"], name="line_by_subscription"),
            models.Index(fields=["connection", "offer_id", "month"], name="line_by_offer"),
            models.Index(
                fields=["connection", "contract_id", "organization_id", "organization_name"],
                condition=models.Q(contract_id__isnull=False),
                name="line_by_contract",
            ),
            # Everything the Dashboard counts, and only lines that may still be posted: history costs it nothing.
            models.Index(
                fields=[
                    *("connection", "link", "vanished", "organization_id", "offer_id", "invoice_status"),
                    *("set_company_id", "set_product_id", "by_hand", "blocked_code"),
                ],
                condition=models.Q(link__isnull=True),
                name="line_open",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["connection", "line_id"], name="line_once")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.organization_name}"
