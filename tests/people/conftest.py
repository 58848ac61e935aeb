"""Three people, made without a page."""

import pytest
from pytest_django import Settings

from bursar.domain.roles import Role
from bursar.store.models import Person

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people(db: None) -> dict[Role, Person]:
    return {role: Person.objects.create_user(f"{role}@example.com", PASSWORD, role=role) for role in Role}
