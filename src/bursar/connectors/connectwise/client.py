"""A ConnectWise PSA behind the `Psa` port."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import TracebackType
from typing import Self

import httpx2

from bursar.connectors.connectwise import translate
from bursar.connectors.connectwise.accounting import AccountingInterface
from bursar.connectors.connectwise.addition_writes import AdditionWrites
from bursar.connectors.connectwise.agreement_writes import AgreementWrites
from bursar.connectors.connectwise.batch_writes import BatchWrites
from bursar.connectors.connectwise.concurrent_reads import gather
from bursar.connectors.connectwise.credentials import Credentials
from bursar.connectors.connectwise.currencies import Currencies
from bursar.connectors.connectwise.marker import marker_in
from bursar.connectors.connectwise.options import Options
from bursar.connectors.connectwise.payment_writes import PaymentWrites
from bursar.connectors.connectwise.permissions import RoleReader
from bursar.connectors.connectwise.query import field
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import ADDITIONS, AGREEMENT_TYPES, AGREEMENTS, CATALOG, COMPANIES, LISTS
from bursar.connectors.connectwise.session import Session
from bursar.connectors.connectwise.wire import (
    ADDITION_LIST,
    AGREEMENT_LIST,
    AGREEMENT_TYPE_LIST,
    CATALOG_LIST,
    CHOICE_LIST,
    COMPANY_LIST,
)
from bursar.connectors.connectwise.writes import Outlet
from bursar.connectors.http import HttpClient
from bursar.connectors.request_log import Observer
from bursar.domain.errors import NotFound
from bursar.domain.lists import Choice, ListKind
from bursar.domain.permissions import Box, RoleGrants
from bursar.domain.plan import Action, Resource
from bursar.domain.psa import Addition, Agreement, AgreementType, CatalogItem, Company, PsaInfo
from bursar.ports import Clock, Receipt, Write


class ConnectWise:
    """One connection: the `Psa` port over the REST API. Thread-safe; close it when done.

    Raises InvalidInput when the address in the credentials cannot be used.
    """

    def __init__(
        self,
        credentials: Credentials,
        options: Options | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: Clock | None = None,
        observe: Observer | None = None,
    ) -> None:
        self._options = options or Options()
        http = HttpClient("ConnectWise", self._options.http, transport=transport, clock=clock, observe=observe)
        self._http = http
        self._session = Session(credentials, http)
        size = self._options.concurrency
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="connectwise")
        self._reader = Reader(self._session, self._pool, concurrency=size, page_size=self._options.page_size)
        self._marker = marker_in(self._options.marker_field)
        self._outlets: Mapping[Resource, Outlet] = {
            Resource.AGREEMENT: AgreementWrites(self._session, self._reader, Currencies(self._reader)),
            Resource.ADDITION: AdditionWrites(self._session, self._reader, self._marker),
            Resource.BATCH: BatchWrites(self._session, self._reader),
            Resource.PAYMENT: PaymentWrites(self._session, self._reader),
        }
        self._accounting = AccountingInterface(
            self._session,
            self._reader,
            self._pool,
            concurrency=size,
            home_currency=self._options.home_currency,
        )

    @property
    def accounting(self) -> AccountingInterface:
        """The `Accounting` port of the same PSA. Batches and payments are written through `send`."""
        return self._accounting

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""
        return self._options.concurrency

    @property
    def write_timeout(self) -> float:
        """Seconds after which a write that was sent cannot arrive any more."""
        return self._options.connect_timeout + self._options.read_timeout

    def info(self) -> PsaInfo:
        """Prove address, company and keys. /system/info answers without keys [field], so companies are counted."""
        found = self._session.info()
        self._reader.count(COMPANIES)
        return PsaInfo(found.name, found.version, found.codebase)

    def choices(self, kind: ListKind) -> Sequence[Choice]:
        """One of the lists that people choose settings from, inactive entries too."""
        return [translate.choice(record) for record in self._reader.everything(LISTS[kind], CHOICE_LIST)]

    def granted(self, boxes: Collection[Box], member: str = "") -> RoleGrants:
        """What the API member's role grants: from its settings if they can be read, else by requests without effect."""
        return RoleReader(self._session, self._reader, self._pool).granted(boxes, member)

    def agreement_types(self) -> Sequence[AgreementType]:
        """All agreement types, inactive ones too."""
        return [translate.agreement_type(r) for r in self._reader.everything(AGREEMENT_TYPES, AGREEMENT_TYPE_LIST)]

    def companies(self, ids: Collection[int] | None = None) -> Iterator[Company]:
        """Companies by id; all of them when `ids` is None."""
        if ids is None:
            return map(translate.company, self._reader.everything(COMPANIES, COMPANY_LIST))
        return map(translate.company, self._reader.matching(COMPANIES, COMPANY_LIST, field("id"), ids))

    def catalog_items(self, ids: Collection[int] | None = None) -> Iterator[CatalogItem]:
        """Catalogue items by id; all of them when `ids` is None."""
        if ids is None:
            return map(translate.catalog_item, self._reader.everything(CATALOG, CATALOG_LIST))
        return map(translate.catalog_item, self._reader.matching(CATALOG, CATALOG_LIST, field("id"), ids))

    def agreements(self, company_ids: Collection[int] | None = None) -> Iterator[Agreement]:
        """Agreements of the companies, whatever their status; of all companies when None."""
        if company_ids is None:
            return map(translate.agreement, self._reader.everything(AGREEMENTS, AGREEMENT_LIST))
        subject = field("company/id")
        return map(translate.agreement, self._reader.matching(AGREEMENTS, AGREEMENT_LIST, subject, company_ids))

    def additions(self, agreement_ids: Collection[int]) -> Iterator[tuple[int, Sequence[Addition]]]:
        """All Additions of each agreement, as the answers come. Agreements that do not exist are left out."""
        ids = dict.fromkeys(agreement_ids)
        with closing(gather(self._pool, self._additions_of, ids, 2 * self.concurrency)) as answers:
            for agreement_id, found in answers:
                if found is not None:
                    yield agreement_id, found

    def send(self, write: Write) -> Receipt:
        """Send one write once."""
        return self._outlet(write).send(write)

    def look(self, write: Write) -> Receipt | None:
        """Find the record that `write` would make or change; None when it is not there or not so yet."""
        return self._outlet(write).look(write)

    def close(self) -> None:
        """Wait for reads under way and give back threads and connections."""
        self._pool.shutdown(cancel_futures=True)
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _additions_of(self, agreement_id: int) -> Sequence[Addition] | None:
        fields = self._marker.fields
        records = self._reader.walk(ADDITIONS, ADDITION_LIST, parent=agreement_id, extra_fields=fields)
        try:
            return [translate.addition(record, agreement_id, self._marker) for record in records]
        except NotFound:
            return None

    def _outlet(self, write: Write) -> Outlet:
        if write.action is Action.LEAVE:
            raise ValueError(f"{write.key} is to be left as it is")
        if write.resource not in self._outlets:
            raise ValueError(f"{write.key} is a {write.resource}, which ConnectWise does not keep")
        return self._outlets[write.resource]
