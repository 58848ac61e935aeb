"""The trail in the database: append-only, tampering of every column found, and given out as CSV (rule 123)."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db import connection as database

from bursar.domain.audit_chain import START
from bursar.domain.errors import InvalidInput
from bursar.store.models import AuditEntry
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.audit import audit_csv, record, verify_audit
from tests.web.visitors import a_connection

pytestmark = pytest.mark.django_db


def some_entries(count: int = 5) -> list[AuditEntry]:
    connection = a_connection()
    with acting_as(Actor("ada@cedarpoint.example", "web", "192.0.2.7")):
        for number in range(count):
            record("configuration saved", f"no {number}", connection=connection, before={"n": number}, after={"é": [1]})
    return list(AuditEntry.objects.order_by("number"))


@contextmanager
def without_triggers() -> Iterator[None]:
    """Somebody who owns the database takes the guards away."""
    statements = (
        ["ALTER TABLE store_auditentry DISABLE TRIGGER audit_no_update"]
        if database.vendor == "postgresql"
        else ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    )
    with database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    yield


def test_an_entry_says_who_what_when_where_and_on_which_connection() -> None:
    first, *_ = some_entries()
    assert (first.number, first.actor, first.channel, first.address, first.connection, first.previous) == (
        1, "ada@cedarpoint.example", "web", "192.0.2.7", "main", START,
    )  # fmt: skip
    assert (first.before, first.after) == ({"n": 0}, {"é": [1]})


def test_a_whole_trail_verifies() -> None:
    entries = some_entries()
    verdict = verify_audit()
    assert (verdict.entries, verdict.head, verdict.fault) == (5, entries[-1].hash, None)
    assert verify_audit(f"  {entries[2].hash.upper()} ").fault is None


FORGERIES = {
    "number": 99,
    "at": None,
    "actor": "mallory",
    "channel": "cli",
    "address": "198.51.100.1",
    "action": "nothing",
    "subject": "nothing",
    "connection": "other",
    "before": {"n": 3},
    "after": None,
    "previous": "0" * 64,
    "hash": "0" * 64,
}


def test_every_column_but_the_row_id_is_guarded() -> None:
    assert {field.name for field in AuditEntry._meta.fields} == {"id", *FORGERIES}


@pytest.mark.parametrize("column", FORGERIES)
def test_tampering_with_a_column_is_found(column: str) -> None:
    victim = some_entries()[2]
    value = FORGERIES[column] if column != "at" else victim.at + timedelta(microseconds=1)
    with without_triggers():
        assert AuditEntry.objects.filter(pk=victim.pk).update(**{column: value}) == 1
    verdict = verify_audit()
    assert verdict.fault is not None
    assert verdict.entries == 2


def test_a_deleted_row_is_found() -> None:
    victim = some_entries()[2]
    with without_triggers():
        AuditEntry.objects.filter(pk=victim.pk).delete()
    fault = verify_audit().fault
    assert fault is not None
    assert fault.sentence == "Entry 3 is missing."


def test_renumbering_after_a_deletion_is_found() -> None:
    entries = some_entries()
    with without_triggers():
        AuditEntry.objects.filter(pk=entries[2].pk).delete()
        for entry in entries[3:]:
            AuditEntry.objects.filter(pk=entry.pk).update(number=entry.number - 1)
    fault = verify_audit().fault
    assert fault is not None
    assert fault.number == 3


def test_a_cut_end_is_found_with_a_head_noted_earlier() -> None:
    entries = some_entries()
    head = verify_audit().head
    with without_triggers():
        AuditEntry.objects.filter(number__gt=3).delete()
    assert verify_audit().fault is None
    fault = verify_audit(head).fault
    assert fault is not None
    assert fault.number == 4
    assert verify_audit(entries[2].hash).fault is None


@pytest.mark.parametrize("text", ["abc", "g" * 64, "0" * 63])
def test_what_cannot_be_a_head_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        verify_audit(text)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store_auditentry SET actor = 'mallory'",
        "UPDATE store_auditentry SET number = number + 100 WHERE number = 1",
        "DELETE FROM store_auditentry",
        "DELETE FROM store_auditentry WHERE number = 5",
    ],
)
def test_the_database_refuses_raw_sql(statement: str) -> None:
    some_entries()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), database.cursor() as cursor:
        cursor.execute(statement)
    assert verify_audit().entries == 5


@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_truncate() -> None:
    some_entries()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), database.cursor() as cursor:
        cursor.execute("TRUNCATE store_auditentry")
    assert verify_audit().entries == 5


def test_the_database_refuses_the_orm() -> None:
    entry = some_entries()[0]
    entry.actor = "mallory"
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(actor="mallory"),
        lambda: AuditEntry.objects.bulk_update([entry], ["actor"]),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert verify_audit().entries == 5


def test_what_is_rolled_back_leaves_no_gap() -> None:
    some_entries(2)
    with transaction.atomic():
        record("never happened", "x")
        transaction.set_rollback(True)
    assert record("happened", "x").number == 3
    assert verify_audit().entries == 3


def test_a_float_is_refused_before_anything_is_written() -> None:
    with pytest.raises(TypeError, match="float"):
        record("configuration saved", "x", after={"markup": 12.5})
    assert not AuditEntry.objects.exists()


def test_removing_a_connection_keeps_its_entries() -> None:
    some_entries()
    connection = a_connection("second")
    record("connection removed", "second", connection=connection)
    connection.delete()
    assert AuditEntry.objects.get(connection="second").action == "connection removed"


def test_the_csv_lets_anybody_check_the_chain() -> None:
    some_entries()
    head = START
    rows = list(csv.DictReader(io.StringIO("".join(audit_csv()), newline="")))
    for row in rows:
        names = ("at", "actor", "channel", "address", "action", "subject", "connection")
        content = {name: row[name] for name in names} | {n: json.loads(row[n]) for n in ("before", "after")}
        text = json.dumps([int(row["number"]), content, head], sort_keys=True, separators=(",", ":"))
        assert row["previous"] == head
        assert row["hash"] == hashlib.sha256(text.encode()).hexdigest()
        head = row["hash"]
    assert (len(rows), head) == (5, verify_audit().head)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_becomes_a_formula(start: str) -> None:
    record("line overridden", f"{start}1+1", after={"note": "=1+1"})
    (row,) = csv.DictReader(io.StringIO("".join(audit_csv()), newline=""))
    assert row["subject"] == f"'{start}1+1"
    assert row["after"] == '{"note": "=1+1"}'
