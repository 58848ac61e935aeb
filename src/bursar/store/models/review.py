"""What a whole plan found beside the lines: Additions made by hand, edits made in ConnectWise, and variances."""

from django.db import models

from bursar.store.models.connections import Connection
from bursar.store.models.exact_decimal import ExactDecimalField
from bursar.store.models.journal import AdditionLink, Run


class HandAddition(models.Model):
    """An Addition that a person made, as the plan found it, and the line it could stand for (rule 99)."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="hand_additions")
    company_id = models.BigIntegerField()
    company_name = models.CharField(max_length=160, blank=True)
    agreement_id = models.BigIntegerField()
    agreement_name = models.CharField(max_length=120, blank=True)
    addition_id = models.BigIntegerField()
    product_id = models.BigIntegerField()
    product_identifier = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    quantity = ExactDecimalField()
    unit_price = ExactDecimalField()
    total = models.DecimalField(max_digits=15, decimal_places=2)
    currency = models.CharField(max_length=3, blank=True)
    effective = models.DateField(null=True)
    cancelled = models.DateField(null=True)
    line_id = models.TextField(blank=True)
    """The line that it seems to bill; empty when none fits."""
    evidence = models.JSONField(default=list)
    """What speaks for that line, as sentences."""
    score = models.PositiveSmallIntegerField(default=0)
    """How much speaks for it, 0 to 100."""

    class Meta:
        indexes = [models.Index(fields=["run", "company_name", "id"], name="hand_by_company")]
        constraints = [models.UniqueConstraint(fields=["run", "addition_id"], name="hand_addition_once")]

    def __str__(self) -> str:
        return f"Addition {self.addition_id} on Agreement {self.agreement_id}"


class Drift(models.Model):
    """An Addition of ours that somebody changed, ended or deleted in ConnectWise since it was written (rule 97)."""

    class Kind(models.TextChoices):
        EDITED = "edited"
        ENDED = "ended"
        DELETED = "deleted"

    run = models.ForeignKey(Run, models.CASCADE, related_name="drifts")
    link = models.ForeignKey(AdditionLink, models.CASCADE)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    company_id = models.BigIntegerField()
    company_name = models.CharField(max_length=160, blank=True)
    agreement_name = models.CharField(max_length=120, blank=True)
    edits = models.JSONField(default=dict)
    """Field → [what Bursar wrote, what is there now], in the form of field_json."""
    line_id = models.TextField(blank=True)
    """The newest line behind the Addition."""

    class Meta:
        indexes = [models.Index(fields=["run", "company_name", "id"], name="drift_by_company")]
        constraints = [models.UniqueConstraint(fields=["run", "link"], name="drift_once")]

    def __str__(self) -> str:
        return f"Addition {self.link_id} {self.kind}"


class Variance(models.Model):
    """One customer's product in one month: what the platform says, what ConnectWise bills, what was last month."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="variances")
    company_id = models.BigIntegerField()
    company_name = models.CharField(max_length=160, blank=True)
    product_id = models.BigIntegerField()
    product_identifier = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3)
    platform_quantity = ExactDecimalField()
    platform_amount = models.DecimalField(max_digits=15, decimal_places=2)
    psa_quantity = ExactDecimalField()
    psa_amount = models.DecimalField(max_digits=15, decimal_places=2)
    """As things were when the plan was made."""
    planned_quantity = ExactDecimalField()
    planned_amount = models.DecimalField(max_digits=15, decimal_places=2)
    """As things will be in ConnectWise once the plan is posted."""
    last_quantity = ExactDecimalField()
    last_amount = models.DecimalField(max_digits=15, decimal_places=2)
    difference = models.DecimalField(max_digits=15, decimal_places=2)
    """What ConnectWise will bill more (positive) or less (negative) than the platform, once the plan is posted."""
    alerts = models.CharField(max_length=200, blank=True)
    """What is remarkable, as names between commas, one at each end too: ",still_billed,price_change,"."""
    details = models.JSONField(default=list)
    """A sentence per alert."""
    rank = models.CharField(max_length=161, blank=True)
    """What is remarkable first, then by customer: 0 or 1, and the company's name."""

    class Meta:
        indexes = [
            models.Index(fields=["run", "company_name", "id"], name="variance_by_company"),
            models.Index(fields=["run", "rank", "id"], name="variance_by_rank"),
            # What the Dashboard counts, so that its cost depends on what is remarkable and not on how much was billed.
            models.Index(
                fields=["run", "alerts", "company_id", "product_id"],
                condition=~models.Q(alerts=""),
                name="variance_with_alert",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "company_id", "product_id", "currency"], name="variance_once")
        ]

    def __str__(self) -> str:
        return f"{self.company_name}: {self.product_identifier} {self.difference} {self.currency}"


class Mute(models.Model):
    """A variance that nobody wants to hear of until a day, and why (rule 146)."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    company_id = models.BigIntegerField()
    product_id = models.BigIntegerField()
    reason = models.TextField()
    until = models.DateField()
    """The last day on which it is silent."""
    muted_by = models.CharField(max_length=200)
    muted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "company_id", "product_id"], name="mute_once"),
        ]

    def __str__(self) -> str:
        return f"until {self.until}: {self.reason}"
