"""Addresses of Plan: of a month until it is planned, of a plan by the run that made it."""

from django.urls import path

from bursar.web.plan import making, posting, views
from bursar.web.plan.lists import BLOCKED, CHANGES, WARNINGS

app_name = "plan"
urlpatterns = [
    path("", views.page, name="page"),
    path("entry/<int:entry_id>/", views.entry, name="entry"),
    path("<slug:month>/make/", making.make, name="make"),
    path("<uuid:plan_id>/again/", making.again, name="again"),
    path("<uuid:plan_id>/making/", making.making, name="making"),
    path("<uuid:plan_id>/cancellations/", making.confirm_cancellations, name="cancellations"),
    path("<uuid:plan_id>/changes/", views.list_view(CHANGES), name="changes"),
    path("<uuid:plan_id>/changes/export/", views.export_view(CHANGES), name="changes-export"),
    path("<uuid:plan_id>/changes/columns/", views.columns_view(CHANGES), name="changes-columns"),
    path("<uuid:plan_id>/changes/post/", posting.post, name="changes-post"),
    path("<uuid:plan_id>/blocked/", views.list_view(BLOCKED), name="blocked"),
    path("<uuid:plan_id>/blocked/export/", views.export_view(BLOCKED), name="blocked-export"),
    path("<uuid:plan_id>/blocked/columns/", views.columns_view(BLOCKED), name="blocked-columns"),
    path("<uuid:plan_id>/warnings/", views.list_view(WARNINGS), name="warnings"),
    path("<uuid:plan_id>/warnings/export/", views.export_view(WARNINGS), name="warnings-export"),
    path("<uuid:plan_id>/warnings/columns/", views.columns_view(WARNINGS), name="warnings-columns"),
]
