"""Who the caller is, as Bursar sees it."""

from datetime import datetime

from pydantic import BaseModel

from bursar.api.access import Caller
from bursar.api.routes import Routes
from bursar.domain.roles import Role

routes = Routes("Who am I")


class UsedToken(BaseModel):
    """The token of this request; its secret is shown once only, when it is made."""

    id: int
    name: str
    role: Role
    expires_at: datetime | None


class WhoAmI(BaseModel):
    """The caller, and the role that counts for this request."""

    email: str
    name: str
    role: Role
    token: UsedToken | None


@routes.get("/whoami", Role.VIEWER, WhoAmI)
def show_caller(caller: Caller) -> WhoAmI:
    """The person behind the token or session, and the role that counts: the weaker of token and person."""
    token = caller.token
    shown = None
    if token is not None:
        shown = UsedToken(id=token.pk, name=token.name, role=Role(token.role), expires_at=token.expires_at)
    return WhoAmI(email=caller.person.email, name=caller.person.name, role=caller.role, token=shown)
