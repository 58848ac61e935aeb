"""The Configuration form: as it is stored, as it was sent, and the changes it stands for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from bursar.domain.additions.situation import PriceSource
from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.lines import BillingCycle
from bursar.domain.rules import EndRule, StartRule
from bursar.store.models import Connection, ListEntry
from bursar.usecases.billing_settings import (
    AGREEMENT_TYPE,
    SETTINGS,
    SHOWN_CHARGE_TYPES,
    configuration_version,
)
from bursar.usecases.lists import Chosen
from bursar.usecases.properties import BILLING_NAMES
from bursar.web.settings.controls import Control, RowControl, focus_in, list_options, plain_options
from bursar.web.settings.rows import Row, Rows, posted_rows

NAMES = tuple(name for name in SETTINGS if name not in BILLING_NAMES)
"""The settings of this page."""
NAME_FIELDS = tuple(f"name.{t}" for t in SHOWN_CHARGE_TYPES)
SWITCHES = ("daily_sync", "pilot_mode", "skip_zero_lines", "hold_negative_lines", "new_records_excluded")
BLANK_BY_DEFAULT = (*NAME_FIELDS, "summary_to")
"""What is empty in the form while it has its default."""
DAILY_SYNC = ("closing_day", "summary_to")
"""What stands below the switch of the daily sync."""
POSTING_RULES = (
    "price",
    "markup",
    "mass_cancel_share",
    "skip_zero_lines",
    "hold_negative_lines",
    "new_records_excluded",
    "alert_percent",
    "pilot_mode",
)
SCALARS = (AGREEMENT_TYPE, *NAME_FIELDS, "daily_sync", *DAILY_SYNC, *POSTING_RULES)
RULES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "end_rule": (tuple(SHOWN_CHARGE_TYPES), tuple(EndRule)),
    "start_rule": (tuple(BillingCycle), tuple(StartRule)),
}
"""Family of settings → what may be chosen on the left (once each) and on the right."""
LEFT = {"end_rule": "Charge Type", "start_rule": "Billing Cycle"}

PRICES = {
    PriceSource.PLATFORM: "Price of the platform",
    PriceSource.CATALOG: "Price of the ConnectWise product",
    PriceSource.MARKUP_PERCENT: "Unit cost plus a percentage",
    PriceSource.MARKUP_AMOUNT: "Unit cost plus an amount",
}
LABELS = {
    AGREEMENT_TYPE: "Agreement Type",
    "daily_sync": "Automated Daily Invoice Line Sync",
    "closing_day": "Closing day",
    "summary_to": "Send a summary to",
    "price": "Price",
    "markup": "Markup",
    "mass_cancel_share": "Share of cancellations that waits for a person",
    "skip_zero_lines": "Leave out lines that come to zero",
    "hold_negative_lines": "Withhold negative lines until each is approved",
    "new_records_excluded": "New organizations and offers start excluded",
    "alert_percent": "Percentage of change that is an alert",
    "pilot_mode": "Pilot mode: post only customers for whom posting is enabled",
}
HELP = {
    "closing_day": "Day of the following month, 1 to 28, from which the daily sync posts a month; until then it only"
    " loads what is there. 0: at once. A posting that a person starts does not wait for it.",
    "summary_to": "E-mail addresses, separated by commas. Each gets one e-mail after every daily sync.",
    "alert_percent": "From 0 to 1000. At 10, a price or quantity that changed by more than 10 % since the month before"
    " is an alert in Review.",
    "pilot_mode": "Everybody else can be previewed only. Posting is enabled on Mapping › Organizations.",
    "price": "Which price is written to ConnectWise.",
    "markup": "Percent, or an amount in the line's currency. Counts for the two prices that begin with the unit cost.",
    "mass_cancel_share": "From 0 to 1. At 0.30, a month that would cancel more than 30 % of a customer's subscriptions "
    "waits until a person confirms it.",
    "new_records_excluded": "Excluded records never block a month and are never posted. They are approved on Mapping.",
}
KINDS = {"price": "choice", "summary_to": "text"}
"""Kinds of the single settings that are neither switches nor numbers."""


@dataclass(slots=True)
class ConfigurationForm:
    """What the page shows in its inputs."""

    values: dict[str, str]
    rows: dict[str, Rows]
    version: str
    edited: bool = False
    """It holds something that is not saved."""
    focus: str = ""
    faults: dict[str, BursarError] = field(default_factory=dict)

    @classmethod
    def stored(cls, connection: Connection) -> "ConfigurationForm":
        """What is in force."""
        return cls(
            {name: _stored_text(connection, name) for name in SCALARS},
            {
                family: [
                    Row(left, connection.billing[f"{family}.{left}"])
                    for left in lefts
                    if _ruled(connection, family, left)
                ]
                for family, (lefts, _) in RULES.items()
            },
            configuration_version(connection, NAMES),
        )

    @classmethod
    def sent(cls, data: QueryDict) -> "ConfigurationForm":
        """What a person sent, whatever it is."""
        values = {name: data.get(name, "") for name in SCALARS}
        values |= {name: "yes" if name in data else "no" for name in SWITCHES}
        return cls(
            values, {family: posted_rows(data, family) for family in RULES}, data.get("version", ""), edited=True
        )

    def differs_from(self, stored: "ConfigurationForm") -> bool:
        """Whether it holds something that is not saved."""
        return (self.values, self.rows) != (stored.values, stored.rows)

    def changes(self) -> tuple[dict[str, str], dict[str, BursarError]]:
        """Every setting of the page with its text, and what is wrong with the rows (rules 18 and 19)."""
        changes = dict(self.values)
        faults: dict[str, BursarError] = {}
        for family, (lefts, _) in RULES.items():
            changes |= {f"{family}.{left}": "" for left in lefts}
            used: set[str] = set()
            for number, row in enumerate(self.rows[family], start=1):
                fault = _row_fault(family, row, used)
                if fault:
                    faults[f"{family}.{number}"] = fault
                elif row.left:
                    changes[f"{family}.{row.left}"] = row.right
                used.add(row.left)
        return changes, faults

    def agreement_type(self, connection: Connection, kept: Collection[ListEntry]) -> Control:
        """The choice of the Agreement Type; a chosen one that has vanished stays, marked (rule 17)."""
        return Control(
            AGREEMENT_TYPE,
            LABELS[AGREEMENT_TYPE],
            "choice",
            options=list_options(kept, chosen_agreement_type(connection), self.values[AGREEMENT_TYPE]),
            empty="Choose an Agreement Type",
            required=True,
            fault=self.faults.get(AGREEMENT_TYPE),
        )

    def rule_rows(self, family: str) -> Sequence[RowControl]:
        """The rows of one family; what one row uses, the others do not offer."""
        used = {row.left for row in self.rows[family]}
        return [self._rule_row(family, number, row, used) for number, row in enumerate(self.rows[family])]

    def _rule_row(self, family: str, number: int, row: Row, used: Collection[str]) -> RowControl:
        lefts, rights = RULES[family]
        what, place = LEFT[family], f"row {number + 1}"
        cases = plain_options(zip(lefts, lefts, strict=True), row.left, used)
        rules = plain_options(zip(rights, rights, strict=True), row.right)
        return RowControl(
            family,
            number,
            Control(f"{family}.left", f"{what}, {place}", "choice", options=cases, empty=f"Choose a {what}"),
            Control(f"{family}.right", f"Rule, {place}", "choice", options=rules, empty="Choose a rule"),
            self._fault_of_row(family, number, row),
            focus_in(self.focus, family, number),
        )

    def _fault_of_row(self, family: str, number: int, row: Row) -> BursarError | None:
        return self.faults.get(f"{family}.{number + 1}") or self.faults.get(f"{family}.{row.left}")

    def rules_left(self, family: str) -> bool:
        """Whether one more row could be used."""
        return len(self.rows[family]) < len(RULES[family][0])

    def names(self) -> Iterable[Control]:
        """The six custom names; the placeholder is the default."""
        for name in NAME_FIELDS:
            default = SETTINGS[name].default
            yield Control(name, default, "text", self.values[name], placeholder=default, fault=self.faults.get(name))

    def daily_sync_rules(self) -> Iterable[Control]:
        """What the daily sync keeps to, below its switch."""
        for name in DAILY_SYNC:
            yield self.control(name)

    def posting_rules(self) -> Iterable[Control]:
        """The second panel."""
        for name in POSTING_RULES:
            yield self.control(name)

    def control(self, name: str) -> Control:
        """One single setting."""
        kind = "switch" if name in SWITCHES else KINDS.get(name, "number")
        options = plain_options(PRICES.items(), self.values[name]) if name == "price" else ()
        return Control(
            name, LABELS[name], kind, self.values[name], options, HELP.get(name, ""), fault=self.faults.get(name)
        )


def chosen_agreement_type(connection: Connection) -> Chosen | None:
    """What is stored."""
    stored = connection.billing.get(AGREEMENT_TYPE)
    return Chosen(int(stored["id"]), str(stored["name"])) if stored else None


def _ruled(connection: Connection, family: str, left: str) -> bool:
    return f"{family}.{left}" in connection.billing


def _stored_text(connection: Connection, name: str) -> str:
    if name == AGREEMENT_TYPE:
        chosen = chosen_agreement_type(connection)
        return str(chosen.id) if chosen else ""
    default = "" if name in BLANK_BY_DEFAULT else SETTINGS[name].default
    return str(connection.billing.get(name, default))


def _row_fault(family: str, row: Row, used: Collection[str]) -> InvalidInput | None:
    what = LEFT[family]
    if not row.left and not row.right:
        return None
    if not row.left:
        return InvalidInput(f"The {what} is missing.", remedy="Choose it, or remove the row.")
    if row.left not in RULES[family][0]:
        return InvalidInput(f"'{row.left}' is no {what}.", remedy="Choose one of the list.")
    if row.left in used:
        return InvalidInput(f"There is a rule for {row.left} already.", remedy=f"A {what} can have only one rule.")
    if not row.right:
        return InvalidInput("The rule is missing.", remedy="Choose it, or remove the row.")
    return None
