"""The caller's own tokens of this API."""

from datetime import UTC, datetime

from django.db.models import QuerySet
from django.http import HttpResponse
from pydantic import BaseModel, Field

from bursar.api.access import Caller
from bursar.api.problems import NotAllowed, Unknown
from bursar.api.routes import Routes, location
from bursar.api.values import Given, Id, Name
from bursar.domain.roles import Role
from bursar.store.models import ApiToken
from bursar.usecases.api_tokens import create_token, revoke_token, tokens

routes = Routes("Tokens")


class TokenShown(BaseModel):
    """A token. `hint` is how its secret begins."""

    id: int
    name: str
    role: Role
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokensShown(BaseModel):
    """Newest first; revoked ones are not among them."""

    tokens: list[TokenShown]


class NewToken(Given):
    """What the token is for, and what it may do."""

    name: Name
    role: Role = Field(default=Role.VIEWER, description="No stronger than the caller's own role here.")
    expires_at: datetime | None = Field(default=None, description="Null: it never expires. Without a zone: UTC.")


class TokenMade(BaseModel):
    """`secret` is shown in this answer only."""

    token: TokenShown
    secret: str


@routes.get("/tokens", Role.VIEWER, TokensShown)
def list_tokens(caller: Caller) -> TokensShown:
    """The caller's own tokens."""
    return TokensShown(tokens=[_shown(row) for row in _own(caller)])


@routes.post("/tokens", Role.VIEWER, TokenMade, status=201)
def make_token(caller: Caller, new: NewToken, response: HttpResponse) -> TokenMade:
    """Make a token for oneself. A token cannot make one that is stronger than itself."""
    if not caller.role.allows(new.role):
        raise NotAllowed(
            f"Your role here is {caller.role}; a token of the role {new.role} would be stronger.",
            remedy="Choose a lesser role.",
        )
    token, secret = create_token(caller.person, new.name, new.role, _instant(new.expires_at))
    response["Location"] = location("tokens", token.pk)
    return TokenMade(token=_shown(token), secret=secret)


@routes.delete("/tokens/{int:token_id}", Role.VIEWER)
def revoke_own_token(caller: Caller, token_id: Id) -> None:
    """Let one of the caller's own tokens in no more."""
    token = _own(caller).filter(pk=token_id).first()
    if token is None:
        raise Unknown(f"You have no token {token_id}.", remedy="GET /api/v1/tokens lists yours.")
    revoke_token(token)


def _own(caller: Caller) -> QuerySet[ApiToken]:
    return tokens().filter(person=caller.person)


def _instant(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given is not None and given.tzinfo is None else given


def _shown(row: ApiToken) -> TokenShown:
    return TokenShown(
        id=row.pk,
        name=row.name,
        role=Role(row.role),
        hint=row.hint,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
