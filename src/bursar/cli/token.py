"""`bursar token`: keys of programs that use the REST API."""

from datetime import timedelta
from typing import Annotated

import typer
from django.utils import timezone

from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson
from bursar.cli.output import Listing, print_json, remark, say
from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import ApiToken
from bursar.usecases.api_tokens import create_token, revoke_token, tokens
from bursar.usecases.people import find_person

app = typer.Typer(help="Tokens of the REST API: create, list, revoke.")

TOKEN_KEYS = ("id", "person", "name", "role", "hint", "created_at", "expires_at", "last_used_at")
CREATE_SHAPE: Shape = {"": ("token", "secret"), "token": TOKEN_KEYS}
LIST_SHAPE: Shape = {"": ("tokens",), "tokens[]": TOKEN_KEYS}
REVOKE_SHAPE: Shape = {"": ("revoked",), "revoked": TOKEN_KEYS}


@app.command(
    "create",
    epilog=epilog("bursar token create anna@example.com --name reports --role viewer --days 90", keys=CREATE_SHAPE),
)
@with_store
def create(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The person for whom the program acts.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the token is for.")],
    role: Annotated[Role, typer.Option("--role", help="What it may do; at most what the person may.")],
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="Days until it expires; never if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create a token. It is printed once and cannot be read again."""
    expires_at = timezone.now() + timedelta(days=days) if days else None
    token, secret = create_token(find_person(email), name, role, expires_at)
    if as_json:
        print_json({"token": _document(token), "secret": secret})
        return
    say(secret)
    remark("Keep it now: it is not shown again.")


@app.command("list", epilog=epilog("bursar token list", "bursar token list --json", keys=LIST_SHAPE))
@with_store
def show_all(as_json: AsJson = False) -> None:
    """Show all tokens that are not revoked."""
    rows = list(tokens())
    if as_json:
        print_json({"tokens": [_document(token) for token in rows]})
        return
    listing = Listing("Id", "Person", "Name", "Role", "Begins with", "Expires", "Last used")
    for row in rows:
        listing.row(row.pk, row.person.email, row.name, row.role, row.hint, row.expires_at, row.last_used_at)
    listing.show(if_empty="There is no token. Create one with `bursar token create`.")


@app.command("revoke", epilog=epilog("bursar token revoke 3", keys=REVOKE_SHAPE))
@with_store
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="Id of the token, as `token list` prints it.")],
    as_json: AsJson = False,
) -> None:
    """Let a token in no more."""
    token = tokens().filter(pk=number).first()
    if token is None:
        raise InvalidInput(f"There is no token {number}.", remedy="See `bursar token list`.")
    revoke_token(token)
    if as_json:
        print_json({"revoked": _document(token)})
    else:
        say(f"Token '{token.name}' of {token.person.email} is revoked.")


def _document(token: ApiToken) -> dict[str, object]:
    own = {"id": token.pk, "person": token.person.email, "name": token.name, "role": str(token.role)}
    times = {name: getattr(token, name) for name in ("created_at", "expires_at", "last_used_at")}
    return {**own, "hint": token.hint, **times}
