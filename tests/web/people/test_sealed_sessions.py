"""What a session holds cannot be read in the database."""

import re
import zlib

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing

from tests.web.people.conftest import Cast, browser_of
from tests.web.people.test_two_factor import ACTIVATE, confirm


def test_the_secret_of_a_second_factor_is_never_in_the_session_table(cast: Cast) -> None:
    browser = browser_of(cast.viewer)
    confirm(browser)
    found = re.search(r'id="totp-secret"[^>]*>([A-Z2-7]+)<', browser.get(ACTIVATE).content.decode())
    assert found
    assert found[1] in browser.session.values()
    stored = [row.session_data for row in Session.objects.all()]
    assert stored
    for data in stored:
        opened = signing.b64_decode(data.split(":")[0].lstrip(".").encode())
        text = zlib.decompress(opened) if data.startswith(".") else opened
        assert found[1].encode() not in text


def test_a_session_that_no_key_opens_is_empty(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browser_of(cast.viewer)
    key = browser.cookies["sessionid"].value
    assert SessionStore(key).load()
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", Fernet.generate_key().decode())
    assert SessionStore(key).load() == {}
    assert browser.get("/profile/").status_code == 302
