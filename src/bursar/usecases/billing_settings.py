"""The connection's billing configuration: one table of settings, shown and set by name (rules 16-25, 103-108)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from bursar.domain.additions.situation import AgreementDefaults, BillingSettings, PricePolicy, PriceSource
from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.psa import AgreementType
from bursar.domain.rules import ChargeRules, EndRule, StartRule
from bursar.ports import Psa
from bursar.store.models import Connection

SHOWN_CHARGE_TYPES = tuple(t for t in ChargeType if t is not ChargeType.USER_CORRECTION)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, its default as a person reads it, its meaning, and how its text is checked."""

    name: str
    default: str
    meaning: str
    check: Callable[[str], str]


def _choice(kind: type[StrEnum]) -> Callable[[str], str]:
    def check(text: str) -> str:
        for member in kind:
            if member.value.casefold() == text.strip().casefold():
                return member.value
        raise InvalidInput(f"'{text}' is not a choice.", remedy=f"Use one of: {', '.join(m.value for m in kind)}.")

    return check


def _text(text: str) -> str:
    return text.strip()


def _yes_no(text: str) -> str:
    answer = text.strip().casefold()
    if answer in {"yes", "true", "on", "1"}:
        return "yes"
    if answer in {"no", "false", "off", "0"}:
        return "no"
    raise InvalidInput(f"'{text}' is neither yes nor no.", remedy="Write yes or no.")


def _number(text: str) -> str:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidInput(f"'{text}' is not a number.", remedy="Write it like 12.5.")
    return f"{number:f}"


def _share(text: str) -> str:
    number = Decimal(_number(text))
    if not 0 <= number <= 1:
        raise InvalidInput(f"{number} is not a share.", remedy="Write a number from 0 to 1, for example 0.30.")
    return f"{number:f}"


def _record_id(text: str) -> str:
    if not text.strip().isdigit():
        raise InvalidInput(f"'{text}' is not a record id.", remedy="Write the number that ConnectWise shows.")
    return text.strip()


SETTINGS: Mapping[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "agreement_type", "none: must be chosen", "Type of the Agreements that Bursar creates (name or id).", _text
        ),
        *(
            Setting(f"end_rule.{t}", "none", f"Charge End Date rule of {t} lines.", _choice(EndRule))
            for t in SHOWN_CHARGE_TYPES
        ),
        *(
            Setting(f"start_rule.{c}", "none", f"Charge Start Date rule of {c} lines.", _choice(StartRule))
            for c in BillingCycle
        ),
        *(
            Setting(f"name.{t}", t.value, f"Name of the charge type {t} that ConnectWise gets.", _text)
            for t in SHOWN_CHARGE_TYPES
        ),
        Setting("price", "platform", "Which price is written.", _choice(PriceSource)),
        Setting("markup", "0", "How much the two markup prices add to the unit cost.", _number),
        Setting(
            "mass_cancel_share",
            "0.30",
            "Share of a customer's subscriptions above which cancellations wait for a person.",
            _share,
        ),
        Setting("skip_zero_lines", "no", "Leave out lines that come to zero.", _yes_no),
        Setting("hold_negative_lines", "no", "Withhold negative lines until each is approved.", _yes_no),
        Setting("new_records_excluded", "no", "New organizations and offers start excluded.", _yes_no),
        Setting("active_statuses", "Active", "Company statuses that count as active, separated by commas.", _text),
        Setting("agreement.invoicing_cycle", "CalendarYear", "Invoicing cycle of a new Agreement.", _text),
        Setting("agreement.employee_comp_rate", "Actual", "Employee compensation rate of a new Agreement.", _text),
        Setting(
            "agreement.employee_comp_not_exceed",
            "Billing",
            "Employee compensation not-exceed of a new Agreement.",
            _text,
        ),
        Setting("agreement.location_id", "none", "Location of a new Agreement.", _record_id),
        Setting("agreement.department_id", "none", "Department of a new Agreement.", _record_id),
        Setting(
            "agreement.billing_cycle_id", "none: ConnectWise decides", "Billing cycle of a new Agreement.", _record_id
        ),
    )
}
PRICE_PER_ORGANIZATION = "price_for."
"""Prefix of the family `price_for.<organization id>`: a price, or price and markup as in `markup_percent 12`."""


