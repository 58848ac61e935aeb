"""Our Additions that are there, by series: what links and markers know of them (decision 7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bursar.domain.additions.situation import Link, Situation
from bursar.domain.identity import Marker, parse_marker
from bursar.domain.period import day_before
from bursar.domain.psa import Addition, Agreement


@dataclass(frozen=True, slots=True)
class Member:
    """One generation of a series: an Addition and the marker under which Bursar knows it.

    Without a link only the marker in ConnectWise says that it is ours.
    """

    agreement_id: int
    addition: Addition
    marker: Marker
    link: Link | None = None

    @property
    def is_open(self) -> bool:
        return self.addition.cancelled is None

    @property
    def start(self) -> date:
        """Its effective date; an Addition without one bills from the beginning."""
        return self.addition.effective or date.min

    def covers(self, day: date) -> bool:
        """Whether it is billed on that day."""
        return self.start <= day and (self.addition.cancelled is None or day <= self.addition.cancelled)

    def follows(self, other: "Member") -> bool:
        """Whether it took over from the other without a gap."""
        return self.addition.effective is not None and other.addition.cancelled == day_before(self.addition.effective)


class Present:
    """One company's Additions that Bursar made or adopted. `scope` is the part of every marker that names the site."""

    def __init__(self, situation: Situation, scope: str) -> None:
        self.situation = situation
        self.scope = scope
        self._links = _by_series(situation.links)
        self._linked = {link.addition_id: link for link in situation.links}
        self._members: dict[str, list[Member]] = {}
        self._by_hand: dict[int, list[Addition]] = {}
        for agreement_id in sorted({*situation.agreements, *(link.agreement_id for link in situation.links)}):
            self._take_in(agreement_id, situation.additions.get(agreement_id, ()))
        for members in self._members.values():
            members.sort(key=lambda member: member.marker.generation)

    def _take_in(self, agreement_id: int, additions: Iterable[Addition]) -> None:
        for addition in additions:
            link = self._linked.get(addition.id)
            if marker := link.marker if link else parse_marker(addition.marker):
                self._members.setdefault(marker.series, []).append(Member(agreement_id, addition, marker, link))
            else:
                self._by_hand.setdefault(agreement_id, []).append(addition)

    def links(self, series: str) -> Sequence[Link]:
        return self._links.get(series, ())

    def members(self, series: str) -> Sequence[Member]:
        """All generations on all Agreements of the company, the oldest generation first."""
        return self._members.get(series, ())

    def on(self, agreement_id: int | None, series: str) -> list[Member]:
        """The generations on one Agreement; none on an Agreement that has to be made."""
        return [member for member in self.members(series) if member.agreement_id == agreement_id]

    def elsewhere(self, agreement_id: int | None, series: str) -> list[Member]:
        """The generations on the company's other Agreements."""
        return [member for member in self.members(series) if member.agreement_id != agreement_id]

    def link_to(self, addition_id: int) -> Link | None:
        return self._linked.get(addition_id)

    def made_by_hand(self, addition: Addition) -> bool:
        """Whether neither a link nor a marker says that it is ours."""
        return addition.id not in self._linked and parse_marker(addition.marker) is None

    def by_hand(self, agreement_id: int) -> Sequence[Addition]:
        """What people made on the Agreement."""
        return self._by_hand.get(agreement_id, ())

    def next_marker(self, agreement_id: int | None, marker: Marker) -> Marker:
        """The marker of the next generation on the Agreement, counting those that were deleted in ConnectWise."""
        known = [member.marker.generation for member in self.on(agreement_id, marker.series)]
        known += [k.marker.generation for k in self.links(marker.series) if k.agreement_id == agreement_id]
        return replace(marker, generation=max(known, default=-1) + 1)

    def home_of(self, series: str, currency: str) -> Agreement | None:
        """The one Agreement in this currency on which Bursar bills the subscription without an end."""
        billing = {member.agreement_id for member in self.members(series) if member.is_open}
        found = [a for key in billing if (a := self.situation.agreements.get(key)) and self._takes(a, currency)]
        return found[0] if len(found) == 1 else None

    def _takes(self, agreement: Agreement, currency: str) -> bool:
        return (agreement.currency or self.situation.company.currency) in {None, currency}

    def products(self) -> Mapping[str, int]:
        """Series → product that is billed now, or was billed last."""
        found = {
            series: max(members, key=lambda m: (m.is_open, m.start, m.marker.generation)).addition.product_id
            for series, members in self._members.items()
        }
        for series, links in self._links.items():
            product = max(links, key=lambda link: link.last_month).written.get("product_id")
            if isinstance(product, int):
                found.setdefault(series, product)
        return found


def _by_series(links: Iterable[Link]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(link.marker.series, []).append(link)
    return found
