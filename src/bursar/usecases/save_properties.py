"""Save the connector's properties: all at once or nothing, each fault by the name of its property (rules 126-129)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.lists import ListKind
from bursar.store.models import Connection, ListEntry
from bursar.usecases.audit import record
from bursar.usecases.billing_settings import changed_meanwhile, shown_settings, stage
from bursar.usecases.lists import TITLES, lists_by_kind, usable
from bursar.usecases.properties import (
    ACTIVE_STATUSES,
    BILLING_NAMES,
    CATEGORY,
    DEFAULT_STATUS,
    LINE_DESCRIPTION,
    PICKED,
    RECORDS,
    SUBCATEGORY,
    LineDescription,
    PriceOrder,
    ValueMap,
    properties,
    properties_version,
    told,
)
from bursar.usecases.refusals import SettingsRefused
from bursar.usecases.settings_table import plain_text

SAVED = "properties saved"
"""The audit's name for what `save_properties` did."""
LISTS = frozenset(ListKind) - {ListKind.COMPANY}
LONGEST = 100
"""Characters of a platform value."""


@dataclass(frozen=True, slots=True)
class EnteredProperties:
    """What a person entered. What is absent stays as it is; empty text restores a default."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """By name: `PICKED` properties by record id or name, the line description, and `BILLING_NAMES`."""
    maps: Mapping[ValueMap, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Rows of platform value and entry (record id or name). Empty rows, and values known beforehand that have no entry,
    are left out."""
    orders: Mapping[PriceOrder, Sequence[str]] = field(default_factory=dict)


def save_properties(
    connection: Connection, entered: EnteredProperties, *, version: str | None = None
) -> Collection[str]:
    """Store all of it or none. Returns the names whose value is another one now; one audit entry tells of all.

    `version` is what `properties_version` said when the values were shown. Raises SettingsRefused with every fault
    (of a map's or list's row under `name.row`, from 1), ChangedMeanwhile.
    """
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        if version is not None and version != properties_version(stored):
            raise changed_meanwhile(stored, SAVED, "properties")
        check = _Check(stored, entered)
        if check.faults:
            raise SettingsRefused(check.faults)
        before, after = _values(stored), _values_of(check.billing, check.properties)
        changed = sorted(name for name in before | after if before.get(name) != after.get(name))
        if changed:
            stored.billing, stored.properties = dict(check.billing), check.properties
            stored.save(update_fields=["billing", "properties"])
            record(
                SAVED,
                connection.name,
                connection=stored,
                before={name: told(name, before.get(name)) for name in changed},
                after={name: told(name, after.get(name)) for name in changed},
            )
    connection.billing, connection.properties = stored.billing, stored.properties
    return changed


def differences(connection: Connection, entered: EnteredProperties) -> Sequence[tuple[str, str, str]]:
    """What saving would change: name, what is stored, what was entered. Entries with a fault are not among them."""
    check = _Check(connection, entered)
    before, after = _values(connection), _values_of(check.billing, check.properties)
    told_both = [(name, told(name, before.get(name)), told(name, after.get(name))) for name in sorted(before | after)]
    return [(name, stored, wanted) for name, stored, wanted in told_both if stored != wanted]


def _values(connection: Connection) -> dict[str, object]:
    return _values_of(connection.billing, connection.properties)


def _values_of(billing: Mapping[str, object], rest: Mapping[str, object]) -> dict[str, object]:
    return {name: billing[name] for name in BILLING_NAMES if name in billing} | dict(rest)


