"""Organizations, offers and contracts, and what each is in ConnectWise."""

from django.db import models

from bursar.domain.mapping import MappingState
from bursar.store.models.connections import Connection

STATES = [(state.value, state.value) for state in MappingState]


class Organization(models.Model):
    """A customer of the platform, first seen in a loaded line."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    organization_id = models.TextField()
    name = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default=MappingState.UNMAPPED)
    posting = models.BooleanField(default=False)
    """In pilot mode: whether its lines may be posted; the others can be previewed only (rule 150)."""

    class Meta:
        indexes = [models.Index(fields=["connection", "state"], name="organization_by_state")]
        constraints = [models.UniqueConstraint(fields=["connection", "organization_id"], name="organization_once")]

    def __str__(self) -> str:
        return self.name


class OrganizationCompany(models.Model):
    """One ConnectWise company of an organization; there may be several (rule 41)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="companies")
    company_id = models.BigIntegerField()
    company_identifier = models.CharField(max_length=160, blank=True)
    company_name = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "company_id"], name="company_once")]

    def __str__(self) -> str:
        return f"{self.company_name} ({self.company_id})"


class Offer(models.Model):
    """An offer of the platform and its product in the ConnectWise catalogue."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    offer_id = models.TextField()
    name = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default=MappingState.UNMAPPED)
    product_id = models.BigIntegerField(null=True)
    product_identifier = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "state"], name="offer_by_state")]
        constraints = [models.UniqueConstraint(fields=["connection", "offer_id"], name="offer_once")]

    def __str__(self) -> str:
        return self.name


class Contract(models.Model):
    """An invoice contract whose lines belong on an agreement that already exists."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    contract_id = models.TextField()
    agreement_id = models.BigIntegerField()
    agreement_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "contract_id"], name="contract_once")]

    def __str__(self) -> str:
        return f"{self.contract_id} → {self.agreement_id}"
