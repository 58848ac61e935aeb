"""A whole GL export: its settings, the customers and vendors it names, and its documents."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from bursar.domain.ledger.documents import Document, More, PartyRef
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.plan import Blocked


class PartyKind(StrEnum):
    """The section of the export that a master record stands in."""

    CUSTOMER = "customer"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Party:
    """A customer or vendor as the export describes it; members with expenses are vendors."""

    kind: PartyKind
    ref: PartyRef
    contact: str = ""
    email: str = ""
    terms: str = ""
    due_days: Decimal | None = None
    currency: str = ""
    tax_code: str = ""
    more: More = ()

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.ref.code}"


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """The accounting package's options, as the export names them. None: the export does not say."""

    cogs: bool | None = None
    drop_ship_cogs: bool | None = None
    batch_id: str = ""
    """A GUID for each download, in the legacy dialect only."""
    more: More = ()

    def stock_policy(self, otherwise: StockPolicy) -> StockPolicy:
        """What the export says of cost of goods sold; `otherwise` fills in what it does not say."""
        return StockPolicy(
            cogs=otherwise.cogs if self.cogs is None else self.cogs,
            drop_ship_cogs=otherwise.drop_ship_cogs if self.drop_ship_cogs is None else self.drop_ship_cogs,
            purchases_as_exported=otherwise.purchases_as_exported,
        )


@dataclass(frozen=True, slots=True)
class NonReimbursable:
    """GL entry ids of expenses that nobody is paid back for: no bill stands for them (legacy dialect)."""

    entry_ids: tuple[int, ...]


Part: TypeAlias = ExportSettings | Party | NonReimbursable | Document | Blocked
"""What an export consists of. A record that cannot be read is a Blocked, and stops nothing else."""


@dataclass(frozen=True, slots=True)
class GlExport:
    """What ConnectWise offered for posting. What could not be read is in `blocked`, and stops nothing else."""

    settings: ExportSettings = field(default_factory=ExportSettings)
    vendors: tuple[Party, ...] = ()
    customers: tuple[Party, ...] = ()
    documents: tuple[Document, ...] = ()
    non_reimbursable_ids: tuple[int, ...] = ()
    blocked: tuple[Blocked, ...] = ()

    @property
    def unclaimed_ids(self) -> tuple[int, ...]:
        """Non-reimbursable entries that no document holds; they wait until a person batches them off."""
        return without_document(self.non_reimbursable_ids, self.documents)


def gathered(parts: Iterable[Part]) -> GlExport:
    """The export that the parts make up."""
    settings, non_reimbursable = ExportSettings(), NonReimbursable(())
    parties: list[Party] = []
    documents: list[Document] = []
    blocked: list[Blocked] = []
    for part in parts:
        match part:
            case ExportSettings():
                settings = part
            case NonReimbursable():
                non_reimbursable = part
            case Party():
                parties.append(part)
            case Document():
                documents.append(part)
            case Blocked():
                blocked.append(part)
    return GlExport(
        settings=settings,
        vendors=tuple(party for party in parties if party.kind is PartyKind.VENDOR),
        customers=tuple(party for party in parties if party.kind is PartyKind.CUSTOMER),
        documents=tuple(documents),
        non_reimbursable_ids=non_reimbursable.entry_ids,
        blocked=tuple(blocked),
    )


def without_document(ids: Iterable[int], documents: Iterable[Document]) -> tuple[int, ...]:
    """The ids that belong to none of the documents, in order."""
    held = {key for document in documents for key in entry_ids_of(document)}
    return tuple(key for key in ids if key not in held)
