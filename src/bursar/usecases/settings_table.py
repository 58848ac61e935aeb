"""Every setting of the billing configuration: its name, its default, its meaning, and how its text is checked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from bursar.domain.additions.situation import PriceSource
from bursar.domain.errors import InvalidInput
from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.rules import EndRule, StartRule

LONGEST_NAME = 80
"""Characters of a custom charge type name: it becomes part of an Addition's description."""
MOST_DIGITS = 15
"""Before and behind the point of a number, and of a record id."""
INVOICING_CYCLES = ("CalendarYear", "ContractYear")
COMPENSATION_RATES = ("Actual", "Hourly")
COMPENSATION_LIMITS = ("Billing", "Amount", "Percent")
"""What ConnectWise accepts for these three fields of an Agreement."""

MOST_PERCENT = 1000
LATEST_CLOSING_DAY = 28
"""Every month has it."""
MOST_ADDRESSES = 20
LONGEST_ADDRESS = 254
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
"""A plain e-mail address, as HTML checks it: no name around it, and nothing that could end a header of a mail."""

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


def _one_of(*words: str) -> Callable[[str], str]:
    """One of ConnectWise's own words, whatever its case."""

    def check(text: str) -> str:
        for word in words:
            if word.casefold() == text.strip().casefold():
                return word
        raise InvalidInput(f"'{text}' is not a choice.", remedy=f"Use one of: {', '.join(words)}.")

    return check


def plain_text(text: str, longest: int = 1000) -> str:
    """The text without spaces around it. Raises InvalidInput for control characters, and when it is too long."""
    plain = text.strip()
    if not plain.isprintable():
        raise InvalidInput("The text holds control characters.", remedy="Use letters, digits, signs and spaces only.")
    if len(plain) > longest:
        raise InvalidInput(f"'{plain[:20]}…' is too long.", remedy=f"Use at most {longest} characters.")
    return plain


def _name(text: str) -> str:
    return plain_text(text, LONGEST_NAME)


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
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise InvalidInput(f"'{text}' is not a number.", remedy="Write it like 12.5.")
    return f"{number:f}"


def _share(text: str) -> str:
    number = Decimal(_number(text))
    if not 0 <= number <= 1:
        raise InvalidInput(f"{number} is not a share.", remedy="Write a number from 0 to 1, for example 0.30.")
    return f"{number:f}"


def _percent(text: str) -> str:
    number = Decimal(_number(text))
    if not 0 <= number <= MOST_PERCENT:
        raise InvalidInput(f"{number} is not a percentage.", remedy=f"Write a number from 0 to {MOST_PERCENT}.")
    return f"{number:f}"


def _closing_day(text: str) -> str:
    day = text.strip()
    if not (day.isascii() and day.isdecimal() and len(day) <= 2 and int(day) <= LATEST_CLOSING_DAY):
        raise InvalidInput(
            f"'{text}' is not a closing day.", remedy=f"Write a day from 1 to {LATEST_CLOSING_DAY}; 0 posts at once."
        )
    return str(int(day))


def _addresses(text: str) -> str:
    """E-mail addresses, each once, in the order in which they were given."""
    addresses = list(dict.fromkeys(filter(None, (part.strip() for part in plain_text(text, 2000).split(",")))))
    for address in addresses:
        if not (ADDRESS.fullmatch(address) and len(address) <= LONGEST_ADDRESS):
            raise InvalidInput(
                f"'{address}' is not an e-mail address.",
                remedy="Write addresses like ann@example.com, separated by commas.",
            )
    if len(addresses) > MOST_ADDRESSES:
        raise InvalidInput(
            f"{len(addresses)} addresses are too many.",
            remedy=f"Give at most {MOST_ADDRESSES}, or the address of a mailing list.",
        )
    return ", ".join(addresses)


def _record_id(text: str) -> str:
    if not (text.strip().isdecimal() and text.strip().isascii() and len(text.strip()) <= MOST_DIGITS):
        raise InvalidInput(f"'{text}' is not a record id.", remedy="Write the number that ConnectWise shows.")
    return text.strip()


SETTINGS: Mapping[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "agreement_type",
            "none: must be chosen",
            "Type of the Agreements that Bursar creates (name or id).",
            plain_text,
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
            Setting(f"name.{t}", t.value, f"Name of the charge type {t} that ConnectWise gets.", _name)
            for t in SHOWN_CHARGE_TYPES
        ),
        Setting(
            "daily_sync",
            "no",
            "Load the current month and post fully mapped lines every day at midnight UTC. Needs a running worker, and "
            "one successful posting by a person before.",
            _yes_no,
        ),
        Setting(
            "closing_day",
            "0",
            "Day (1 to 28) of the following month from which the daily sync posts a month; until then it only loads. "
            "0: at once.",
            _closing_day,
        ),
        Setting(
            "summary_to",
            "none",
            "E-mail addresses that get a summary of each daily sync, separated by commas.",
            _addresses,
        ),
        Setting(
            "pilot_mode",
            "no",
            "Post only customers for whom posting is enabled; all others can be previewed.",
            _yes_no,
        ),
        Setting(
            "alert_percent",
            "10",
            "Percent by which a price or quantity may change from one month to the next without an alert.",
            _percent,
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
        Setting("active_statuses", "Active", "Company statuses that count as active, separated by commas.", plain_text),
        Setting(
            "agreement.invoicing_cycle",
            "CalendarYear",
            "Invoicing cycle of a new Agreement.",
            _one_of(*INVOICING_CYCLES),
        ),
        Setting(
            "agreement.employee_comp_rate",
            "Actual",
            "Employee compensation rate of a new Agreement.",
            _one_of(*COMPENSATION_RATES),
        ),
        Setting(
            "agreement.employee_comp_not_exceed",
            "Billing",
            "Employee compensation not-exceed of a new Agreement.",
            _one_of(*COMPENSATION_LIMITS),
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


def known_setting(name: str) -> Setting:
    """The setting of this name. Raises InvalidInput."""
    if name in SETTINGS:
        return SETTINGS[name]
    if name.startswith(PRICE_PER_ORGANIZATION) and plain_text(name, 200) != PRICE_PER_ORGANIZATION:
        return Setting(name, "none", "Price policy of one organization.", _price_policy_text)
    raise InvalidInput(f"There is no setting '{name}'.", remedy="`bursar config show` lists them all.")


def _price_policy_text(text: str) -> str:
    source, _, markup = text.strip().partition(" ")
    checked = _choice(PriceSource)(source)
    return f"{checked} {_number(markup)}" if markup.strip() else checked
