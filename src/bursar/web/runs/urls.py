"""Addresses of Runs."""

from django.urls import path

from bursar.web.runs import run_list, starting, views, written

app_name = "runs"
urlpatterns = [
    path("", run_list.page, name="list"),
    path("export/", run_list.export, name="list-export"),
    path("columns/", run_list.columns, name="list-columns"),
    path("sync/", starting.sync_organizations, name="sync"),
    path("load/", starting.load_lines, name="load"),
    path("<uuid:run_id>/", views.page, name="run"),
    path("<uuid:run_id>/live/", views.live, name="live"),
    path("<uuid:run_id>/stop/", views.stop, name="stop"),
    path("<uuid:run_id>/retry/", views.retry, name="retry"),
    path("<uuid:run_id>/written/", written.page, name="written"),
    path("<uuid:run_id>/written/export/", written.export, name="written-export"),
    path("<uuid:run_id>/written/columns/", written.columns, name="written-columns"),
]
