"""People who may log in, invitations, and tokens of the REST API. Passwords and tokens are kept as digests only."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from bursar.domain.roles import Role

ROLES = [(role.value, role.value) for role in Role]


class People(BaseUserManager["Person"]):
    """Makes and finds people by e-mail address, whatever its case."""

    def create_user(
        self, email: str, password: str | None = None, *, name: str = "", role: str = Role.VIEWER
    ) -> "Person":
        """Store a person; without a password only single sign-on lets them in."""
        person = self.model(email=self.normalize_email(email).lower(), name=name, role=role)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody with a login and one role. People who left are deactivated, never deleted: the audit names them."""

    class Theme(models.TextChoices):
        AUTO = "auto"
        LIGHT = "light"
        DARK = "dark"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=13, choices=ROLES, default=Role.VIEWER)
    is_active = models.BooleanField(default=True)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    time_zone = models.CharField(max_length=64, blank=True)
    """IANA name; empty follows the browser."""
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[People] = People()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="person_once")]

    def __str__(self) -> str:
        return self.name or self.email


class Invitation(models.Model):
    """A code with which one more person can join. It is shown once and kept as a digest."""

    email = models.EmailField()
    role = models.CharField(max_length=13, choices=ROLES)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, models.CASCADE, related_name="invitations")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.email


class ApiToken(models.Model):
    """A token of the REST API: never stronger than its role, and never stronger than its person's role now."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=13, choices=ROLES)
    hint = models.CharField(max_length=12)
    """Its first characters, enough to recognise it by."""
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
