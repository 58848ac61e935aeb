"""The API: its routes, its error handlers, and the two pages that describe it."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from bursar.api import problems
from bursar.api.body import JsonBody
from bursar.api.documentation import DESCRIPTION, openapi_json, openapi_view
from bursar.api.nouns import NOUNS
from bursar.api.routes import NEEDS


class Api(NinjaAPI):
    """Ninja's, with one error shape everywhere and no route without a role."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """For Django. Raises ImproperlyConfigured for a route that says no role."""
        patterns, _, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _in_one_shape(pattern.callback)
        for router in self._get_bound_routers():
            for view in (o.view_func for p in router.path_operations.values() for o in p.operations):
                if not hasattr(view, NEEDS):
                    raise ImproperlyConfigured(f"{view.__name__} does not say which role it needs")
        pages: list[URLResolver | URLPattern] = [
            path("docs", openapi_view(self), name="openapi-view"),
            path("openapi.json", openapi_json(self), name="openapi-json"),
        ]
        return [*pages, *patterns, re_path("", _nothing)], namespace, namespace


def _in_one_shape(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Errors that ninja and Django answer in a shape of their own."""

    @wraps(view)
    def shaped(request: HttpRequest, /, *args: object, **kwargs: object) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except Http404:
            return problems.no_such_address()
        if isinstance(answer, HttpResponseNotAllowed):
            return problems.wrong_method([name.strip() for name in answer["Allow"].split(",")])
        return answer

    return csrf_exempt(shaped)  # like ninja's own views: sessions are checked where they let somebody in


@csrf_exempt
def _nothing(_request: HttpRequest) -> HttpResponse:
    """Whatever begins with /api/ and is not a route."""
    return problems.no_such_address()


def _build() -> Api:
    built = Api(
        title="Bursar",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
        parser=JsonBody(),
    )
    for kind in (Exception, AuthenticationError, ValidationError, HttpError, Http404):  # ninja has its own for four
        built.add_exception_handler(kind, problems.answer_for)
    for noun in NOUNS:
        built.add_router("/v1", noun.router)
    return built


api = _build()
