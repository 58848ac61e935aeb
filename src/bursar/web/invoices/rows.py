"""An invoice line as a row: what would be sent for it, where every value comes from, and where the line stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bursar.domain.mapping import Mappings
from bursar.domain.rules import Badge, ChargeRules, Derived, derive
from bursar.store.field_json import from_json
from bursar.store.models import Connection, Contract, Line, ListEntry
from bursar.store.queries.line_list import LineStatus, ListedLine, listed
from bursar.store.queries.mappings import mapped_company_names, mapped_product_identifiers, mappings_of_lines
from bursar.usecases.derived_lines import derived_of, rules_of
from bursar.usecases.kept_records import known_names, trouble_with, was_read
from bursar.usecases.mappings import Kind
from bursar.web.invoices.standing import LOOKS, remedy_of

KEPT = "New or kept Agreement"
"""Where a line goes whose Agreement is left empty on purpose (rules 73, 76 and 78)."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A record of ConnectWise that a line goes to. `id` is None while nothing says which."""

    id: int | None
    text: str
    origin: str
    """Where it comes from, as a person says it."""
    badge: Badge = Badge.NONE
    warning: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class LineRow:
    """What a row shows."""

    listed: ListedLine
    derived: Derived
    company: Destination
    product: Destination
    agreement: Destination

    @property
    def pk(self) -> int:
        return self.line.pk

    @property
    def line(self) -> Line:
        """The line as it is stored."""
        return self.listed.row

    @property
    def status(self) -> LineStatus:
        return self.listed.status

    @property
    def look(self) -> str:
        """The class of the status's badge."""
        return f"badge badge-soft-{LOOKS[self.status]}"

    @property
    def reason(self) -> str:
        """Why it stands so; for a posted line, what the newest plan found against it."""
        return self.listed.reason or (self.line.blocked_reason if self.posted else "")

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.line.blocked_remedy or remedy_of(self.listed)

    @property
    def posted(self) -> bool:
        """It left its trace: read-only but for decisions (rule 72)."""
        return self.line.link_id is not None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.line.subscription_name or self.line.offer_name

    @property
    def cancelled_text(self) -> str:
        return str(self.derived.cancelled or "")


@dataclass(frozen=True, slots=True)
class Names:
    """The records that the lines of a page go to, by name."""

    connection: Connection
    entries: Mapping[Kind, Mapping[int, ListEntry]]
    """What the lists that were read say of them."""
    mapped: Mapping[Kind, Mapping[int, str]]
    """What they were called when they were mapped; for those that the lists do not have."""
    agreements: Mapping[str, tuple[int, str]]
    """Contract id → id and name of its Agreement."""
    lists_read: Mapping[Kind, bool]

    def destination(self, kind: Kind, record: int | None, origin: str, badge: Badge = Badge.NONE) -> Destination:
        """A company or product; what is wrong with it, if its list was ever read."""
        if record is None:
            return Destination(None, "", origin)
        entry = self.entries[kind].get(record)
        warning = trouble_with(self.connection, kind, entry) if self.lists_read[kind] else ""
        text = _named(entry) if entry else f"{self.mapped[kind].get(record, '')} (ID {record})".lstrip()
        return Destination(record, text, origin, badge, warning)


def _named(entry: ListEntry) -> str:
    identifier = f"{entry.identifier}, " if entry.identifier else ""
    return f"{entry.name} ({identifier}ID {entry.remote_id})"


def presented(connection: Connection, found: Sequence[Line]) -> Sequence[LineRow]:
    """Lines of a page, or of a piece of a file, in a constant number of queries. Needs `link` selected."""
    mappings, rules = mappings_of_lines(connection, found), rules_of(connection)
    targets = [_targets(row, mappings) for row in found]
    names = _names(connection, found, targets)
    return [
        _row(listed(row, mappings), rules, names, target, mappings) for row, target in zip(found, targets, strict=True)
    ]


def _targets(row: Line, mappings: Mappings) -> tuple[int | None, int | None]:
    """Company and product; a posted line stays where it was posted (rule 39)."""
    if row.link is not None:
        product = from_json(row.link.written).get("product_id")
        return row.link.company_id, product if isinstance(product, int) else row.set_product_id
    organization, offer = mappings.organizations.get(row.organization_id), mappings.offers.get(row.offer_id)
    only = organization.company_ids[0] if organization and len(organization.company_ids) == 1 else None
    return row.set_company_id or only, row.set_product_id or (offer.product_id if offer else None)


