"""Connections: add, change, find and remove the ways into ConnectWise. Private keys go in sealed."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.store.models import AdditionLink, Connection, Line, Run
from bursar.usecases.audit import record
from bursar.usecases.check_connection import Check
from bursar.usecases.connection_state import set_connected, set_untested
from bursar.usecases.credentials import NewConnection, candidate, shortened
from bursar.usecases.start_over import CompanyChanged, start_over

__all__ = [
    "OPTIONS",
    "NewConnection",
    "add_connection",
    "all_connections",
    "change_behaviour",
    "check_option",
    "edit_connection",
    "find_connection",
    "make_default",
    "other_company",
    "posted_lines",
    "refuse_while_active",
    "remove_connection",
    "rename_connection",
    "replace_keys",
    "set_option",
    "set_options",
    "told",
]

OPTIONS = {
    "concurrency": "How many requests may be under way at once (8).",
    "requests_per_minute": "Most requests per minute; 0 for no limit (900).",
    "timeout": "Seconds to wait for an answer (60).",
    "marker_field": "Caption of the Addition custom field that carries Bursar's key; empty for the serial number.",
    "home_currency": "ISO code of the currency of records that name none; empty to ask ConnectWise for it.",
}
"""How to talk to ConnectWise; kept on the connection."""
_RANGES = {"concurrency": (1, 64), "requests_per_minute": (0, 100_000), "timeout": (1, 600)}
CREDENTIALS = ("name", "url", "company", "client_id", "public_key", "sealed_private_key")
STATE = ("state", "state_reason", "checked_at", "version", "former_company")


def add_connection(
    entered: NewConnection, *, default: bool = False, check: Check | None = None, untested: bool = False
) -> Connection:
    """Store a connection; the first one of its type becomes the default. Raises InvalidInput.

    `check` is what a test with `candidate` found. Without one the caller vouches for it, unless it says `untested`.
    """
    try:
        return _add(entered, default=default, check=check, untested=untested)
    except IntegrityError:
        raise InvalidInput(
            "Another connection was added at the same moment.",
            remedy="Look at the list of connections, then try again.",
        ) from None


def _add(entered: NewConnection, *, default: bool, check: Check | None, untested: bool) -> Connection:
    with transaction.atomic():
        made = candidate(entered)
        of_its_kind = Connection.objects.select_for_update().filter(kind=made.kind, is_default=True)
        made.is_default = default or not of_its_kind.exists()
        if made.is_default:
            of_its_kind.update(is_default=False)
        _note_test(made, check, untested=untested)
        made.save(force_insert=True)
        record("connection added", made.name, connection=made, after=told(made))
    return made


def edit_connection(
    connection: Connection,
    entered: NewConnection,
    *,
    check: Check | None = None,
    untested: bool = False,
    reset: bool = False,
) -> Connection:
    """Store changed credentials; the type stays. Raises InvalidInput, and CompanyChanged unless `reset` (rule 14)."""
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        made, before = candidate(entered, stored), told(stored)
        if (made.url, made.company) != (stored.url, stored.company):
            refuse_while_active(stored, "Its address and Company ID stay as they are until then.")
        if other_company(stored, made.company):
            if not reset:
                raise CompanyChanged(stored, made.company)
            start_over(stored)
        new_key = made.sealed_private_key != stored.sealed_private_key
        for name in CREDENTIALS:
            setattr(stored, name, getattr(made, name))
        stored.former_company = ""
        _note_test(stored, check, untested=untested)
        stored.save()
        after = told(stored) | ({"private_key": "replaced"} if new_key else {})
        record("connection changed", stored.name, connection=stored, before=before, after=after)
    connection.refresh_from_db()
    return connection


def replace_keys(
    connection: Connection, public_key: str, private_key: str, *, check: Check | None = None, untested: bool = False
) -> Connection:
    """Give a connection the new key pair of its API member; everything else stays. Raises InvalidInput."""
    if not public_key.strip() or not private_key.strip():
        raise InvalidInput("A key is empty.", remedy="Enter both keys as ConnectWise shows them.")
    entered = NewConnection(
        connection.name, connection.url, connection.company, connection.client_id, public_key, private_key
    )
    return edit_connection(connection, entered, check=check, untested=untested)


def rename_connection(connection: Connection, name: str) -> Connection:
    """Give a connection another name. Raises InvalidInput."""
    wanted = name.strip()
    if wanted == connection.name:
        return connection
    if not wanted or len(wanted) > 80 or not wanted.isprintable():
        raise InvalidInput("This is no name for a connection.", remedy="Use 1 to 80 letters, digits and spaces.")
    with transaction.atomic():
        if Connection.objects.filter(name=wanted).exists():
            raise InvalidInput(f"There is a connection '{wanted}' already.", remedy="Choose another name.")
        before, connection.name = connection.name, wanted
        connection.save(update_fields=["name"])
        record("connection renamed", wanted, connection=connection, before={"name": before}, after={"name": wanted})
    return connection


def change_behaviour(connection: Connection, name: str, options: Mapping[str, str]) -> None:
    """Rename it and set its options, both or neither. Raises InvalidInput."""
    with transaction.atomic():
        rename_connection(connection, name)
        set_options(connection, options)


def make_default(connection: Connection) -> Connection:
    """Make it the default of its type; the former default is displaced."""
    with transaction.atomic():
        former = Connection.objects.select_for_update().filter(kind=connection.kind, is_default=True)
        names = [row.name for row in former]
        if names != [connection.name]:
            former.update(is_default=False)
            Connection.objects.filter(pk=connection.pk).update(is_default=True)
            record(
                "default connection chosen",
                connection.name,
                connection=connection,
                before={"default": names[0] if names else ""},
                after={"default": connection.name},
            )
    connection.refresh_from_db()
    return connection


def all_connections() -> Sequence[Connection]:
    return list(Connection.objects.order_by("name"))


def find_connection(name: str | None) -> Connection:
    """By name, else the default one. Raises InvalidInput."""
    if name is None:
        found = Connection.objects.filter(is_default=True).first()
        if found is None:
            raise InvalidInput("There is no connection yet.", remedy="Add one with `bursar connection add`.")
        return found
    found = Connection.objects.filter(name=name).first()
    if found is None:
        names = ", ".join(c.name for c in all_connections()) or "none yet"
        raise InvalidInput(f"There is no connection '{name}'.", remedy=f"Known connections: {names}.")
    return found


def set_option(connection: Connection, name: str, text: str) -> str:
    """Set how Bursar talks to this ConnectWise; empty text restores the default. Raises InvalidInput."""
    set_options(connection, {name: text})
    return text.strip()


def set_options(connection: Connection, texts: Mapping[str, str]) -> None:
    """Set several options or none of them. Raises InvalidInput."""
    before = dict(connection.options)
    wanted = dict(before)
    for name, text in texts.items():
        value = check_option(connection, name, text.strip())
        if value:
            wanted[name] = value
        else:
            wanted.pop(name, None)
    if wanted == before:
        return
    with transaction.atomic():
        connection.options = wanted
        connection.save(update_fields=["options"])
        record("connection options changed", connection.name, connection=connection, before=before, after=wanted)


def check_option(connection: Connection, name: str, value: str) -> str:
    """The value as it is stored; empty for the default. Raises InvalidInput."""
    if name not in OPTIONS:
        raise InvalidInput(f"There is no option '{name}'.", remedy=f"Known options: {', '.join(OPTIONS)}.")
    if name == "home_currency":
        return _checked_currency(value)
    if name != "marker_field":
        _check_number(name, value)
        return value
    changed = bool(value) and value != connection.options.get(name, "")
    if changed and connection.pk and Line.objects.filter(connection=connection, link__isnull=False).exists():
        raise InvalidInput(
            "Lines have been posted with the present marker field.",
            remedy="Keep it: Bursar would no longer recognise its own Additions.",
        )
    return value


def _checked_currency(value: str) -> str:
    code = value.strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise InvalidInput(f"'{value}' is no currency.", remedy="Write its ISO code, such as USD.")
    return code


def _check_number(name: str, value: str) -> None:
    if not value:
        return
    least, most = _RANGES[name]
    if not (value.isascii() and value.isdigit()):
        raise InvalidInput(f"'{value}' is not a whole number.", remedy="Write it like 8.")
    if not least <= int(value) <= most:
        raise InvalidInput(f"{value} is out of range for {name}.", remedy=f"Choose {least} to {most}.")


def posted_lines(connection: Connection) -> int:
    """How many lines would lose the record of where they went."""
    return Line.objects.filter(connection=connection, link__isnull=False).count()


def remove_connection(connection: Connection, *, with_history: bool = False) -> None:
    """Remove a connection and all that hangs on it.

    Raises InvalidInput while a run is active, and while it has posted lines unless told to.
    """
    refuse_while_active(connection, "It cannot be removed before that.")
    posted = posted_lines(connection)
    if posted and not with_history:
        raise InvalidInput(
            f"{posted} posted lines of '{connection.name}' would lose the record of where they went.",
            remedy="Say so explicitly (--with-history) if that is what you want.",
        )
    with transaction.atomic():
        record(
            "connection removed",
            connection.name,
            connection=connection,
            before=told(connection) | {"posted_lines": posted},
        )
        Line.objects.filter(connection=connection).delete()
        AdditionLink.objects.filter(connection=connection).delete()
        connection.delete()


def refuse_while_active(connection: Connection, consequence: str) -> None:
    """Raises InvalidInput while a run of the connection is waiting or running."""
    active = Run.objects.filter(connection=connection, state__in=Run.ACTIVE).first()
    if active is not None:
        raise InvalidInput(
            f"A run of '{connection.name}' is active ({active.verb}). {consequence}",
            remedy="Wait until it has ended, or stop it.",
        )


def other_company(connection: Connection, company: str) -> bool:
    """Whether this is another Company ID than the one that mappings and history belong to (decision 17)."""
    known = connection.former_company or connection.company
    return bool(known) and known.casefold() != company.strip().casefold()


def told(connection: Connection) -> dict[str, object]:
    """What the audit says of a connection: enough to recognise each key by, and nothing of the private one."""
    return {
        "name": connection.name,
        "type": connection.kind,
        "url": connection.url,
        "company": connection.company,
        "client_id": shortened(connection.client_id),
        "public_key": shortened(connection.public_key),
        "default": connection.is_default,
        "state": connection.state,
    }


def _note_test(connection: Connection, check: Check | None, *, untested: bool) -> None:
    if check is not None:
        set_connected(connection, check.info, timezone.now())
    elif untested:
        set_untested(connection)
    else:
        connection.state, connection.state_reason = Connection.State.CONNECTED, ""
