"""Secrets at rest: sealed, opened with the right key only, and every other case told in a sentence."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bursar.domain.errors import NotConfigured
from bursar.store.vault import open_sealed, seal


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BURSAR_HOME", str(tmp_path))
    for name in ("BURSAR_ENCRYPTION_KEY", "BURSAR_ENCRYPTION_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_first_secret_makes_a_key_that_only_its_owner_may_read(home: Path) -> None:
    sealed = seal("private")
    assert "private" not in sealed
    assert open_sealed(sealed) == "private"
    assert (home / "encryption.key").stat().st_mode & 0o077 == 0


def test_a_missing_key_is_told_and_never_replaced_when_something_is_opened(home: Path) -> None:
    sealed = seal("private")
    (home / "encryption.key").unlink()
    with pytest.raises(NotConfigured, match="missing"):
        open_sealed(sealed)
    assert not (home / "encryption.key").exists()


def test_a_key_file_that_others_can_read_is_refused(home: Path) -> None:
    sealed = seal("private")
    (home / "encryption.key").chmod(0o644)
    with pytest.raises(NotConfigured, match="others"):
        open_sealed(sealed)


def test_what_is_no_key_is_told_without_showing_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal("private")
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", "not-a-key")
    with pytest.raises(NotConfigured) as caught:
        open_sealed(sealed)
    assert "not-a-key" not in caught.value.sentence + caught.value.remedy


def test_another_key_opens_nothing_and_an_older_one_beside_the_new_one_does(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = seal("private")
    old, new = (home / "encryption.key").read_text().strip(), Fernet.generate_key().decode()
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", new)
    with pytest.raises(NotConfigured, match="cannot be opened"):
        open_sealed(sealed)
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", f"{new},{old}")
    assert open_sealed(sealed) == "private"
