"""What the columns of an upload mean: shown, corrected, checked, saved as a profile, and loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, Delivery, Run
from bursar.usecases.column_profiles import saved_profiles
from bursar.usecases.deliveries import choose_profile
from bursar.usecases.run_requests import LoadRequest
from bursar.usecases.runs import LOAD_LINES
from bursar.web.access import on_connection
from bursar.web.deliveries.draft import Document, SkipRow, document_of, reads_alike, skip_rows_sent
from bursar.web.deliveries.mapping import ColumnsForm
from bursar.web.partial import wants_part
from bursar.wiring import (
    SHIPPED_PROFILES,
    Check,
    Preview,
    check_of,
    keep_profile,
    preview_of,
    profile_document,
    proposed_profile,
)

WHOLE = {"yes": True, "no": False}
"""What a person says of the file; anything else lets Bursar decide by what is known."""


@dataclass(slots=True)
class Draft:
    """A profile that is being made for an upload: where it began, what it says now, and what came of it."""

    delivery: Delivery
    began_with: str
    name: str
    document: Document
    whole: str = "decide"
    check: Check | None = None
    problem: BursarError | None = None
    skips: Sequence[SkipRow] = ()

    def seen(self) -> Preview:
        return preview_of(self.delivery, self.document)

    def unchanged_name(self, headings: list[str]) -> str:
        """The profile that reads the file just so already; empty when this one must be saved first."""
        if not self.began_with:
            return ""
        began = profile_document(self.delivery.connection, self.began_with)
        return self.began_with if reads_alike(began, self.document, headings) else ""


@on_connection(Role.OPERATOR)
def columns(request: HttpRequest, connection: Connection, delivery_id: int) -> HttpResponse:
    """The page; each of its buttons comes back here."""
    delivery = get_object_or_404(Delivery, pk=delivery_id, connection=connection, kind=Delivery.Kind.FILE)
    if request.method != "POST":
        return _page(request, _beginning(delivery, request.GET.get("profile", "")))
    draft = _sent(delivery, request.POST)
    try:
        match request.POST.get("do"):
            case "check":
                draft.check = check_of(delivery, draft.document)
            case "save":
                return _saved(request, draft)
            case "load":
                return _loaded(request, draft)
    except BursarError as problem:
        draft.problem = problem
    return _page(request, draft)


def _beginning(delivery: Delivery, wanted: str) -> Draft:
    """The profile that was asked for, else the one that Bursar proposes."""
    try:
        if wanted:
            name, document = wanted, profile_document(delivery.connection, wanted)
        else:
            name, document = proposed_profile(delivery)
    except InvalidInput as problem:
        return Draft(delivery, "", "", {}, problem=problem)
    if not name or name in SHIPPED_PROFILES:  # what is made of it is another profile, and nobody has described it
        document.pop("description", None)
    return Draft(delivery, name, "" if name in SHIPPED_PROFILES else name, document)


def _sent(delivery: Delivery, form: QueryDict) -> Draft:
    name = form.get("name", "").strip()
    known = form.get("began_with", "")
    there = known in SHIPPED_PROFILES or saved_profiles(delivery.connection).filter(name=known).exists()
    return Draft(
        delivery,
        known if there else "",
        name,
        document_of(form),
        form.get("whole", "decide"),
        skips=skip_rows_sent(form),
    )


def _saved(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Save the profile, and note that the file is read with it. Raises InvalidInput."""
    saved = keep_profile(draft.delivery.connection, draft.name, draft.document)
    choose_profile(draft.delivery, saved.name)
    messages.success(request, f"Saved as {saved.name}.")
    return redirect("deliveries:columns", draft.delivery.connection_id, draft.delivery.pk)


def _loaded(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Start the load; a profile that is not as it was saved is saved first. Raises BursarError."""
    delivery = draft.delivery
    seen = draft.seen()
    if seen.problem is not None:
        raise seen.problem
    profile = draft.unchanged_name(list(seen.headings))
    if not profile:
        profile = keep_profile(delivery.connection, draft.name, draft.document).name
    choose_profile(delivery, profile)
    asked = LoadRequest(profile=profile, whole=WHOLE.get(draft.whole), delivery=delivery.pk)
    run = start_run(delivery.connection, LOAD_LINES, asked.as_json())
    messages.success(request, said_with_link(f"Loading {delivery.name}.", run))
    return redirect("deliveries:list", delivery.connection_id)


def said_with_link(said: str, run: Run) -> str:
    """A message that leads to the run."""
    address = reverse("runs:run", args=[run.connection_id, run.pk])
    return format_html('{} <a class="text-reset" href="{}">See the run</a>', said, address)


def _page(request: HttpRequest, draft: Draft) -> HttpResponse:
    template = "deliveries/parts/columns.html" if wants_part(request) else "deliveries/columns.html"
    return render(request, template, _context(draft), status=422 if draft.problem else 200)


def _context(draft: Draft) -> Mapping[str, object]:
    connection, seen = draft.delivery.connection, draft.seen()
    return {
        "connection": connection,
        "delivery": draft.delivery,
        "draft": draft,
        "seen": seen,
        "form": ColumnsForm(draft.document, seen, draft.skips),
        "ready": draft.unchanged_name(list(seen.headings)),
        "saved": list(saved_profiles(connection).values_list("name", flat=True)),
        "shipped": list(SHIPPED_PROFILES),
    }
