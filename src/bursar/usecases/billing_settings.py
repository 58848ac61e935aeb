"""The connection's billing configuration: shown, and saved all at once by name (rules 16-24, 103-108)."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from bursar.domain.additions.situation import AgreementDefaults, BillingSettings, PricePolicy, PriceSource
from bursar.domain.errors import BursarError, InvalidInput, NotConfigured
from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.lists import ListKind
from bursar.domain.psa import AgreementType
from bursar.domain.rules import ChargeRules, EndRule, StartRule
from bursar.ports import Psa
from bursar.store.models import AuditEntry, Connection
from bursar.usecases.audit import record
from bursar.usecases.lists import entries
from bursar.usecases.refusals import ChangedMeanwhile, SettingsRefused
from bursar.usecases.settings_table import PRICE_PER_ORGANIZATION, SETTINGS, SHOWN_CHARGE_TYPES, known_setting

__all__ = [
    "AGREEMENT_TYPE",
    "PRICE_PER_ORGANIZATION",
    "SETTINGS",
    "SHOWN_CHARGE_TYPES",
    "Staged",
    "billing_settings",
    "configuration_version",
    "save_configuration",
    "set_billing_setting",
    "shown_settings",
    "stage",
]

AGREEMENT_TYPE = "agreement_type"
SAVED = "configuration saved"
"""The audit's name for what `save_configuration` did."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A set of changes after checking: what would be stored, and what cannot be."""

    billing: Mapping[str, object]
    faults: Mapping[str, BursarError]


def save_configuration(
    connection: Connection, changes: Mapping[str, str], *, psa: Psa | None = None, version: str | None = None
) -> Collection[str]:
    """Store all changes or none; empty text restores a default. Returns the names whose value is another one now.

    `version` is what `configuration_version` said when the values were shown. An Agreement Type is looked for in
    ConnectWise when `psa` is there, else in the list kept of it. One audit entry tells of all (rules 23 and 123).
    Raises SettingsRefused with every fault, ChangedMeanwhile.
    """
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        if version is not None and version != configuration_version(stored, changes):
            raise changed_meanwhile(stored, SAVED, "configuration")
        staged = stage(stored, changes, psa)
        if staged.faults:
            raise SettingsRefused(staged.faults)
        changed = {name for name in changes if stored.billing.get(name) != staged.billing.get(name)}
        if changed:
            stored.billing, before = dict(staged.billing), stored.billing
            stored.save(update_fields=["billing"])
            record(
                SAVED,
                connection.name,
                connection=stored,
                before={name: _told(before, name) for name in sorted(changed)},
                after={name: _told(stored.billing, name) for name in sorted(changed)},
            )
    connection.billing = stored.billing
    return changed


def set_billing_setting(connection: Connection, name: str, text: str, psa: Psa | None = None) -> str:
    """Check and store one setting; empty text restores the default. Returns what was stored. Raises InvalidInput."""
    try:
        save_configuration(connection, {name: text}, psa=psa)
    except SettingsRefused as refused:
        raise refused.faults[name] from None
    return _told(connection.billing, name)


def stage(connection: Connection, changes: Mapping[str, str], psa: Psa | None = None) -> Staged:
    """What `save_configuration` would store, and every fault, without storing anything."""
    billing: dict[str, object] = dict(connection.billing)
    faults: dict[str, BursarError] = {}
    for name, text in changes.items():
        try:
            value = _checked(connection, name, text, psa)
        except InvalidInput as fault:
            faults[name] = fault
            continue
        if value is None:
            billing.pop(name, None)
        else:
            billing[name] = value
    return Staged(billing, faults)


def configuration_version(connection: Connection, names: Collection[str]) -> str:
    """What these settings are now, as a short digest: another one when somebody saved any of them since."""
    return digest({name: connection.billing.get(name) for name in names})


def digest(values: Mapping[str, object]) -> str:
    """A short digest of JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:20]


def changed_meanwhile(connection: Connection, action: str, what: str) -> ChangedMeanwhile:
    """The refusal, with who saved last as far as the audit knows."""
    last = AuditEntry.objects.filter(connection=connection.name, action=action).first()
    return ChangedMeanwhile(what, by=last.actor, at=last.at) if last else ChangedMeanwhile(what)


def _checked(connection: Connection, name: str, text: str, psa: Psa | None) -> object | None:
    """What to store for this text; None for the default."""
    setting = known_setting(name)
    if name == AGREEMENT_TYPE:
        return _agreement_type(connection, text, psa)
    if not text.strip():
        return None
    value = setting.check(text)
    return None if value == setting.default else value


def _agreement_type(connection: Connection, text: str, psa: Psa | None) -> object:
    """The Agreement Type by id or name. One that was chosen before stays, although it has vanished (rule 17)."""
    wanted = text.strip()
    if not wanted:
        raise InvalidInput(
            "An Agreement Type is required: nothing can be posted without one.", remedy="Choose an Agreement Type."
        )
    chosen = connection.billing.get(AGREEMENT_TYPE)
    if chosen and _is(wanted, int(chosen["id"]), str(chosen["name"])):
        return chosen
    active = _active_agreement_types(connection, psa)
    for candidate in active:
        if _is(wanted, candidate.id, candidate.name):
            return {"id": candidate.id, "name": candidate.name}
    names = ", ".join(sorted(t.name for t in active)) or "none that is known yet"
    raise InvalidInput(
        f"ConnectWise has no active Agreement Type '{wanted}'.",
        remedy=f"Use one of: {names}. Or create it in ConnectWise first, then refresh the list or test the connection.",
    )


def _is(wanted: str, record_id: int, name: str) -> bool:
    return wanted == str(record_id) or wanted.casefold() == name.casefold()


def _active_agreement_types(connection: Connection, psa: Psa | None) -> Collection[AgreementType]:
    if psa is not None:
        return [t for t in psa.agreement_types() if not t.inactive]
    kept = entries(connection, ListKind.AGREEMENT_TYPE)
    return [AgreementType(e.remote_id, e.name) for e in kept if not e.gone and not e.inactive]


def _told(billing: Mapping[str, object], name: str) -> str:
    """A stored value as a person reads it; empty for the default."""
    value = billing.get(name, "")
    return str(value["name"]) if isinstance(value, dict) else str(value)


def shown_settings(connection: Connection) -> dict[str, str]:
    """Every setting's value in force, as text; defaults included."""
    stored = {name: _told(connection.billing, name) for name in connection.billing}
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
        pilot=stored.get("pilot_mode") == "yes",
        alert_share=Decimal(stored.get("alert_percent", "10")) / 100,
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
