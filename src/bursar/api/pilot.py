"""Pilot mode: which customers are posted (rule 150)."""

from pydantic import BaseModel, Field

from bursar.api.routes import Routes
from bursar.api.values import Flag, Given, Id, Words, connection_at
from bursar.domain.roles import Role
from bursar.usecases.pilot import chosen_for_pilot, is_on, progress, set_posting

routes = Routes("Mapping")
MOST_NAMED = 1000


class PostingChange(Given):
    """Which organizations are posted in pilot mode; those that are not named stay as they are."""

    enabled: Flag
    organizations: list[Words] = Field(default_factory=list, max_length=MOST_NAMED, description="By id or name.")
    all: Flag = Field(default=False, description="Every organization, whichever are named.")


class PilotShown(BaseModel):
    """How far the pilot has come."""

    pilot_mode: bool
    enabled: int
    customers: int = Field(description="Organizations that are not excluded.")
    changed: int


@routes.post("/connections/{int:connection_id}/organizations/posting", Role.OPERATOR, PilotShown)
def change_posting(connection_id: Id, wanted: PostingChange) -> PilotShown:
    """Enable posting for customers of a pilot, or leave them preview only. It counts while `pilot_mode` is on."""
    connection = connection_at(connection_id)
    rows = chosen_for_pilot(connection, wanted.organizations, everybody=wanted.all)
    report, state = set_posting(connection, rows, wanted.enabled), progress(connection)
    return PilotShown(
        pilot_mode=is_on(connection), enabled=state.enabled, customers=state.customers, changed=report.changed
    )
