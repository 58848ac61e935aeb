"""A person's own tokens of the REST API."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import ApiToken
from bursar.usecases.api_tokens import create_token, revoke_token, tokens
from bursar.web.access import needs, person_of
from bursar.web.people.forms import TokenForm


@needs(Role.VIEWER)
@require_http_methods(["GET", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """The tokens, and a form for another one. A new secret is in the answer to the POST and nowhere else."""
    role = Role(person_of(request).role)
    if request.method == "GET":
        return _page(request, TokenForm(role=role))
    form = TokenForm(request.POST.dict(), role=role)
    if not form.is_valid():
        return _page(request, form, status=422)
    entered = form.cleaned_data
    try:
        token, secret = create_token(person_of(request), entered["name"], Role(entered["role"]), form.expires_at())
    except InvalidInput as error:
        form.add_error(None, f"{error.sentence} {error.remedy}")
        return _page(request, form, status=422)
    return _page(request, TokenForm(role=role), new=token, secret=secret)


@needs(Role.VIEWER)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one of one's own tokens in no more."""
    token = get_object_or_404(tokens(), pk=pk, person=person_of(request))
    revoke_token(token)
    messages.success(request, f"Token '{token.name}' is revoked.")
    return redirect("people:tokens")


def _page(
    request: HttpRequest, form: TokenForm, *, new: ApiToken | None = None, secret: str = "", status: int = 200
) -> HttpResponse:
    own = tokens().filter(person=person_of(request))
    shown = {"form": form, "tokens": own, "new": new, "secret": secret, "now": timezone.now()}
    return render(request, "people/tokens.html", shown, status=status)
