"""Security roles, the people and programs that have them, and their API keys."""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass

from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.record import number, target, text
from psa_sandbox.state.store import Record, Store

FUNCTIONS = (
    ("Companies", "Company Maintenance"),
    ("Companies", "Contacts"),
    ("Companies", "Manage Attachments"),
    ("Finance", "Accounting Interface"),
    ("Finance", "Agreement Invoicing"),
    ("Finance", "Agreements"),
    ("Finance", "Billing View Time"),
    ("Finance", "Invoicing"),
    ("Procurement", "Inventory Adjustments"),
    ("Procurement", "Product Catalog"),
    ("Procurement", "Products"),
    ("Procurement", "Purchase Orders"),
    ("Project", "Project Headers"),
    ("Service Desk", "Service Tickets"),
    ("System", "Member Maintenance"),
    ("System", "My Company"),
    ("System", "Security Roles"),
    ("System", "Table Setup"),
    ("Time & Expense", "Expense Report Entry"),
    ("Time & Expense", "Time Entry"),
)

_EVERYTHING = "AEDI"
_BILLING = {
    "Company Maintenance": "I",
    "Contacts": "I",
    "Agreements": "AEI",
    "Agreement Invoicing": "I",
    "Invoicing": "I",
    "Product Catalog": "I",
    "Products": "I",
    "My Company": "I",
    "Table Setup": "I",
}
_ACCOUNTING = {
    "Company Maintenance": "I",
    "Manage Attachments": "I",
    "Accounting Interface": _EVERYTHING,
    "Billing View Time": "I",
    "Invoicing": "EDI",
    "Inventory Adjustments": "I",
    "Product Catalog": "I",
    "Products": "I",
    "Purchase Orders": "I",
    "Project Headers": "I",
    "Service Tickets": "I",
    "Member Maintenance": "I",
    "My Company": "I",
    "Table Setup": "I",
    "Expense Report Entry": "I",
    "Time Entry": "I",
}

_BOTH = {
    name: "".join(level for level in _EVERYTHING if level in _BILLING.get(name, "") + _ACCOUNTING.get(name, ""))
    for _, name in FUNCTIONS
}

# Per role the functions it may use: A add, E edit, D delete, I inquire, each at level All.
ROLES: dict[str, dict[str, str]] = {
    "Admin": {name: _EVERYTHING for _, name in FUNCTIONS},
    "Bursar Billing": _BILLING,
    "Bursar Accounting": _ACCOUNTING,
    "Read Only": {name: "I" for _, name in FUNCTIONS},
    "No Agreements": {name: levels for name, levels in _BILLING.items() if name != "Agreements"},
    "Bursar": _BOTH,
}

# Identifier, name and role.
API_MEMBERS = (
    ("api-admin", "API Administrator", "Admin"),
    ("bursar-billing", "Bursar billing sync", "Bursar Billing"),
    ("bursar-acct", "Bursar accounting sync", "Bursar Accounting"),
    ("read-only", "Read only reporting", "Read Only"),
    ("no-agreements", "Sync without agreements", "No Agreements"),
    ("bursar", "Bursar, both journeys", "Bursar"),
)

# Identifier, first name, last name and role.
MEMBERS = (
    ("dmorgan", "Dana", "Morgan", "Admin"),
    ("rsingh", "Ravi", "Singh", "Read Only"),
    ("tlarsen", "Tove", "Larsen", "Read Only"),
    ("jokafor", "Jude", "Okafor", "Read Only"),
)

_ALPHABET = string.ascii_letters + string.digits
_KEY_LENGTH = 16


@dataclass(frozen=True)
class KeyPair:
    """What a client needs besides the company id."""

    role: str
    member: str
    public_key: str
    private_key: str


def plant_roles(store: Store) -> None:
    """Fill roles, their settings, members, API members and one key pair for each API member."""
    for name, allowed in ROLES.items():
        role = store.insert("securityRole", {"name": name, "roleType": "API", "adminFlag": name == "Admin"})
        for position, (module, function) in enumerate(FUNCTIONS, start=1):
            store.insert("securityRoleSetting", _setting(role, module, function, allowed, position))
    for identifier, first, last, role_name in MEMBERS:
        store.insert("member", _member(store, identifier, first, last, role_name))
    for identifier, name, role_name in API_MEMBERS:
        _plant_api_member(store, identifier, name, role_name)


def api_keys(store: Store) -> list[KeyPair]:
    """Every key pair of the store that is not expired, with the role it acts in."""
    return [_pair(store, key) for key in store.rows("apiKey") if key.get("expired") is not True]


def _pair(store: Store, key: Record) -> KeyPair:
    member = store.get("apiMember", number(key, "memberId")) or {}
    role = target(store, member, "securityRole", "securityRole")
    return KeyPair(
        role=text(role, "name"),
        member=text(member, "identifier"),
        public_key=text(key, "publicKey"),
        private_key=text(key, "privateKey"),
    )


def _setting(role: Record, module: str, function: str, allowed: dict[str, str], position: int) -> Record:
    granted = allowed.get(function, "")
    levels = {
        field: "All" if letter in granted else "None"
        for field, letter in zip(("addLevel", "editLevel", "deleteLevel", "inquireLevel"), _EVERYTHING, strict=True)
    }
    return {
        "securityRoleId": role["id"],
        "moduleName": module,
        "moduleIdentifier": module,
        "moduleDescription": module,
        "moduleFunctionName": function,
        "moduleFunctionIdentifier": function,
        "moduleFunctionDescription": function,
        "myAllFlag": True,
        "reportFlag": False,
        "restrictFlag": False,
        "customFlag": function == "Table Setup",
        "sortOrder": position,
        **levels,
    }


def _member(store: Store, identifier: str, first: str, last: str, role: str) -> Record:
    return {
        "identifier": identifier,
        "firstName": first,
        "lastName": last,
        "licenseClass": "F",
        "hireDate": "2019-04-01T00:00:00Z",
        "defaultEmail": "Office",
        "officeEmail": f"{identifier}@cedarpoint.example",
        "primaryEmail": f"{identifier}@cedarpoint.example",
        "defaultPhone": "Office",
        "securityRole": ref(store, "securityRole", name=role),
        "defaultLocation": ref(store, "location", name="Minneapolis"),
        "defaultDepartment": ref(store, "department", identifier="Services"),
        "inactiveFlag": False,
    }


def _plant_api_member(store: Store, identifier: str, name: str, role: str) -> None:
    member: Record = {
        "identifier": identifier,
        "name": name,
        "emailAddress": f"{identifier}@cedarpoint.example",
        "securityRole": ref(store, "securityRole", name=role),
        "defaultLocation": ref(store, "location", name="Minneapolis"),
        "defaultDepartment": ref(store, "department", identifier="Admin"),
        "inactiveFlag": False,
    }
    owner = store.insert("apiMember", member)
    key: Record = {
        "memberId": owner["id"],
        "publicKey": _key_text(f"{identifier} public"),
        "privateKey": _key_text(f"{identifier} private"),
        "expired": False,
    }
    store.insert("apiKey", key)


def _key_text(purpose: str) -> str:
    """Sixteen letters and digits that look drawn by lot, always the same for one purpose."""
    digest = hashlib.sha256(f"cedarpoint {purpose}".encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_KEY_LENGTH])
