"""Every group of routes, in the order of the reference."""

from bursar.api import (
    audit,
    connection_files,
    connections,
    dashboard,
    lines,
    logs,
    organizations,
    people,
    permissions,
    plan,
    run_start,
    settings,
    tokens,
    whoami,
)

NOUNS = tuple(
    module.routes
    for module in (
        *(whoami, connection_files, connections, permissions, settings, dashboard, organizations, lines, plan),
        run_start,  # and with it runs, which declares the others on the same addresses
        *(logs, audit, people, tokens),
    )
)
