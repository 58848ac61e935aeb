"""What comes in to be loaded: files that people upload, and lines that programs push for a month (rules 45, 51-55)."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.period import Month
from bursar.store.models import Connection, Delivery
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record
from bursar.usecases.pushed_lines import as_json_lines
from bursar.usecases.run_requests import LoadRequest

LONGEST_NAME = 100
"""Of a file, in characters; what a file system takes in any script."""


@dataclass(frozen=True, slots=True)
class LoadableMonth:
    """What there is to load for one month without a person: files of the stored source, and pushed lines."""

    month: Month
    files: Sequence[str] = ()
    pushed: Delivery | None = None
    """Without its content."""
    maybe_in: str = ""
    """A single stored file: which months it holds is only known after reading it."""

    @property
    def is_there(self) -> bool:
        """Whether a load of this month would find something to read."""
        return bool(self.files or self.pushed or self.maybe_in)


@dataclass(frozen=True, slots=True)
class Loadable:
    """What a connection can load by period (rules 45 and 52)."""

    months: Mapping[Month, LoadableMonth] = field(default_factory=dict)
    """Months of which something is known to be there, newest first."""
    has_source: bool = False
    """Whether a file or folder is stored with the connection."""
    single_file: str = ""
    """The name of the stored file, when it is a file and no folder: it may hold any month."""
    problem: BursarError | None = None
    """Why the stored source cannot be read; nothing can be loaded by period before it can."""

    def of(self, month: Month) -> LoadableMonth:
        """What there is of one month. Nothing while the stored source cannot be read: a part is not the month."""
        if self.problem is not None:
            return LoadableMonth(month)
        return self.months.get(month) or LoadableMonth(month, maybe_in=self.single_file)


def loadable_months(
    connection: Connection,
    files: Mapping[Month, Sequence[str]],
    *,
    single_file: str = "",
    problem: BursarError | None = None,
) -> Loadable:
    """Files of the stored source by month and pushed lines, put together.

    Pages and commands call `bursar.wiring.loadable_months(connection)`, which knows the stored source; nothing is
    read but names of files. Content of deliveries is never fetched.
    """
    pushed = {Month.parse(row.month): row for row in pushed_deliveries(connection)}
    months = sorted({*files, *pushed}, reverse=True)
    return Loadable(
        {each: LoadableMonth(each, tuple(files.get(each, ())), pushed.get(each), single_file) for each in months},
        has_source=bool(connection.source),
        single_file=single_file,
        problem=problem,
    )


def deliveries(connection: Connection) -> QuerySet[Delivery]:
    """Everything that came in, newest first, without the content."""
    return Delivery.objects.filter(connection=connection).defer("content")


def pushed_deliveries(connection: Connection) -> QuerySet[Delivery]:
    """The pushed lines of each month, newest month first, without the content."""
    return deliveries(connection).filter(kind=Delivery.Kind.PUSHED).order_by("-month")


def delivery_of(connection: Connection, pk: int) -> Delivery:
    """One delivery with its content. Raises InvalidInput when it is not there (any more)."""
    found = Delivery.objects.filter(connection=connection, pk=pk).first()
    if found is None:
        raise InvalidInput(
            f"There is no delivery {pk}; somebody may have deleted it.", remedy="Upload the file again, then load it."
        )
    return found


def deliveries_read(connection: Connection, asked: LoadRequest, month: Month | None) -> Sequence[int]:
    """The ids of the deliveries that a load reads."""
    if asked.delivery is not None:
        return [asked.delivery]
    if asked.path:
        return []
    pushed = pushed_deliveries(connection)
    return list((pushed.filter(month=str(month)) if month else pushed).values_list("pk", flat=True))


def content_of(delivery: Delivery) -> bytes:
    """The bytes as they came, also of a row that was read without them. Raises InvalidInput once it was deleted."""
    return bytes(delivery_of(delivery.connection, delivery.pk).content)


def keep_upload(connection: Connection, name: str, pieces: Iterable[bytes]) -> Delivery:
    """Keep a file to be loaded. The same content twice is the same delivery. Raises InvalidInput."""
    safe, content = safe_name(name), _joined(pieces)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        earlier = deliveries(connection).filter(kind=Delivery.Kind.FILE, digest=digest, name=safe).first()
        if earlier is not None:
            return earlier
        made = _keep(connection, Delivery.Kind.FILE, safe, "", content, digest)
        record("file uploaded", safe, connection=connection, after=_facts(made))
    return made


def keep_pushed(connection: Connection, month: Month, content: bytes) -> tuple[Delivery, int, bool]:
    """Keep the lines of a month in place of those pushed before; the same content again changes nothing.

    Returns the delivery, how many lines it holds, and whether it is new. Raises InvalidInput for anything but a JSON
    array of objects.
    """
    kept, count = as_json_lines(_joined([content]))
    digest = hashlib.sha256(kept).hexdigest()
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)  # two pushes of one month: one after the other
        earlier = pushed_deliveries(connection).filter(month=str(month)).first()
        if earlier is not None and earlier.digest == digest:
            return earlier, count, False
        if earlier is not None:
            earlier.delete()
        made = _keep(connection, Delivery.Kind.PUSHED, current_actor().name[:200], str(month), kept, digest)
        record(
            "lines pushed",
            str(month),
            connection=connection,
            before=_facts(earlier) if earlier else None,
            after=_facts(made),
        )
    return made, count, True


def choose_profile(delivery: Delivery, profile: str) -> None:
    """Note the column profile that a file is read with from now on."""
    if delivery.profile == profile:
        return
    with transaction.atomic():
        before = {"profile": delivery.profile}
        Delivery.objects.filter(pk=delivery.pk).update(profile=profile)
        record(
            "delivery changed", str(delivery), connection=delivery.connection, before=before, after={"profile": profile}
        )
    delivery.profile = profile


def delete_delivery(delivery: Delivery) -> None:
    """Forget what came in. Lines that were loaded from it stay."""
    with transaction.atomic():
        record("delivery deleted", str(delivery), connection=delivery.connection, before=_facts(delivery))
        delivery.delete()


def safe_name(name: str) -> str:
    """The file's own name: no folders, nothing that cannot be seen, short enough for any file system.

    Raises InvalidInput when nothing is left.
    """
    own = re.split(r"[\\/]", name)[-1]
    seen = "".join(sign for sign in own if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    stem, point, suffix = seen.rpartition(".")
    short = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}" if point and len(suffix) < 10 else seen[:LONGEST_NAME]
    while len(short.encode()) > 2 * LONGEST_NAME:
        short = short[1:]
    if not short:
        raise InvalidInput("The file has no name.", remedy="Give it one, such as lines-2026-10.csv.")
    return short


def largest_delivery() -> int:
    """In bytes; what is larger is loaded with `bursar lines load PATH`, from a disk of the server."""
    megabytes: int = settings.BURSAR_LARGEST_UPLOAD_MB
    return megabytes * 1024**2


def _joined(pieces: Iterable[bytes]) -> bytes:
    """All pieces as one, given up as soon as they are too large. Raises InvalidInput."""
    content, largest = bytearray(), largest_delivery()
    for piece in pieces:
        content += piece
        if len(content) > largest:
            raise InvalidInput(
                f"The file is larger than {largest // 1024**2} MB.",
                remedy="Split it by customer or month, or load it from a folder of the server.",
            )
    if not content:
        raise InvalidInput("The file is empty.", remedy="Export it again; the transfer may have failed.")
    return bytes(content)


def _keep(connection: Connection, kind: Delivery.Kind, name: str, month: str, content: bytes, digest: str) -> Delivery:
    return Delivery.objects.create(
        connection=connection,
        kind=kind,
        name=name,
        month=month,
        content=content,
        size=len(content),
        digest=digest,
        delivered_by=current_actor().name[:200],
    )


def _facts(delivery: Delivery) -> dict[str, object]:
    """What the audit trail keeps: never the content."""
    return {"name": delivery.name, "month": delivery.month, "size": delivery.size, "digest": delivery.digest}