def set_billing_setting(connection: Connection, name: str, text: str, psa: Psa | None = None) -> str:
    """Check and store one setting; empty text restores the default. Returns what was stored.

    The Agreement Type is looked up in ConnectWise, which needs `psa`. Raises InvalidInput.
    """
    if not text.strip():
        _known(name)
        connection.billing.pop(name, None)
        stored = ""
    elif name == "agreement_type":
        chosen = _agreement_type(text, psa)
        connection.billing[name] = {"id": chosen.id, "name": chosen.name}
        stored = chosen.name
    else:
        stored = _known(name).check(text)
        connection.billing[name] = stored
    connection.save(update_fields=["billing"])
    return stored


def _known(name: str) -> Setting:
    if name in SETTINGS:
        return SETTINGS[name]
    if name.startswith(PRICE_PER_ORGANIZATION) and len(name) > len(PRICE_PER_ORGANIZATION):
        return Setting(name, "none", "Price policy of one organization.", _price_policy_text)
    raise InvalidInput(f"There is no setting '{name}'.", remedy="`bursar config show` lists them all.")


def _price_policy_text(text: str) -> str:
    source, _, markup = text.strip().partition(" ")
    checked = _choice(PriceSource)(source)
    return f"{checked} {_number(markup)}" if markup.strip() else checked


def _agreement_type(text: str, psa: Psa | None) -> AgreementType:
    if psa is None:
        raise InvalidInput("The Agreement Type is read from ConnectWise.", remedy="Set it while the connection works.")
    types = [t for t in psa.agreement_types() if not t.inactive]
    for candidate in types:
        if text.strip() == str(candidate.id) or text.strip().casefold() == candidate.name.casefold():
            return candidate
    names = ", ".join(sorted(t.name for t in types))
    raise InvalidInput(
        f"ConnectWise has no active Agreement Type '{text}'.",
        remedy=f"Use one of: {names}. Or create it in ConnectWise first.",
    )


def shown_settings(connection: Connection) -> dict[str, str]:
    """Every setting's value in force, as text; defaults included."""
    stored = {
        name: value["name"] if isinstance(value, dict) else str(value) for name, value in connection.billing.items()
    }
    return {name: setting.default for name, setting in SETTINGS.items()} | stored


def billing_settings(connection: Connection) -> BillingSettings:
    """The settings as the planner needs them. Raises NotConfigured without an Agreement Type (rule 16)."""
    stored = connection.billing
    chosen = stored.get("agreement_type")
    if not chosen:
        raise NotConfigured(
            "No Agreement Type is chosen, and nothing can be planned or posted without one.",
            remedy="Run `bursar config set agreement_type NAME`.",
        )
    return BillingSettings(
        scope=connection.company.casefold(),
        agreement_type=AgreementType(int(chosen["id"]), str(chosen["name"])),
        rules=_rules(stored),
        agreement_defaults=_agreement_defaults(stored),
        price=PricePolicy(PriceSource(stored.get("price", "platform")), Decimal(stored.get("markup", "0"))),
        price_by_organization={
            name.removeprefix(PRICE_PER_ORGANIZATION): _price_policy(text)
            for name, text in stored.items()
            if name.startswith(PRICE_PER_ORGANIZATION)
        },
        mass_cancel_share=Decimal(stored.get("mass_cancel_share", "0.30")),
        skip_zero_lines=stored.get("skip_zero_lines") == "yes",
        hold_negative_lines=stored.get("hold_negative_lines") == "yes",
        active_statuses=frozenset(s.strip() for s in stored.get("active_statuses", "Active").split(",")),
    )


def _price_policy(text: str) -> PricePolicy:
    source, _, markup = text.partition(" ")
    return PricePolicy(PriceSource(source), Decimal(markup or "0"))


def _rules(stored: Mapping[str, str]) -> ChargeRules:
    return ChargeRules(
        end={t: EndRule(stored[f"end_rule.{t}"]) for t in ChargeType if f"end_rule.{t}" in stored},
        start={c: StartRule(stored[f"start_rule.{c}"]) for c in BillingCycle if f"start_rule.{c}" in stored},
        names={t: stored[f"name.{t}"] for t in ChargeType if f"name.{t}" in stored},
    )


def _agreement_defaults(stored: Mapping[str, str]) -> AgreementDefaults:
    def record(name: str) -> int | None:
        text = stored.get(f"agreement.{name}")
        return int(text) if text else None

    plain = AgreementDefaults()
    return AgreementDefaults(
        invoicing_cycle=stored.get("agreement.invoicing_cycle", plain.invoicing_cycle),
        employee_comp_rate=stored.get("agreement.employee_comp_rate", plain.employee_comp_rate),
        employee_comp_not_exceed=stored.get("agreement.employee_comp_not_exceed", plain.employee_comp_not_exceed),
        location_id=record("location_id"),
        department_id=record("department_id"),
        billing_cycle_id=record("billing_cycle_id"),
    )
