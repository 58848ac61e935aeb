"""The Properties form: as it is stored, as it was sent, and its controls (rules 126-129 and 134)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from bursar.domain.errors import BursarError
from bursar.domain.lists import ListKind
from bursar.store.models import Connection, ListEntry
from bursar.usecases.billing_settings import SETTINGS
from bursar.usecases.lists import GONE, UNREAD, Chosen, usable
from bursar.usecases.properties import (
    ACTIVE_STATUSES,
    BILLING_NAMES,
    CATEGORY,
    DEFAULT_STATUS,
    LINE_DESCRIPTION,
    PICKED,
    PRODUCT_TYPE,
    RECORDS,
    SUBCATEGORY,
    LineDescription,
    PriceOrder,
    ValueMap,
    chosen_entry,
    properties,
    properties_version,
)
from bursar.usecases.save_properties import EnteredProperties
from bursar.usecases.settings_table import COMPENSATION_LIMITS, COMPENSATION_RATES, INVOICING_CYCLES
from bursar.web.settings.controls import Control, Option, RowControl, focus_in, list_options, plain_options
from bursar.web.settings.rows import Row, Rows, pairs, posted_rows

SCALARS = (*PICKED, LINE_DESCRIPTION, *BILLING_NAMES)
FAMILIES = (*ValueMap, *PriceOrder)
LABELS: Mapping[str, str] = {
    CATEGORY: "Product Category",
    SUBCATEGORY: "Product Sub-Category",
    PRODUCT_TYPE: "Product Type",
    "agreement.employee_comp_not_exceed": "Agreement Employee Compensation Not Exceed",
    "agreement.employee_comp_rate": "Agreement Employee Compensation Rate",
    "agreement.invoicing_cycle": "Agreement Invoicing Cycle",
    "agreement.location_id": "Agreement Default Location",
    "agreement.department_id": "Agreement Default Department",
    "agreement.billing_cycle_id": "Agreement Billing Cycle",
    ACTIVE_STATUSES: "Active Statuses",
    DEFAULT_STATUS: "Default Active Status",
    LINE_DESCRIPTION: "PSA Line description",
    ValueMap.PAYMENT_TERMS: "Payment Terms",
    ValueMap.AGREEMENT_TYPES: "Agreement Type",
    ValueMap.UNITS: "Unit of Measure",
    ValueMap.FREQUENCIES: "Billing Frequencies",
    PriceOrder.UNITS: "Select Units To Add Product Price",
    PriceOrder.PRICE_LISTS: "Select Pricelists To Add Product Price",
}
REQUIRED = (
    "This value is required when creating an Agreement in ConnectWise but has no impact to the behavior of Bursar."
)
LATER = "Kept for the catalogue journey, which this version does not have yet; posting invoice lines does not use it."
HELP: Mapping[str, str] = {
    CATEGORY: "The category to use when creating a product in ConnectWise.",
    SUBCATEGORY: "The sub-category to use when creating a product in ConnectWise.",
    PRODUCT_TYPE: "The type to use when creating a product in ConnectWise.",
    ACTIVE_STATUSES: 'Select the statuses that represent "Active" records in ConnectWise.',
    DEFAULT_STATUS: f"The status that should be used when creating an Active ConnectWise record. {LATER}",
    LINE_DESCRIPTION: f"'Description' or 'Line One & Line Two' for the PSA invoice. {LATER}",
    "agreement.billing_cycle_id": "How often a new Agreement is invoiced.",
}
DEFAULTS = {
    "agreement.location_id": "ConnectWise decides",
    "agreement.department_id": "ConnectWise decides",
    "agreement.billing_cycle_id": "ConnectWise decides",
}
WORDS = {
    "agreement.employee_comp_not_exceed": COMPENSATION_LIMITS,
    "agreement.employee_comp_rate": COMPENSATION_RATES,
    "agreement.invoicing_cycle": INVOICING_CYCLES,
}
SPOKEN = {"CalendarYear": "Calendar Year", "ContractYear": "Contract Year"}
Lists = Mapping[ListKind, Sequence[ListEntry]]


@dataclass(slots=True)
class PropertiesForm:
    """What the page shows in its inputs."""

    connection: Connection
    lists: Lists
    values: dict[str, str]
    statuses: list[str]
    rows: dict[str, Rows]
    version: str
    edited: bool = False
    focus: str = ""
    faults: dict[str, BursarError] = field(default_factory=dict)

    @classmethod
    def stored(cls, connection: Connection, lists: Lists) -> "PropertiesForm":
        """What is in force. Values that are known beforehand have a row each."""
        known = properties(connection)
        rows: dict[str, Rows] = {}
        for which in ValueMap:
            given = dict.fromkeys(which.beginning, "")
            mapped = {ours: str(theirs.id) for ours, theirs in sorted(known.maps[which].items())}
            rows[which] = [Row(*pair) for pair in (given | mapped).items()]
        rows |= {order: [Row(name) for name in known.orders[order]] for order in PriceOrder}
        values = {name: _stored_text(connection, name) for name in SCALARS}
        return cls(connection, lists, values, _parts(values[ACTIVE_STATUSES]), rows, properties_version(connection))

    @classmethod
    def sent(cls, connection: Connection, lists: Lists, data: QueryDict) -> "PropertiesForm":
        """What a person sent, whatever it is."""
        statuses = data.getlist(ACTIVE_STATUSES)
        values = {name: data.get(name, "") for name in SCALARS} | {ACTIVE_STATUSES: ", ".join(statuses)}
        rows = {family: posted_rows(data, family) for family in FAMILIES}
        return cls(connection, lists, values, statuses, rows, data.get("version", ""), edited=True)

    def differs_from(self, stored: "PropertiesForm") -> bool:
        """Whether it holds something that is not saved."""
        return (self.values, self.rows) != (stored.values, stored.rows)

    def entered(self) -> EnteredProperties:
        """The form as the use case takes it."""
        return EnteredProperties(
            self.values,
            {which: pairs(self.rows[which]) for which in ValueMap},
            {order: [row.left for row in self.rows[order]] for order in PriceOrder},
        )

    def product(self) -> Iterable[Control]:
        """Product Category, Sub-Category, Type."""
        categories = {e.remote_id: e.name for e in self.lists[ListKind.PRODUCT_CATEGORY]}
        yield self._picked(CATEGORY)
        yield self._picked(SUBCATEGORY, categories)
        yield self._picked(PRODUCT_TYPE)

    def agreement(self) -> Iterable[Control]:
        """What ConnectWise wants to know when an Agreement is created."""
        for name, words in WORDS.items():
            spoken = [(word, SPOKEN.get(word, word)) for word in words]
            yield self._control(name, plain_options(spoken, self.values[name]), REQUIRED)
        for name, kind in RECORDS.items():
            chosen = self._chosen_record(name, kind)
            options = list_options(self.lists[kind], chosen, self.values[name])
            yield self._control(name, options, HELP.get(name, REQUIRED), DEFAULTS[name])

    def default_status(self) -> Control:
        return self._picked(DEFAULT_STATUS)

    def line_description(self) -> Control:
        words = [(word.value, word.value) for word in LineDescription]
        return self._control(
            LINE_DESCRIPTION, plain_options(words, self.values[LINE_DESCRIPTION]), HELP[LINE_DESCRIPTION]
        )

    def active_statuses(self) -> Control:
        """The statuses to tick; ticked ones that have vanished are among them, marked."""
        kept = self.lists[ListKind.COMPANY_STATUS]
        names = [entry.name for entry in usable(kept)]
        gone = [name for name in self._known_statuses() if name not in names]
        note = GONE if kept else UNREAD
        options = [Option(name, name, name in self.statuses) for name in names]
        options += [Option(name, name, name in self.statuses, note) for name in gone]
        fault = self.faults.get(ACTIVE_STATUSES)
        return Control(
            ACTIVE_STATUSES, LABELS[ACTIVE_STATUSES], "several", "", options, HELP[ACTIVE_STATUSES], fault=fault
        )

    def _known_statuses(self) -> Sequence[str]:
        stored = _parts(_stored_text(self.connection, ACTIVE_STATUSES))
        return list(dict.fromkeys([*stored, *self.statuses]))

    def map_rows(self, which: ValueMap) -> Sequence[RowControl]:
        """The rows of one value map."""
        before = properties(self.connection).maps[which]
        return [self._map_row(which, number, row, before) for number, row in enumerate(self.rows[which])]

    def _map_row(self, which: ValueMap, number: int, row: Row, before: Mapping[str, Chosen]) -> RowControl:
        place = f"{LABELS[which]}, row {number + 1}"
        options = list_options(self.lists[which.kind], before.get(row.left), row.right)
        return RowControl(
            which,
            number,
            Control(f"{which}.left", f"{place}: platform", "text", row.left),
            Control(f"{which}.right", f"{place}: ConnectWise", "choice", options=options, empty="Not mapped"),
            self.faults.get(f"{which}.{number + 1}"),
            focus_in(self.focus, which, number),
            fixed=row.left in which.beginning,
        )

    def order_rows(self, order: PriceOrder) -> Sequence[RowControl]:
        """The rows of one ordered list."""
        rows = self.rows[order]
        return [
            RowControl(
                order,
                number,
                Control(f"{order}.left", f"Position {number + 1}", "text", row.left),
                fault=self.faults.get(f"{order}.{number + 1}"),
                focus=focus_in(self.focus, order, number),
                last=number == len(rows) - 1,
            )
            for number, row in enumerate(rows)
        ]

    def suggested(self, order: PriceOrder) -> Sequence[str]:
        """What is known to choose from: the platform's units that are mapped, then ConnectWise's units."""
        if order is not PriceOrder.UNITS:
            return ()
        mapped = properties(self.connection).maps[ValueMap.UNITS]
        theirs = [entry.name for entry in usable(self.lists[ListKind.UNIT_OF_MEASURE])]
        return list(dict.fromkeys([*mapped, *theirs]))

    def _picked(self, name: str, groups: Mapping[int, str] | None = None) -> Control:
        chosen = chosen_entry(self.connection.properties, name)
        options = list_options(self.lists[PICKED[name]], chosen, self.values[name], groups)
        return self._control(name, options, HELP[name], "Not chosen")

    def _control(self, name: str, options: Sequence[Option], text: str, empty: str = "") -> Control:
        return Control(
            name, LABELS[name], "choice", self.values[name], options, text, empty, fault=self.faults.get(name)
        )

    def _chosen_record(self, name: str, kind: ListKind) -> Chosen | None:
        stored = str(self.connection.billing.get(name, ""))
        if not stored:
            return None
        named = next((e.name for e in self.lists[kind] if str(e.remote_id) == stored), f"Record {stored}")
        return Chosen(int(stored), named)


def _stored_text(connection: Connection, name: str) -> str:
    if name in PICKED:
        chosen = chosen_entry(connection.properties, name)
        return str(chosen.id) if chosen else ""
    if name == LINE_DESCRIPTION:
        return properties(connection).line_description.value
    return str(connection.billing.get(name, "" if name in RECORDS else SETTINGS[name].default))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
