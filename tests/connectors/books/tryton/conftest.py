"""A Tryton with an empty company, Bursar's view of it, and somebody who works in it."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from bursar.connectors.books.tryton import TrytonBooks, TrytonCredentials, TrytonOptions
from tests.connectors.books.tryton import company
from tests.connectors.books.tryton.accountant import Accountant
from tests.connectors.books.tryton.cut_transport import CutTransport
from tests.connectors.books.tryton.one_login import OneLogin
from tests.connectors.manual_clock import ManualClock
from tests.tryton_server import TrytonServer

Open = Callable[..., TrytonBooks]


def credentials_for(
    server: TrytonServer, user: str = company.USER, password: str = company.PASSWORD
) -> TrytonCredentials:
    return TrytonCredentials(server.url, server.database, user, password)


@pytest.fixture(scope="session")
def one_login() -> Iterator[OneLogin]:
    transport = OneLogin()
    yield transport
    transport.close_for_good()


@pytest.fixture
def open_books(tryton: TrytonServer, one_login: OneLogin) -> Iterator[Open]:
    """Open the book, through a transport of the test's own if it has one."""
    opened: list[TrytonBooks] = []

    def open_books(
        transport: httpx2.BaseTransport | None = None,
        options: TrytonOptions | None = None,
        credentials: TrytonCredentials | None = None,
    ) -> TrytonBooks:
        found = credentials or credentials_for(tryton)
        if isinstance(transport, CutTransport):
            transport.inner = one_login
        transport = transport or one_login
        books = TrytonBooks(found, options, name="Main", transport=transport, clock=ManualClock())
        opened.append(books)
        return books

    yield open_books
    for books in opened:
        books.close()


@pytest.fixture
def books(open_books: Open) -> TrytonBooks:
    return open_books()


@pytest.fixture
def accountant(tryton: TrytonServer) -> Accountant:
    return Accountant(tryton.admin)
