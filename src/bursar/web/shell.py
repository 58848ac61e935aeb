"""What every page shows around its content: connections to switch between, navigation, and the banner."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Connection, Person


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the left navigation; `pages` are the entries below it, while it is open."""

    title: str
    icon: str
    url: str
    current: bool
    disabled: bool = False
    pages: Sequence["NavItem"] = ()


CONNECTION_PAGES = (
    # title, icon, route, open without working credentials (rule 3)
    ("Dashboard", "gauge-high", "dashboard:page", False),
    ("Mapping", "diagram-project", "mapping:organizations", False),
    ("Plan", "scale-balanced", "plan:page", False),
    ("Review", "magnifying-glass-chart", "review:adoption", False),
    ("Ledger", "book", "ledger:unposted", False),
    ("System Logs", "list-ul", "logs:page", False),
    ("Settings", "gear", "settings:authentication", True),
    ("Runs", "play", "runs:list", True),
)
WITHIN = {"invoices": "mapping", "deliveries": "mapping", "payments": "ledger", "books": "ledger"}
"""Page groups that have no item of their own, and the one that is the current item there."""
LEDGER_PAGES = (
    # title, route, beginnings of the routes that belong to it
    ("Unposted", "ledger:unposted", ("ledger:unposted", "ledger:export")),
    ("Documents", "ledger:documents", ("ledger:document",)),
    ("Batches", "ledger:batches", ("ledger:batch",)),
    ("Payments", "payments:list", ("payments:",)),
    ("Exceptions", "ledger:exceptions", ("ledger:exceptions",)),
    ("Mappings", "books:codes", ("books:code", "books:route")),
    ("Books", "books:list", ("books:list", "books:book", "books:new")),
    ("Reconciliation", "ledger:reconciliation", ("ledger:reconciliation",)),
)
"""Below Ledger, in the order of the work; shown while one of them is open."""
COMMON_PAGES = (
    ("Connections", "plug", "connections:list", Role.VIEWER),
    ("People", "users", "people:list", Role.ADMINISTRATOR),
    ("Audit", "clipboard-check", "audit:page", Role.ADMINISTRATOR),
)
OWN_PAGES = {"people:profile", "people:tokens", "people:revoke-token"}
"""Pages of one's own, reached from the name on top, not from the navigation."""


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor. Pages for nobody get nothing of it."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {}
    connections = list(Connection.objects.order_by("name"))
    chosen = _chosen(request, connections)
    return {
        "person": person,
        "role": Role(person.role),
        "is_operator": Role(person.role).allows(Role.OPERATOR),
        "is_administrator": Role(person.role).allows(Role.ADMINISTRATOR),
        "connections": connections,
        "active_connection": chosen,
        "navigation": _connection_items(request, chosen) if chosen else [],
        "common_navigation": _common_items(request, Role(person.role)),
        "agreement_type_missing": bool(
            chosen
            and getattr(request, "connection", None)
            and chosen.connected
            and _group(request) != "ledger"
            and not agreement_type_chosen(chosen)
        ),
    }


def agreement_type_chosen(connection: Connection) -> bool:
    """Nothing can be planned or posted before (rule 16)."""
    return bool(connection.billing.get("agreement_type"))


def _chosen(request: HttpRequest, connections: Sequence[Connection]) -> Connection | None:
    """The connection of this page, else the one last looked at, else the default one."""
    here = getattr(request, "connection", None)
    if isinstance(here, Connection):
        return next((c for c in connections if c.pk == here.pk), here)
    last = request.session.get("connection")
    found = next((c for c in connections if c.pk == last), None)
    return found or next((c for c in connections if c.is_default), None)


def _connection_items(request: HttpRequest, connection: Connection) -> list[NavItem]:
    here = _group(request)
    below = {"ledger": _ledger_items(request, connection)} if here == "ledger" else {}
    return [
        NavItem(
            title,
            icon,
            reverse(route, args=[connection.pk]),
            current=here == route.partition(":")[0],
            disabled=not (connection.connected or always_open),
            pages=below.get(route.partition(":")[0], ()),
        )
        for title, icon, route, always_open in CONNECTION_PAGES
    ]


def _group(request: HttpRequest) -> str:
    """The page group of the navigation that a page belongs to."""
    here = request.resolver_match.app_name if request.resolver_match else ""
    return WITHIN.get(here, here)


def _ledger_items(request: HttpRequest, connection: Connection) -> list[NavItem]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        NavItem(title, "", reverse(route, args=[connection.pk]), current=here.startswith(beginnings))
        for title, route, beginnings in LEDGER_PAGES
    ]


def _common_items(request: HttpRequest, role: Role) -> list[NavItem]:
    match = request.resolver_match
    here = "" if match is None or match.view_name in OWN_PAGES else match.app_name
    return [
        NavItem(title, icon, reverse(route), current=here == route.partition(":")[0])
        for title, icon, route, needed in COMMON_PAGES
        if role.allows(needed)
    ]
