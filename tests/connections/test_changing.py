"""Add, edit, default, remove: what is checked, what is kept, what the audit says."""

import json

import pytest
from django.utils import timezone

from bursar.domain.errors import InvalidInput, NotConfigured, Unavailable, WrongKey
from bursar.domain.psa import PsaInfo
from bursar.store.models import AuditEntry, Book, Connection, Line, ListEntry, Load, Offer, Organization, Posting, Run
from bursar.store.vault import open_sealed
from bursar.usecases.check_connection import Check
from bursar.usecases.connection_state import mark_connected, mark_refused
from bursar.usecases.connections import (
    add_connection,
    change_behaviour,
    edit_connection,
    make_default,
    remove_connection,
    replace_keys,
    set_option,
)
from bursar.usecases.credentials import MASK
from bursar.usecases.start_over import CompanyChanged
from tests.connections.entering import SECRET, entered

GOOD = Check(PsaInfo("Acme", "v2026.1", "v2026_1"))


def test_a_tested_connection_is_connected_and_an_untested_one_is_not(db: None) -> None:
    tested = add_connection(entered(), check=GOOD)
    assert (tested.connected, tested.version) == (True, "v2026.1")
    assert tested.checked_at is not None
    untested = add_connection(entered(name="b"), untested=True)
    assert (untested.connected, untested.state_reason) == (False, "These credentials have not been tested yet.")


def test_no_audit_entry_holds_a_key(connection: Connection) -> None:
    edit_connection(connection, entered(private_key="ANOTHERprivate", public_key="Zz98Yy76Xx54Ww32"), check=GOOD)
    remove_connection(connection)
    entries = list(AuditEntry.objects.order_by("number"))
    assert [entry.action for entry in entries] == ["connection added", "connection changed", "connection removed"]
    told = json.dumps([[entry.before, entry.after] for entry in entries])
    for secret in (SECRET, "ANOTHERprivate", "Zz98Yy76Xx54Ww32", "Ab12Cd34Ef56Gh78", entered().client_id):
        assert secret not in told
    assert entries[1].after["private_key"] == "replaced"
    assert (entries[1].before["public_key"], entries[1].after["public_key"]) == ("Ab12…", "Zz98…")


@pytest.mark.parametrize("key", ["", "  ", MASK])
def test_the_mask_keeps_the_key(connection: Connection, key: str) -> None:
    edit_connection(connection, entered(private_key=key, public_key="Zz98"), check=GOOD)
    assert open_sealed(Connection.objects.get().sealed_private_key) == SECRET
    assert connection.public_key == "Zz98"


@pytest.mark.parametrize("url", ["https://evil.example", "https://na.myconnectwise.net:8443", "http://localhost"])
def test_a_kept_key_stays_with_its_site(connection: Connection, url: str) -> None:
    with pytest.raises(InvalidInput, match="another site"):
        edit_connection(connection, entered(private_key=MASK, url=url), check=GOOD)
    edit_connection(connection, entered(url=url), check=GOOD)
    assert Connection.objects.get().url == url


@pytest.mark.parametrize(
    "changes",
    [
        *({"name": ""}, {"company": " "}, {"client_id": ""}, {"public_key": ""}, {"private_key": ""}, {"url": ""}),
        *({"private_key": MASK}, {"private_key": "***"}, {"name": "x" * 81}, {"name": "a\x1bb"}, {"kind": "soap"}),
    ],
)
def test_what_cannot_be_stored(db: None, changes: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        add_connection(entered(**changes))
    assert not Connection.objects.exists()


def test_names_are_taken_once(connection: Connection) -> None:
    other = add_connection(entered(name="other"))
    with pytest.raises(InvalidInput, match="already"):
        edit_connection(other, entered(name="main"))
    with pytest.raises(InvalidInput, match="already"):
        change_behaviour(other, "main", {"concurrency": "4"})
    other.refresh_from_db()
    assert (other.name, other.options) == ("other", {})


def test_the_type_stays(connection: Connection) -> None:
    edit_connection(connection, entered(kind="something else"), check=GOOD)
    assert Connection.objects.get().kind == Connection.Kind.CONNECTWISE_REST


def test_the_first_is_the_default_until_another_displaces_it(connection: Connection) -> None:
    second, third = add_connection(entered(name="second")), add_connection(entered(name="third"), default=True)
    assert [c.name for c in Connection.objects.filter(is_default=True)] == ["third"]
    make_default(second)
    assert [c.name for c in Connection.objects.filter(is_default=True)] == ["second"]
    number = AuditEntry.objects.count()
    make_default(second)
    assert AuditEntry.objects.count() == number
    assert third.pk


@pytest.mark.parametrize("state", Run.ACTIVE)
def test_an_active_run_keeps_its_connection_where_it_is(connection: Connection, state: Run.State) -> None:
    run = Run.objects.create(connection=connection, verb="post lines", state=state)
    with pytest.raises(InvalidInput, match="is active"):
        remove_connection(connection, with_history=True)
    with pytest.raises(InvalidInput, match="is active"):
        edit_connection(connection, entered(url="https://eu.myconnectwise.net"), check=GOOD)
    replace_keys(connection, "Zz98", "new", check=GOOD)  # new keys do no harm
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE)
    remove_connection(connection)
    assert not Connection.objects.exists()


