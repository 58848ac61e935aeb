"""Addresses of Runs."""

from django.urls import path

from bursar.web.runs import starting, views

app_name = "runs"
urlpatterns = [
    path("", views.listing, name="list"),
    path("sync/", starting.sync_organizations, name="sync"),
    path("load/", starting.load_lines, name="load"),
    path("<uuid:run_id>/", views.page, name="run"),
    path("<uuid:run_id>/live/", views.live, name="live"),
    path("<uuid:run_id>/stop/", views.stop, name="stop"),
]
