"""How passwords and sessions are kept when nobody has changed anything for a test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import global_settings

ASK = """
import django, json
from django.conf import settings
django.setup()
from django.contrib.auth.hashers import make_password
names = ["PASSWORD_HASHERS", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
         "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS"]
print(json.dumps({**{name: getattr(settings, name) for name in names}, "hash": make_password("x")}))
"""


def settings_of(home: Path, **variables: str) -> dict[str, object]:
    """What a process of its own finds with these variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BURSAR_")}
    own = {"BURSAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "bursar.project.settings", **variables}
    found = subprocess.run(
        [sys.executable, "-c", ASK],
        env=kept | own,
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, object] = json.loads(found.stdout)
    return answer


@pytest.mark.parametrize(("address", "secure"), [("https://bursar.example.com", True), ("", False)])
def test_passwords_are_hashed_as_django_does_and_cookies_follow_the_public_address(
    tmp_path: Path, address: str, *, secure: bool
) -> None:
    found = settings_of(tmp_path, BURSAR_PUBLIC_URL=address)
    assert found["PASSWORD_HASHERS"] == global_settings.PASSWORD_HASHERS
    assert str(found["hash"]).startswith("pbkdf2_sha256$")
    assert (found["SESSION_COOKIE_HTTPONLY"], found["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")
    assert (found["SESSION_COOKIE_SECURE"], found["CSRF_COOKIE_SECURE"]) == (secure, secure)
    assert (found["SECURE_HSTS_SECONDS"] == 0) is not secure
