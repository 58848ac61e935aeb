"""What people say that codes are called in the books."""

import pytest

from bursar.domain.errors import InvalidInput
from bursar.store.models import Book, BookCode, BookReference, Connection
from bursar.usecases.book_codes import map_code, map_codes
from tests.usecases.world import PatientClock

pytestmark = pytest.mark.django_db


def test_a_heading_is_never_usable() -> None:
    connection = Connection.objects.create(name="main")
    book = Book.objects.create(connection=connection, name="Main", kind="tryton", target="/books")
    for code, postable in (("1000", False), ("1100", True)):
        BookReference.objects.create(book=book, kind="account", code=code, postable=postable)
    now = PatientClock().now()
    assert not map_code(book, "account", "1000", "1100", now).unusable
    assert map_code(book, "account", "1000", "", now).unusable, "it would go as 1000, which is a heading"
    with pytest.raises(InvalidInput, match="has no account 1000 that can be used"):
        map_code(book, "account", "1200", "1000", now)


def test_spaces_around_a_code_are_neither_seen_nor_typed() -> None:
    connection = Connection.objects.create(name="main")
    book = Book.objects.create(connection=connection, name="Main", target="/books")
    BookCode.objects.create(book=book, kind="term", source="Net 10 ")
    now = PatientClock().now()
    assert map_code(book, "term", "Net 10", "10 days", now).source == "Net 10 "
    assert map_codes(book, [("term", "Net 10", "10 days")], now) == 0
    assert map_codes(book, [("term", "Net 10", "11 days"), ("term", "Net 1", "1 day")], now) == 2
    assert dict(BookCode.objects.values_list("source", "target")) == {"Net 10 ": "11 days", "Net 1": "1 day"}