class _Check:
    """What would be stored, and every fault on the way."""

    def __init__(self, connection: Connection, entered: EnteredProperties) -> None:
        self._stored = connection
        self._lists = lists_by_kind(connection, LISTS)
        self.faults: dict[str, BursarError] = {}
        self.properties: dict[str, object] = dict(connection.properties)
        in_billing = {name: text for name, text in entered.settings.items() if name in BILLING_NAMES}
        staged = stage(connection, in_billing)
        self.billing = staged.billing
        self.faults |= staged.faults
        self._records(in_billing)
        self._statuses(in_billing)
        for name, text in entered.settings.items():
            if name not in BILLING_NAMES:
                self._property(name, text)
        self._subcategory()
        self._default_status()
        for which, rows in entered.maps.items():
            self._map(which, rows)
        for order, names in entered.orders.items():
            self._order(order, names)

    def _records(self, in_billing: Mapping[str, str]) -> None:
        for name, kind in RECORDS.items():
            text = in_billing.get(name, "").strip()
            if not text or name in self.faults or text == self._stored.billing.get(name):
                continue
            if all(str(entry.remote_id) != text for entry in usable(self._lists[kind])):
                self.faults[name] = _unknown(kind, text)

    def _statuses(self, in_billing: Mapping[str, str]) -> None:
        if ACTIVE_STATUSES not in in_billing:
            return
        before = _parts(shown_settings(self._stored)[ACTIVE_STATUSES])
        names = {entry.name for entry in usable(self._lists[ListKind.COMPANY_STATUS])} | set(before)
        for part in _parts(in_billing[ACTIVE_STATUSES]):
            if part not in names:
                self.faults[ACTIVE_STATUSES] = _unknown(ListKind.COMPANY_STATUS, part)

    def _property(self, name: str, text: str) -> None:
        if name not in PICKED and name != LINE_DESCRIPTION:
            self.faults[name] = InvalidInput(
                f"There is no property '{name}'.", remedy="`bursar config show` lists them all."
            )
        elif not text.strip():
            self.properties.pop(name, None)
        elif name == LINE_DESCRIPTION:
            self._line_description(text.strip())
        else:
            self._pick(name, PICKED[name], text, name, self.properties)

    def _line_description(self, text: str) -> None:
        if text not in list(LineDescription):
            self.faults[LINE_DESCRIPTION] = InvalidInput(
                f"'{text}' is not a choice.", remedy=f"Use one of: {', '.join(LineDescription)}."
            )
        elif text == LineDescription.DESCRIPTION:
            self.properties.pop(LINE_DESCRIPTION, None)
        else:
            self.properties[LINE_DESCRIPTION] = text

    def _pick(self, name: str, kind: ListKind, text: str, fault_name: str, into: dict[str, object]) -> None:
        """An entry by id or name; one that was chosen here before stays although it has vanished."""
        wanted = text.strip()
        before = into.get(name)
        if isinstance(before, dict) and wanted in {str(before["id"]), before["name"]}:
            return
        for entry in usable(self._lists[kind]):
            if wanted == str(entry.remote_id) or wanted.casefold() == entry.name.casefold():
                into[name] = {"id": entry.remote_id, "name": entry.name}
                return
        self.faults[fault_name] = _unknown(kind, wanted)

    def _subcategory(self) -> None:
        """A sub-category belongs to the chosen category, as far as the list knows."""
        chosen = self.properties.get(SUBCATEGORY)
        if not isinstance(chosen, dict) or CATEGORY in self.faults:
            return
        entry = self._entry(ListKind.PRODUCT_SUBCATEGORY, chosen["id"])
        category = self.properties.get(CATEGORY)
        if not isinstance(category, dict):
            self.faults.setdefault(
                SUBCATEGORY,
                InvalidInput("A Product Sub-Category needs a Product Category.", remedy="Choose the category first."),
            )
        elif entry and entry.parent_id not in {None, category["id"]}:
            sentence = f"'{chosen['name']}' is not a sub-category of '{category['name']}'."
            self.faults.setdefault(SUBCATEGORY, InvalidInput(sentence, remedy="Choose one that belongs to it."))

    def _default_status(self) -> None:
        chosen = self.properties.get(DEFAULT_STATUS)
        active = _parts(str(self.billing.get(ACTIVE_STATUSES, "Active")))
        if isinstance(chosen, dict) and chosen["name"] not in active:
            sentence = f"'{chosen['name']}' is not one of the Active Statuses."
            self.faults.setdefault(
                DEFAULT_STATUS, InvalidInput(sentence, remedy="Choose one of them, or add it there.")
            )

    def _entry(self, kind: ListKind, record_id: object) -> ListEntry | None:
        return next((e for e in self._lists[kind] if e.remote_id == record_id), None)

    def _map(self, which: ValueMap, rows: Sequence[tuple[str, str]]) -> None:
        before = self._stored.properties.get(which, {})
        kept: dict[str, object] = {}
        for number, (ours, theirs) in enumerate(((o.strip(), t.strip()) for o, t in rows), start=1):
            fault_name = f"{which}.{number}"
            if not theirs:
                if ours and ours not in which.beginning:
                    self.faults[fault_name] = InvalidInput(
                        f"'{ours}' is not mapped to anything.",
                        remedy="Choose its value in ConnectWise, or remove the row.",
                    )
                continue
            if fault := _row_fault(ours, kept):
                self.faults[fault_name] = fault
                continue
            if ours in before:
                kept[ours] = before[ours]
            self._pick(ours, which.kind, theirs, fault_name, kept)
        self._set(which, kept)

    def _order(self, order: PriceOrder, names: Sequence[str]) -> None:
        kept: dict[str, object] = {}
        for number, name in enumerate((name.strip() for name in names), start=1):
            if not name:
                continue
            if fault := _row_fault(name, kept):
                self.faults[f"{order}.{number}"] = fault
            kept[name] = None
        self._set(order, list(kept))

    def _set(self, name: str, value: object) -> None:
        if value:
            self.properties[name] = value
        else:
            self.properties.pop(name, None)


def _row_fault(ours: str, kept: Collection[str]) -> InvalidInput | None:
    if not ours:
        return InvalidInput("The platform's value is missing.", remedy="Enter it, or remove the row.")
    try:
        plain_text(ours, LONGEST)
    except InvalidInput as fault:
        return fault
    if ours.casefold() in {name.casefold() for name in kept}:
        return InvalidInput(f"'{ours}' is there twice.", remedy="Keep one of the rows.")
    return None


def _parts(text: str) -> Sequence[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _unknown(kind: ListKind, wanted: str) -> InvalidInput:
    return InvalidInput(
        f"'{wanted}' is not among the {TITLES[kind]} of ConnectWise.",
        remedy="Choose one of the list; refresh it if the entry is new in ConnectWise.",
    )


def set_property(connection: Connection, name: str, text: str) -> str:
    """Store one property that is no map; empty text restores its default, commas part an ordered list.

    Returns what is in force as text. Raises InvalidInput.
    """
    if name in list(PriceOrder):
        _save_one(connection, EnteredProperties(orders={PriceOrder(name): text.split(",")}))
    else:
        _save_one(connection, EnteredProperties({name: text}))
    return told(name, connection.properties.get(name))


def map_value(connection: Connection, which: ValueMap, ours: str, theirs: str) -> str:
    """Map one value of the platform to an entry (record id or name); empty text takes it out of the map.

    Returns the entry's name. Raises InvalidInput.
    """
    rows = {o: str(t.id) for o, t in properties(connection).maps[which].items() if o != ours.strip()}
    if theirs.strip():
        rows[ours.strip()] = theirs
    _save_one(connection, EnteredProperties(maps={which: list(rows.items())}))
    mapped = properties(connection).maps[which].get(ours.strip())
    return mapped.name if mapped else ""


def _save_one(connection: Connection, entered: EnteredProperties) -> None:
    try:
        save_properties(connection, entered)
    except SettingsRefused as refused:
        raise next(iter(refused.faults.values())) from None
