"""Key rotation: every secret under the new key, and no moment at which a crash loses one."""

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet

from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.store.key_file import sole_rotation
from bursar.store.models import AuditEntry, Connection, Person
from bursar.store.queries.sealed_secrets import sealed_secrets
from bursar.store.vault import open_sealed, seal
from bursar.usecases.connections import add_connection
from bursar.usecases.rotate_keys import NotAllResealed, rotate_keys
from tests.connections.entering import SECRET, entered

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def keys(home: Path) -> list[str]:
    return (home / "encryption.key").read_text().split()


@pytest.fixture
def person(db: None) -> Person:
    """Somebody with a second factor and recovery codes."""
    person = Person.objects.create_user("ada@example.com")
    TOTP.activate(person, TOTP_SECRET)
    RecoveryCodes.activate(person)
    return person


def code_now() -> str:
    return format_hotp_value(hotp_value(TOTP_SECRET, next(yield_hotp_counters_from_time())))


def test_second_factors_are_sealed_at_rest_and_work(person: Person) -> None:
    rows = Authenticator.objects.filter(user=person)
    assert TOTP_SECRET not in str([row.data for row in rows])
    totp = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    assert TOTP(totp).validate_code(code_now())


def test_every_secret_is_sealed_anew_and_the_old_key_goes(connection: Connection, person: Person, home: Path) -> None:
    [old] = keys(home)
    codes = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)).generate_codes()
    done = rotate_keys()
    assert (done.resealed, done.dropped, done.kept, done.from_environment) == (3, 1, 0, False)
    [new] = keys(home)
    assert new != old
    assert (home / "encryption.key").stat().st_mode & 0o077 == 0
    for secret in sealed_secrets():
        Fernet(new).decrypt(secret.sealed.encode())
    assert open_sealed(Connection.objects.get().sealed_private_key) == SECRET
    assert TOTP(Authenticator.objects.get(type=Authenticator.Type.TOTP)).validate_code(code_now())
    again = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)).generate_codes()
    assert again == codes
    entry = AuditEntry.objects.get(action="encryption key rotated")
    assert entry.after == {"resealed": 3, "dropped": 1, "kept": 0}


def test_old_keys_may_stay(connection: Connection, home: Path) -> None:
    [old] = keys(home)
    done = rotate_keys(keep_old=True)
    assert (done.dropped, done.kept) == (0, 1)
    assert keys(home)[1] == old
    assert rotate_keys().dropped == 2


def test_a_secret_that_no_key_opens_stops_everything_and_loses_nothing(connection: Connection, home: Path) -> None:
    other = add_connection(entered(name="other"))
    Connection.objects.filter(pk=other.pk).update(
        sealed_private_key=Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    )
    [old] = keys(home)
    with pytest.raises(NotConfigured, match="cannot be opened"):
        rotate_keys()
    assert old in keys(home)
    assert open_sealed(Connection.objects.get(name="main").sealed_private_key) == SECRET


RESEALED_BEFORE = {"before the first secret": 0, "between two secrets": 1, "before the old key goes": 2}
"""The moment of a crash → how many of two secrets were sealed anew by then."""


@pytest.mark.parametrize("moment", RESEALED_BEFORE)
def test_a_crash_leaves_everything_readable_and_the_next_run_finishes(
    connection: Connection, home: Path, moment: str
) -> None:
    """What a killed process leaves is what stands in file and rows up to that moment."""
    add_connection(entered(name="other"))
    with sole_rotation() as file:
        assert file is not None
        file.put_new_key_first()
    for row in Connection.objects.order_by("pk")[: RESEALED_BEFORE[moment]]:
        row.sealed_private_key = seal(open_sealed(row.sealed_private_key))
        row.save()
    assert {open_sealed(row.sealed_private_key) for row in Connection.objects.all()} == {SECRET}
    assert rotate_keys().dropped == 2
    assert len(keys(home)) == 1
    assert {open_sealed(row.sealed_private_key) for row in Connection.objects.all()} == {SECRET}


def test_a_secret_sealed_with_an_old_key_at_the_last_moment_brings_the_old_keys_back(
    connection: Connection, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that read the keys before the rotation commits in the moment in which the file is replaced."""
    late = seal(SECRET)
    replaced = Path.replace

    def replace(source: Path, target: Path) -> Path:
        result = replaced(source, target)
        if len(keys(home)) == 1:
            Connection.objects.update(sealed_private_key=late)
        return result

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(NotAllResealed, match="last moment"):
        rotate_keys()
    assert open_sealed(Connection.objects.get().sealed_private_key) == SECRET
    monkeypatch.undo()


def test_only_one_rotation_at_a_time(connection: Connection) -> None:
    with sole_rotation(), pytest.raises(InvalidInput, match="already"):
        rotate_keys()


def test_keys_from_the_environment_are_told_how_to_change(
    connection: Connection, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [old] = keys(home)
    new = Fernet.generate_key().decode()
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", old)
    with pytest.raises(NotConfigured) as caught:
        rotate_keys()
    assert "in front of the present one" in caught.value.remedy
    assert old not in caught.value.remedy
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", f"{new},{old}")
    done = rotate_keys()
    assert (done.resealed, done.kept, done.from_environment) == (1, 1, True)
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", new)
    assert open_sealed(Connection.objects.get().sealed_private_key) == SECRET
