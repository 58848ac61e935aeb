"""Every group of routes, in the order of the reference."""

from bursar.api import (
    audit,
    column_profiles,
    connection_files,
    connections,
    dashboard,
    deliveries,
    line_edits,
    lines,
    logs,
    mappings,
    organizations,
    people,
    permissions,
    pilot,
    plan,
    plans,
    review,
    run_start,
    settings,
    tokens,
    variances,
    whoami,
)

NOUNS = tuple(
    module.routes
    for module in (
        *(
            whoami,
            connection_files,
            connections,
            permissions,
            settings,
            dashboard,
            organizations,
            mappings,
            pilot,
            deliveries,
            column_profiles,
            lines,
            line_edits,
            plan,
            plans,
            review,
            variances,
        ),
        run_start,  # and with it runs, which declares the others on the same addresses
        *(logs, audit, people, tokens),
    )
)
