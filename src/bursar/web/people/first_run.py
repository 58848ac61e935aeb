"""The first visit: whoever started the server becomes the administrator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bursar.domain.errors import InvalidInput
from bursar.usecases.people import create_first_administrator, setup_code
from bursar.web.access import for_anybody
from bursar.web.people.forms import SetupForm
from bursar.web.people.guessing import may_try, refuse
from bursar.web.people.sign_in import let_in


@for_anybody
@sensitive_post_parameters("code", "password", "again")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Ask for the set-up code and make the first administrator. Gone as soon as there is somebody."""
    if setup_code() is None:
        return redirect("account_login")
    if request.method == "GET":
        return render(request, "people/setup.html", {"form": SetupForm()})
    form = SetupForm(request.POST)
    if form.is_valid() and may_try(request, form, "setup"):
        entered = form.cleaned_data
        try:
            person = create_first_administrator(entered["code"], entered["email"], entered["name"], entered["password"])
        except InvalidInput as error:
            refuse(request, form, error, "set-up refused")
        else:
            return let_in(request, person)
    return render(request, "people/setup.html", {"form": form}, status=422)
