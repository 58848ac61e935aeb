"""Settings › Configuration: everybody sees it, administrators change it (rules 16-24)."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from bursar.domain.lists import ListKind
from bursar.domain.roles import Role
from bursar.store.models import Connection, Worker
from bursar.store.queries.run_list import newest_run
from bursar.usecases.billing_settings import (
    PRICE_PER_ORGANIZATION,
    configuration_version,
    save_configuration,
    shown_settings,
    stage,
)
from bursar.usecases.closing_day import next_posting
from bursar.usecases.daily_summary import recipients
from bursar.usecases.daily_sync import next_daily_sync, outlook
from bursar.usecases.lists import entries
from bursar.usecases.pilot import pilot_state
from bursar.usecases.refusals import ChangedMeanwhile, SettingsRefused
from bursar.usecases.runs import DAILY_SYNC
from bursar.web.access import on_connection
from bursar.web.partial import wants_part
from bursar.web.settings.clash import Clash, Difference
from bursar.web.settings.configuration_form import LABELS, NAMES, ConfigurationForm
from bursar.web.settings.lists import REFRESH, Outcome, read_lists, read_on_first_visit, shown_lists
from bursar.web.settings.rows import edit_rows

NOTE = "Changes apply to all future syncs only."


@on_connection(Role.VIEWER)
def configuration(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The page. On the first visit the lists are read."""
    outcome = read_on_first_visit(request, connection, ListKind.AGREEMENT_TYPE)
    return _page(request, connection, ConfigurationForm.stored(connection), outcome)


@on_connection(Role.ADMINISTRATOR)
def edit_configuration(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Save the form; or change its rows or refresh its lists, and give it back unsaved."""
    if request.method != "POST":
        return redirect("settings:configuration", connection.pk)
    form = ConfigurationForm.sent(request.POST)
    deed = request.POST.get("do", "save")
    if deed == "save":
        return _save(request, connection, form)
    outcome = read_lists(connection) if deed == REFRESH else None
    form.focus = edit_rows(form.rows, deed)
    form.edited = form.differs_from(ConfigurationForm.stored(connection))
    return _page(request, connection, form, outcome)


def _save(request: HttpRequest, connection: Connection, form: ConfigurationForm) -> HttpResponse:
    changes, form.faults = form.changes()
    if form.faults:
        form.faults |= stage(connection, changes).faults
        return _page(request, connection, form, status=422)
    try:
        changed = save_configuration(connection, changes, version=form.version)
    except SettingsRefused as refused:
        form.faults = refused.faults
        return _page(request, connection, form, status=422)
    except ChangedMeanwhile as error:
        connection.refresh_from_db()
        form.version = configuration_version(connection, NAMES)
        return _page(request, connection, form, clash=_clash(connection, changes, error), status=409)
    messages.success(request, f"Configuration saved. {NOTE}" if changed else "Nothing was changed.")
    return redirect("settings:configuration", connection.pk)


def _page(
    request: HttpRequest,
    connection: Connection,
    form: ConfigurationForm,
    outcome: Outcome | None = None,
    *,
    clash: Clash | None = None,
    status: int = 200,
) -> HttpResponse:
    kept, now = entries(connection, ListKind.AGREEMENT_TYPE), timezone.now()
    context = {
        "form": form,
        "agreement_type": form.agreement_type(connection, kept),
        "end_rows": form.rule_rows("end_rule"),
        "end_more": form.rules_left("end_rule"),
        "start_rows": form.rule_rows("start_rule"),
        "start_more": form.rules_left("start_rule"),
        "names": form.names(),
        "daily_sync": form.control("daily_sync"),
        "daily_sync_rules": form.daily_sync_rules(),
        "posting_rules": form.posting_rules(),
        "lists": shown_lists(connection, [ListKind.AGREEMENT_TYPE], outcome),
        "outlook": outlook(connection, now),
        "next_sync": next_daily_sync(now),
        "last_daily": newest_run(connection, DAILY_SYNC),
        "next_posting": next_posting(connection, now),
        "mail_missing": bool(recipients(connection)) and not settings.EMAIL_HOST,
        "pilot": pilot_state(connection),
        "worker": Worker.objects.order_by("-seen_at").first(),
        "priced": sum(name.startswith(PRICE_PER_ORGANIZATION) for name in connection.billing),
        "clash": clash,
    }
    template = "settings/configuration_form.html" if wants_part(request) else "settings/configuration.html"
    return render(request, template, context, status=status)


def _clash(connection: Connection, changes: Mapping[str, str], error: ChangedMeanwhile) -> Clash:
    """What the form would change in what is stored now."""
    now = shown_settings(connection)
    after = shown_settings(Connection(billing=dict(stage(connection, changes).billing)))
    differing = [Difference(label_of(name), now[name], after[name]) for name in changes if now[name] != after[name]]
    return Clash(error, differing)


def label_of(name: str) -> str:
    """A setting as the page calls it."""
    family, _, what = name.partition(".")
    families = {"end_rule": "Charge End Date", "start_rule": "Charge Start Date", "name": "Custom name"}
    return LABELS.get(name) or f"{families[family]} of {what}"