def history_of(connection: Connection) -> None:
    Organization.objects.create(connection=connection, organization_id="o", name="Harbour")
    Offer.objects.create(connection=connection, offer_id="x", name="Mail")
    Load.objects.create(connection=connection, source="september.csv", digest="d")
    ListEntry.objects.create(connection=connection, kind="agreement_type", remote_id=1, name="Cloud")
    run = Run.objects.create(connection=connection, verb="post lines", state=Run.State.DONE)
    open_row = Posting(connection=connection, run=run, stage=0, key="k", action="create", resource="addition", after={})
    open_row.state = Posting.State.UNKNOWN
    open_row.save()
    connection.billing = {"agreement_type": {"id": 1, "name": "Cloud"}, "skip_zero_lines": "yes"}
    connection.save()


def test_another_company_needs_a_reset_that_takes_what_belongs_to_the_old_one(connection: Connection) -> None:
    history_of(connection)
    with pytest.raises(CompanyChanged, match="'acme', not to 'newco'"):
        edit_connection(connection, entered(company="newco"), check=GOOD)
    assert Organization.objects.exists()
    book = Book.objects.create(connection=connection, name="Main", payments_read_to=timezone.now())
    connection.billing = {"agreement.location_id": "2", "agreement.department_id": "3", "skip_zero_lines": "yes"}
    connection.save(update_fields=["billing"])
    edit_connection(connection, entered(company="newco"), check=GOOD, reset=True)
    assert Connection.objects.get().billing == {"skip_zero_lines": "yes"}
    for table in (Organization, Offer, Load, ListEntry, Line):
        assert not table.objects.exists(), table
    book.refresh_from_db()
    assert book.payments_read_to is None, "payments are read from the beginning, for the new company's invoices"
    assert Run.objects.count() == 1
    assert Posting.objects.get().state == Posting.State.FAILED
    assert connection.billing == {"skip_zero_lines": "yes"}
    assert (connection.company, connection.former_company) == ("newco", "")
    assert "connection reset" in AuditEntry.objects.values_list("action", flat=True)


def test_a_company_id_has_no_case(connection: Connection) -> None:
    history_of(connection)
    edit_connection(connection, entered(company="ACME", private_key=MASK), check=GOOD)
    assert Organization.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("concurrency", "0"), ("concurrency", "65"), ("timeout", "0"), ("timeout", "many"), ("requests_per_minute", "٣")],
)
def test_options_that_would_break_the_next_call(connection: Connection, name: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        set_option(connection, name, value)
    assert connection.options == {}


def test_what_a_call_proves_is_noted_for_its_own_credentials_only(connection: Connection) -> None:
    now = timezone.now()
    before = Connection.objects.get()
    assert mark_refused(connection, Unavailable("silent"), now) is False
    assert mark_refused(connection, WrongKey("refused"), now) is True
    assert Connection.objects.get().state_reason == "refused"
    edit_connection(connection, entered(private_key="new"), check=GOOD)
    assert mark_refused(before, WrongKey("an answer to the old key"), now) is False
    assert Connection.objects.get().connected
    Connection.objects.update(state=Connection.State.DISCONNECTED, sealed_private_key="")
    mark_connected(connection, GOOD.info, now)
    assert Connection.objects.get().state == Connection.State.DISCONNECTED


def test_a_connection_without_a_key_opens_nothing(connection: Connection) -> None:
    Connection.objects.update(sealed_private_key="")
    with pytest.raises(NotConfigured, match="no private key"):
        open_sealed(Connection.objects.get().sealed_private_key)
