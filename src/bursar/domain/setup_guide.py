"""How to prepare ConnectWise for Bursar, step by step: one text for the page in the browser and the user manual.

The steps are those published for accounting integrations, with the permissions that Bursar itself needs.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bursar.domain.permissions import ENABLED, TABLE_SETUP, Act, Journey, Permission, boxes_for


class Shown(StrEnum):
    """A table that belongs to a step."""

    LEVELS = "levels"
    TABLES = "tables"
    ACCOUNTING = "accounting"
    """Levels that books and payments need beyond those."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing to do. `warning` is what goes wrong without it; `command` does the same from a terminal."""

    text: str
    warning: str = ""
    shown: Shown | None = None
    command: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its heading; `why` is one sentence."""

    title: str
    why: str
    instructions: Sequence[Instruction]


TITLE = "ConnectWise set-up"
LEAD = (
    "Six steps in ConnectWise, two in Bursar, about fifteen minutes. You need a ConnectWise login that may change "
    "security roles and members."
)
STEPS: Sequence[Step] = (
    Step(
        "Add a security role",
        "A role of its own gives Bursar what it needs and nothing else.",
        (
            Instruction("In ConnectWise, go to System > Security Roles and select +."),
            Instruction("Give the role a name, for example Bursar, and save it."),
            Instruction("Set these levels. Everything that is not in the table stays at None.", shown=Shown.LEVELS),
            Instruction(
                "The customisation of Table Setup decides which tables may be read. If you restrict it, select "
                "Customize on the Table Setup row and allow access to these:",
                shown=Shown.TABLES,
            ),
            Instruction(
                "If Bursar is to post to the books and to bring payments back, set these levels as well. Table Setup "
                "then also needs General Ledger / GL Accounts.",
                shown=Shown.ACCOUNTING,
            ),
        ),
    ),
    Step(
        "Add an API member",
        "A member of its own shows in the history of ConnectWise what Bursar did.",
        (
            Instruction("Go to System > Members, tab API Members, and select +."),
            Instruction("Member ID and Member Name: for example BursarAPI and Bursar API."),
            Instruction("Role ID: the security role of step 1."),
            Instruction(
                "Level: the highest access level, Corporate (Level 1).",
                warning="With a lower level ConnectWise hides the records of other locations, and Bursar cannot tell.",
            ),
            Instruction("Fill in the other required fields as you like, and save."),
        ),
    ),
    Step(
        "Create an API key",
        "The key pair is how Bursar logs in.",
        (
            Instruction("On the API member, open the tab API Keys and select +."),
            Instruction("Description: for example Bursar."),
            Instruction(
                "Select Save, not Save & Close.",
                warning="The private key is shown once, after saving. Save & Close closes the page before you can "
                "copy it. If that happens, delete the key and create a new one.",
            ),
            Instruction("Copy the public and the private key to where you will enter them in Bursar."),
        ),
    ),
    Step(
        "Get a client ID",
        "ConnectWise wants to know with every call which integration makes it.",
        (
            Instruction("Log in to the ConnectWise developer site and register a private integration."),
            Instruction("Copy its client ID, a GUID such as 5c1f0f6e-6a0c-4a55-9d5a-0f6d1e0b6a11."),
        ),
    ),
    Step(
        "Note the address and the Company ID",
        "They say where your ConnectWise is, and which company of it is yours.",
        (
            Instruction(
                "API URL: the address in your browser while you use ConnectWise, up to the first slash after the "
                "host: https://na.myconnectwise.net in North America, https://eu.myconnectwise.net in Europe, "
                "https://au.myconnectwise.net in Australia, or your own server."
            ),
            Instruction("Company ID: what you type into the field Company of the ConnectWise login page."),
        ),
    ),
    Step(
        "Choose an Agreement Type",
        "Bursar creates the Agreements that it needs with this type.",
        (
            Instruction(
                "An existing type will do; for a new one go to System > Setup Tables > Agreement Type, for example "
                "Cloud Subscriptions."
            ),
        ),
    ),
    Step(
        "Connect Bursar",
        "Nothing is stored before the keys work.",
        (
            Instruction(
                "In Bursar, open Settings > Authentication, enter API URL, Company ID, Public Key, Private Key and "
                "client ID, and select Test Connection. The test only reads."
            ),
            Instruction("Select Save, then choose the Agreement Type on Settings > Configuration."),
        ),
    ),
    Step(
        "Check the permissions",
        "The check says which box of the role is still to be ticked.",
        (
            Instruction(
                "Open Settings > Permissions and select Check permissions, or use the command line:",
                command="bursar connection check-permissions",
            ),
            Instruction(
                "If the role also grants Inquire on System > Member Maintenance and System > Security Roles, enter "
                "the Member ID: then the levels are read from the role itself."
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A row of the security role with its four levels, All or None."""

    permission: Permission
    levels: Sequence[str]


def level_rows(journeys: Collection[Journey] = ENABLED) -> Sequence[LevelRow]:
    """What the role must allow for these journeys, in the order of ConnectWise's page."""
    boxes = {(box.permission, box.act) for box in boxes_for(journeys) if not box.table}
    rows = dict.fromkeys(box.permission for box in boxes_for(journeys) if not box.table)
    return [LevelRow(row, ["All" if (row, act) in boxes else "None" for act in Act]) for row in rows]


def tables() -> Sequence[str]:
    """The setup tables that the enabled journeys read."""
    return [box.table for box in boxes_for(ENABLED) if box.permission == TABLE_SETUP and box.table]


HEAD = f"""\
# {TITLE}

<!-- Generated: python -m bursar.domain.setup_guide > docs/guide/connectwise-setup.md -->

{LEAD} The same guide is in Bursar under Settings > Permissions > Set-up guide.
"""


def markdown() -> str:
    """The page of the user manual."""
    sections = [_section(number, step) for number, step in enumerate(STEPS, start=1)]
    return "\n".join([HEAD, *sections])


def _section(number: int, step: Step) -> str:
    items = [_item(position, each) for position, each in enumerate(step.instructions, start=1)]
    return "\n".join([f"## {number}. {step.title}", "", step.why, "", *items, ""])


def _item(position: int, each: Instruction) -> str:
    lines = [f"{position}. {each.text}"]
    if each.warning:
        lines += ["", f"   **Important:** {each.warning}"]
    if each.command:
        lines += ["", f"   `{each.command}`"]
    if each.shown is Shown.LEVELS:
        lines += ["", *(f"   {line}" for line in _level_table(level_rows())), ""]
    if each.shown is Shown.ACCOUNTING:
        lines += ["", *(f"   {line}" for line in _level_table(level_rows([Journey.ACCOUNTING]))), ""]
    if each.shown is Shown.TABLES:
        lines += ["", *(f"   - {table}" for table in tables())]
    return "\n".join(lines)


def _level_table(rows: Sequence[LevelRow]) -> Sequence[str]:
    head = ["| Module | Permission | Add | Edit | Delete | Inquire |", "|---|---|---|---|---|---|"]
    return head + [f"| {row.permission.module} | {row.permission.name} | {' | '.join(row.levels)} |" for row in rows]
