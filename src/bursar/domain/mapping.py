"""From the platform's organizations, offers and contracts to ConnectWise companies, products and agreements."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bursar.domain.lines import InvoiceLine
from bursar.domain.rules import Overrides


class MappingState(StrEnum):
    """Whether a platform record has its counterpart (rule 33)."""

    MAPPED = "mapped"
    UNMAPPED = "unmapped"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class OrganizationMapping:
    """A customer of the platform and its ConnectWise companies; with several, each line says which (rule 41)."""

    organization_id: str
    name: str
    state: MappingState = MappingState.UNMAPPED
    company_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferMapping:
    """An offer of the platform and its product in the ConnectWise catalogue."""

    offer_id: str
    name: str
    state: MappingState = MappingState.UNMAPPED
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mappings:
    """Everything that is mapped on one connection, by the platform's ids."""

    organizations: Mapping[str, OrganizationMapping] = field(default_factory=dict)
    offers: Mapping[str, OfferMapping] = field(default_factory=dict)
    contracts: Mapping[str, int] = field(default_factory=dict)
    """Contract id → agreement id, for customers whose lines belong on an agreement that exists."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a line goes. `agreement_id` None means: the Agreement that Bursar keeps for the company."""

    company_id: int
    product_id: int
    agreement_id: int | None = None


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What a line still lacks, in the words of the screens (rule 74)."""

    missing: tuple[str, ...]


class Excluded(StrEnum):
    """Why a line is left out on purpose; it neither blocks nor posts (rule 42)."""

    ORGANIZATION = "organization is excluded"
    OFFER = "offer is excluded"
    BY_HAND = "billed by hand"


def resolve(line: InvoiceLine, overrides: Overrides, mappings: Mappings) -> Target | Incomplete | Excluded:
    """A line is fully mapped when its company and product are known (rule 73)."""
    if overrides.by_hand:
        return Excluded.BY_HAND
    organization = mappings.organizations.get(line.organization_id)
    offer = mappings.offers.get(line.offer_id)
    if organization and organization.state is MappingState.EXCLUDED:
        return Excluded.ORGANIZATION
    if offer and offer.state is MappingState.EXCLUDED:
        return Excluded.OFFER
    company_id = overrides.company_id or _only_company(organization)
    product_id = overrides.product_id or (offer.product_id if offer else None)
    if company_id and product_id:
        agreement_id = overrides.agreement_id or mappings.contracts.get(line.contract_id or "")
        return Target(company_id, product_id, agreement_id)
    missing = []
    if not company_id:
        several = organization is not None and len(organization.company_ids) > 1
        missing.append("PSA Organization Name (several companies are mapped)" if several else "PSA Organization Name")
    if not product_id:
        missing.append("PSA Product Name")
    return Incomplete(tuple(missing))


def _only_company(organization: OrganizationMapping | None) -> int | None:
    if organization and len(organization.company_ids) == 1:
        return organization.company_ids[0]
    return None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ConnectWise record that could be the counterpart."""

    id: int
    identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed counterpart. Only an exact one may be saved without a person (rule 38)."""

    candidate: Candidate
    score: float
    """1.0 for the same normalised name, lower for likeness."""
    exact: bool


LEAST_SCORE = 0.65
_LEGAL_FORM = re.compile(r"\b(inc|llc|ltd|limited|gmbh|corp|corporation|co|company|plc|bv|ab|sa|ag|lp|llp)\b")


def normalise(name: str) -> str:
    """Fold case, punctuation, ampersands and spaces; nothing that could make two names one by guessing."""
    plain = re.sub(r"[^\w\s]", " ", name.casefold().replace("&", " and "))
    return " ".join(plain.split())


class Suggester:
    """Proposes counterparts by name out of one list of candidates."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._by_name: dict[str, list[Candidate]] = {}
        for candidate in candidates:
            for name in {normalise(candidate.name), normalise(candidate.identifier)} - {""}:
                self._by_name.setdefault(name, []).append(candidate)
        self._loose: list[tuple[str, str, Counter[str]]] | None = None

    def exact(self, name: str) -> Candidate | None:
        """The only candidate of the same normalised name: what may be saved without a person (rule 38)."""
        same = self._by_name.get(normalise(name), [])
        return same[0] if len(same) == 1 else None

    def suggest(self, name: str, limit: int = 3) -> Sequence[Suggestion]:
        """Best first. An exact name that two records share is proposed, never exact."""
        wanted = normalise(name)
        if same := self._by_name.get(wanted):
            return [Suggestion(candidate, 1.0, exact=len(same) == 1) for candidate in same[:limit]]
        loose = _without_legal_form(wanted)
        scored = sorted(
            ((difflib.SequenceMatcher(None, loose, other).ratio(), full) for full, other in self._near(loose)),
            reverse=True,
        )
        found: dict[int, Suggestion] = {}
        for score, full in scored[: limit * 2]:
            if score < LEAST_SCORE:
                break
            for candidate in self._by_name[full]:
                found.setdefault(candidate.id, Suggestion(candidate, min(score, 0.99), exact=False))
        return list(found.values())[:limit]

    def _near(self, loose: str) -> Iterator[tuple[str, str]]:
        """Names that can reach the least score at all: the letters in common are an upper bound of the likeness."""
        if self._loose is None:
            plain = ((full, _without_legal_form(full)) for full in self._by_name)
            self._loose = [(full, other, Counter(other)) for full, other in plain]
        letters, length = Counter(loose), len(loose)
        for full, other, others in self._loose:
            both = length + len(other)
            if 2 * min(length, len(other)) < LEAST_SCORE * both:
                continue
            if 2 * sum((letters & others).values()) >= LEAST_SCORE * both:
                yield full, other


def _without_legal_form(name: str) -> str:
    return " ".join(_LEGAL_FORM.sub(" ", name).split()) or name
