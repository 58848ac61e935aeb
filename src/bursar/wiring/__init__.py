"""The only package that builds adapters from connections and hands them to use cases."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import httpx2

from bursar.connectors.billing.csvfile.amounts import DECIMAL_STYLES
from bursar.connectors.billing.csvfile.by_period import PeriodSource, PushedMonth
from bursar.connectors.billing.csvfile.days import DATE_STYLES
from bursar.connectors.billing.csvfile.preview import WORD_FIELDS, Check, Preview, check, first_guess, fit, preview
from bursar.connectors.billing.csvfile.profile import Profile, load_profile
from bursar.connectors.billing.csvfile.saved_profiles import ENCODINGS, parse_document, shareable
from bursar.connectors.billing.csvfile.schema import SCHEMA, LineField, heading_key, known_field, label
from bursar.connectors.billing.csvfile.shipped_profiles import SHIPPED_PROFILES
from bursar.connectors.billing.csvfile.source import FileSource, FolderSource, open_source, source_digest
from bursar.connectors.books.files.adapter import FileBooks, Layout
from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.connectors.books.tryton.adapter import TRAITS as TRYTON_TRAITS
from bursar.connectors.books.tryton.adapter import TrytonBooks
from bursar.connectors.books.tryton.credentials import TrytonCredentials
from bursar.connectors.connectwise.client import ConnectWise
from bursar.connectors.connectwise.credentials import Credentials
from bursar.connectors.connectwise.options import Options
from bursar.connectors.connectwise.web_pages import agreement_page, agreements_page
from bursar.connectors.system_clock import SystemClock
from bursar.domain.books.traits import Traits
from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.ports import Books, Clock
from bursar.store.models import Book, ColumnProfile, Connection, Delivery
from bursar.store.vault import open_sealed
from bursar.usecases.column_profiles import checked_name, find_profile, save_profile, saved_profile, saved_profiles
from bursar.usecases.deliveries import Loadable, content_of, delivery_of, pushed_deliveries
from bursar.usecases.deliveries import loadable_months as put_together
from bursar.usecases.run_requests import CANONICAL, LoadRequest, nothing_stored

__all__ = [
    "DATE_STYLES",
    "DECIMAL_STYLES",
    "ENCODINGS",
    "SCHEMA",
    "SHIPPED_PROFILES",
    "WORD_FIELDS",
    "Check",
    "LineField",
    "Preview",
    "SystemClock",
    "agreement_page",
    "agreements_page",
    "asked_source",
    "book_traits",
    "books_adapter",
    "check_of",
    "connectwise",
    "heading_key",
    "keep_profile",
    "known_field",
    "label",
    "line_source",
    "loadable_months",
    "opened_books",
    "period_source",
    "preview_of",
    "profile_document",
    "proposed_profile",
    "source_digest",
]


class OpenBooks(Books, Protocol):
    """Books that hold something of the machine until they are closed."""

    def close(self) -> None: ...


UNSAVED = "unsaved"
"""What a profile is called in messages before it has a name."""
FINDS_ROWS = ("format", "encoding", "delimiter", "sheet", "header_row")
"""Settings that say where the rows are, not what is in them."""


def connectwise(
    connection: Connection, transport: httpx2.BaseTransport | None = None, clock: Clock | None = None
) -> ConnectWise:
    """The ConnectWise behind a connection. Tests hand in a transport and a clock; nobody else does."""
    given = connection.options
    rate = int(given.get("requests_per_minute", 900))
    seconds = float(given.get("timeout", 60))
    return ConnectWise(
        Credentials(
            url=connection.url,
            company=connection.company,
            public_key=connection.public_key,
            private_key=open_sealed(connection.sealed_private_key),
            client_id=connection.client_id,
        ),
        Options(
            concurrency=int(given.get("concurrency", 8)),
            requests_per_minute=rate or None,
            connect_timeout=min(10.0, seconds),
            read_timeout=seconds,
            marker_field=given.get("marker_field"),
            home_currency=str(given.get("home_currency", "")),
        ),
        transport=transport,
        clock=clock,
    )


def books_adapter(book: Book, transport: httpx2.BaseTransport | None = None, clock: Clock | None = None) -> OpenBooks:
    """The books behind a row, to be closed by the caller. Tests hand in a transport and a clock; nobody else does."""
    place: Mapping[str, str] = book.place
    if book.kind == Book.Kind.PLAINTEXT:
        return PlaintextBooks(Path(place["folder"]), name=book.name)
    if book.kind == Book.Kind.TRYTON:
        secret = open_sealed(book.sealed_secret, book.name)
        credentials = TrytonCredentials(place["url"], place["database"], place["user"], secret)
        return TrytonBooks(credentials, name=book.name, transport=transport, clock=clock)
    currency = str(book.policy.get("currency", ""))
    return FileBooks(Path(place["folder"]), Layout(book.kind), name=book.name, currency=currency)


def book_traits(book: Book) -> Traits:
    """What the books behind a row can do. Nothing is asked of them, and no password is needed."""
    if book.kind == Book.Kind.TRYTON:
        return TRYTON_TRAITS
    with closing(books_adapter(book)) as adapter:
        return adapter.traits


@contextmanager
def opened_books(connection: Connection) -> Iterator[Mapping[int, Books]]:
    """The adapters of all books of a connection, by the id of their rows."""
    with ExitStack() as stack:
        rows = Book.objects.filter(connection=connection)
        yield {book.pk: stack.enter_context(closing(books_adapter(book))) for book in rows}


def line_source(path: Path, profile: str, connection: Connection | None = None) -> FileSource | FolderSource:
    """A file or folder of invoice lines, read through a column profile: shipped, saved, or a path."""
    return open_source(path, profile_named(profile, connection))


def profile_named(name: str, connection: Connection | None = None) -> Profile:
    """A shipped or saved column profile by its name, or one from a JSON file. Raises InvalidInput."""
    saved = saved_profile(connection, name) if connection and name not in SHIPPED_PROFILES else None
    return load_profile(name) if saved is None else parse_document(saved.document, name)


def keep_profile(connection: Connection, name: str, document: Mapping[str, object]) -> ColumnProfile:
    """Check a column profile and save it under a name, in place of the one that had it. Raises InvalidInput."""
    wanted = checked_name(name, SHIPPED_PROFILES)
    return save_profile(connection, wanted, shareable(document, wanted))


@contextmanager
def asked_source(connection: Connection, asked: LoadRequest) -> Iterator[FileSource | FolderSource | PeriodSource]:
    """What a load was asked to read. Raises InvalidInput when there is nothing, or it cannot be used."""
    if asked.delivery is not None:
        delivery = delivery_of(connection, asked.delivery)
        with delivered_file(delivery) as path:
            yield FileSource(path, profile_named(asked.profile or delivery.profile or CANONICAL, connection))
    elif asked.path:
        yield line_source(*asked.place(), connection)
    else:
        source = period_source(connection, asked.profile)
        if source is None:
            raise nothing_stored()
        yield source


def period_source(connection: Connection, profile: str = "") -> PeriodSource | None:
    """Everything the connection can load by period; None when it has neither a stored source nor pushed lines."""
    pushed = {Month.parse(row.month): row for row in pushed_deliveries(connection)}
    if not connection.source and not pushed:
        return None
    months = {month: PushedMonth(row.digest, partial(content_of, row)) for month, row in pushed.items()}
    return PeriodSource(_stored(connection, profile), months)


def loadable_months(connection: Connection) -> Loadable:
    """What can be loaded by period, month by month (rules 45 and 52). Only names of files are read."""
    try:
        stored = _stored(connection)
        files = stored.names() if isinstance(stored, FolderSource) else {}
    except InvalidInput as problem:
        return put_together(connection, {}, problem=problem)
    return put_together(connection, files, single_file=stored.name if isinstance(stored, FileSource) else "")


def _stored(connection: Connection, profile: str = "") -> FileSource | FolderSource | None:
    if not connection.source:
        return None
    return line_source(Path(connection.source["path"]), profile or connection.source["profile"], connection)


@contextmanager
def delivered_file(delivery: Delivery) -> Iterator[Path]:
    """The content as a file under its own name, gone afterwards."""
    with TemporaryDirectory(prefix="bursar-") as folder:
        path = Path(folder) / delivery.name
        path.write_bytes(delivery.content)
        yield path


def preview_of(delivery: Delivery, document: Mapping[str, object]) -> Preview:
    """The first rows of an upload, read through a profile that may not be saved yet. Faults are in the answer."""
    with delivered_file(delivery) as path:
        try:
            profile, fault = parse_document(document, UNSAVED), None
        except InvalidInput as problem:
            profile, fault = _as_far_as_possible(document), problem
        seen = preview(path, profile)
    return seen if fault is None else replace(seen, problem=fault)


def _as_far_as_possible(document: Mapping[str, object]) -> Profile:
    """What is needed to find the rows of a file, of a profile that has mistakes elsewhere."""
    try:
        return parse_document({name: document[name] for name in FINDS_ROWS if name in document}, UNSAVED)
    except InvalidInput:
        return load_profile(CANONICAL)


def check_of(delivery: Delivery, document: Mapping[str, object]) -> Check:
    """What a load of the whole upload would find; nothing is loaded. Raises InvalidInput."""
    profile = parse_document(document, UNSAVED)
    with delivered_file(delivery) as path:
        return check(path, profile)


def proposed_profile(delivery: Delivery) -> tuple[str, dict[str, object]]:
    """The profile to begin with: the one it was read with, else the one that fits best, else a guess without a name."""
    connection = delivery.connection
    if delivery.profile:
        return delivery.profile, profile_document(connection, delivery.profile)
    names = [*saved_profiles(connection).values_list("name", flat=True), *SHIPPED_PROFILES]
    with delivered_file(delivery) as path:
        fits = {name: fit(path, profile_named(name, connection)) for name in names}
        best = max(fits, key=lambda name: fits[name])
        if fits[best][0]:
            return best, profile_document(connection, best)
        return "", _document(first_guess(path, load_profile(CANONICAL)))


def profile_document(connection: Connection, name: str) -> dict[str, object]:
    """What a profile file of a shipped or saved profile holds, without its name. Raises InvalidInput."""
    if name not in SHIPPED_PROFILES:
        find_profile(connection, name)  # a path that somebody typed is none of these
    return _document(profile_named(name, connection))


def _document(profile: Profile) -> dict[str, object]:
    document: dict[str, object] = profile.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    return document
