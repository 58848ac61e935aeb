"""An entry of a plan as its lists and its own page show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bursar.domain.plan import Action, Resource
from bursar.store.models import Connection, PlanEntry, Run
from bursar.web.field_changes import FieldChange, field_changes, in_short, product_names
from bursar.web.remedies import Remedy, remedy_for


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a change: a word, how it looks, and the posting behind it."""

    word: str
    tone: str = "secondary"
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What a row shows."""

    entry: PlanEntry
    fields: Sequence[FieldChange]
    """All fields of a change."""
    brief: Sequence[FieldChange]
    """Those that a list shows."""
    standing: Standing
    remedy: Remedy

    @property
    def new_agreement(self) -> bool:
        """Whether it goes to an Agreement that this plan makes."""
        return bool(self.entry.parent_key) or (
            self.entry.resource == Resource.AGREEMENT and self.entry.action == Action.CREATE
        )

    @property
    def agreement(self) -> str:
        """For files: one cell."""
        return f"{self.entry.agreement_name} (new)" if self.new_agreement else self.entry.agreement_name

    @property
    def changes_text(self) -> str:
        """For files: one cell."""
        return "; ".join(map(str, self.brief))

    @property
    def lines_text(self) -> str:
        """For files: one cell."""
        return ", ".join(map(str, self.entry.lines))


def presented(connection: Connection, found: Sequence[PlanEntry]) -> Sequence[PlanRow]:
    """Rows of a page, or of a piece of a file, in a constant number of queries."""
    products = product_names(connection, (fields for entry in found for fields in (entry.before, entry.after)))
    runs = Run.objects.in_bulk({entry.agreed_in_id for entry in found if entry.agreed_in_id})
    rows = []
    for entry in found:
        fields = field_changes(entry.before, entry.after, products)
        rows.append(
            PlanRow(
                entry=entry,
                fields=fields,
                brief=in_short(entry.action, fields),
                standing=_standing(entry, runs.get(entry.agreed_in_id) if entry.agreed_in_id else None),
                remedy=remedy_for(connection, entry.code, entry.remedy),
            )
        )
    return rows


def _standing(entry: PlanEntry, run: Run | None) -> Standing:
    if entry.kind != PlanEntry.Kind.CHANGE:
        return Standing("")
    if entry.action == Action.LEAVE:
        return Standing("As it should be")
    if entry.posted:
        return Standing("Posted", "success", run)
    if run is not None and run.active:
        return Standing("Being posted", "info", run)
    if run is not None:
        return Standing("Not posted", "warning", run)
    return Standing("Preview only") if entry.preview_only else Standing("To post", "info")
