"""The OpenAPI document and the page that shows it, for people who may log in."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from ninja import NinjaAPI

from bursar.api.access import find_caller
from bursar.api.problems import NotLoggedIn, answer_for
from bursar.api.reference import routes_by_noun, shapes
from bursar.domain.errors import BursarError
from bursar.domain.roles import Role

DESCRIPTION = (
    "Bursar for programs: connections, settings, lines, the ledger, payments, runs, people and audit. Log in with "
    "the header `Authorization: Bearer bursar_…`; "
    "tokens are made on your profile page. Amounts are decimal text and come with their currency; days are "
    "`YYYY-MM-DD`, months `YYYY-MM`, instants ISO 8601 in UTC. Every answer that is not a success has one shape: "
    "`error` with `code`, `sentence`, `remedy` and `fields`."
)

View = Callable[[HttpRequest], HttpResponse]


def openapi_json(api: NinjaAPI) -> View:
    """The document itself."""

    @require_GET
    def document(request: HttpRequest) -> HttpResponse:
        try:
            caller = find_caller(request, Role.VIEWER)
        except BursarError as error:
            return answer_for(request, error)
        if caller is None:
            return answer_for(request, NotLoggedIn("Nobody is logged in."))
        return JsonResponse(api.get_openapi_schema())

    return document


def openapi_view(api: NinjaAPI) -> View:
    """The same as a page for people; drawn here, because Swagger's own cannot be used by keyboard and screen reader."""

    @require_GET
    def page(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        document: dict[str, object] = api.get_openapi_schema()
        known = shapes(document)
        context = {
            "description": DESCRIPTION.replace("`", ""),
            "whoami": request.build_absolute_uri(reverse("api:show_caller")),
            "nouns": routes_by_noun(document),
            "shapes": known,
            "shape_names": {shape.name for shape in known},
        }
        return render(request, "api/reference.html", context)

    return page