def _names(connection: Connection, found: Sequence[Line], targets: Sequence[tuple[int | None, int | None]]) -> Names:
    kinds = {Kind.ORGANIZATION: {company for company, _ in targets if company}}
    kinds[Kind.OFFER] = {product for _, product in targets if product}
    entries = {kind: known_names(connection, kind, ids) for kind, ids in kinds.items()}
    unlisted = {kind: ids - entries[kind].keys() for kind, ids in kinds.items()}
    contracts = Contract.objects.filter(
        connection=connection, contract_id__in={row.contract_id for row in found if row.contract_id}
    )
    return Names(
        connection=connection,
        entries=entries,
        mapped={
            Kind.ORGANIZATION: mapped_company_names(connection, unlisted[Kind.ORGANIZATION]),
            Kind.OFFER: mapped_product_identifiers(connection, unlisted[Kind.OFFER]),
        },
        agreements={row.contract_id: (row.agreement_id, row.agreement_name) for row in contracts},
        lists_read={kind: was_read(connection, kind) for kind in kinds},
    )


def _row(
    item: ListedLine, rules: ChargeRules, names: Names, target: tuple[int | None, int | None], mappings: Mappings
) -> LineRow:
    row = item.row
    company, product = target
    return LineRow(
        listed=item,
        derived=_with_badges(item, rules),
        company=names.destination(
            Kind.ORGANIZATION, company, _company_origin(row, mappings), _by_hand(row.set_company_id, company)
        ),
        product=names.destination(
            Kind.OFFER, product, _product_origin(row, mappings), _by_hand(row.set_product_id, product)
        ),
        agreement=_agreement(row, names),
    )


def _by_hand(chosen: int | None, used: int | None) -> Badge:
    return Badge.USER if chosen is not None and chosen == used else Badge.NONE


def _company_origin(row: Line, mappings: Mappings) -> str:
    if row.link is not None:
        return "Posted there"
    if row.set_company_id is not None:
        return "Set by hand"
    organization = mappings.organizations.get(row.organization_id)
    number = len(organization.company_ids) if organization else 0
    if number > 1:
        return f"{number} companies are mapped: choose the one that gets this line"
    return f"Mapping of {row.organization_name}" if number else f"{row.organization_name} is not mapped"


def _product_origin(row: Line, mappings: Mappings) -> str:
    if row.link is not None:
        return "Posted with it"
    if row.set_product_id is not None:
        return "Set by hand"
    offer = mappings.offers.get(row.offer_id)
    return f"Mapping of {row.offer_name}" if offer and offer.product_id else f"{row.offer_name} is not mapped"


def _agreement(row: Line, names: Names) -> Destination:
    contract, contract_name = names.agreements.get(row.contract_id or "", (None, ""))
    known = {contract: contract_name} | {row.set_agreement_id: row.set_agreement_name}
    if row.link is not None:
        used = row.link.agreement_id
        return Destination(used, _agreement_text(used, known), "Posted there", _by_hand(row.set_agreement_id, used))
    if row.set_agreement_id is not None:
        return Destination(
            row.set_agreement_id, _agreement_text(row.set_agreement_id, known), "Set by hand", Badge.USER
        )
    if contract is not None:
        return Destination(contract, _agreement_text(contract, known), f"Contract {row.contract_id}")
    return Destination(None, KEPT, "Left empty: the Agreement that Bursar keeps for the company, or a new one")


def _agreement_text(agreement: int, known: Mapping[int | None, str]) -> str:
    name = known.get(agreement, "")
    return f"{name} (ID {agreement})" if name else f"ID {agreement}"


def _with_badges(item: ListedLine, rules: ChargeRules) -> Derived:
    """What would be sent, or was; a posted date keeps its badge while the line and the rules still say the same."""
    sent, now = derived_of(item, rules), derive(item.line, item.overrides, rules)
    return Derived(
        sent.effective,
        sent.cancelled,
        sent.charge_name,
        now.start_badge if now.effective == sent.effective else Badge.NONE,
        now.end_badge if now.cancelled == sent.cancelled else Badge.NONE,
        now.name_badge,
    )


def default_dates(row: LineRow, connection: Connection) -> tuple[date, date | None]:
    """What would be sent from when until when if nobody had set anything by hand (rule 65)."""
    line = row.listed.line
    plain = derive(line, type(row.listed.overrides)(), rules_of(connection))
    return plain.effective, plain.cancelled
