"""Addresses of Mapping › Invoices."""

from django.urls import path

from bursar.web.invoices import bulk, line, views

app_name = "invoices"
urlpatterns = [
    path("", views.page, name="list"),
    path("export/", views.export, name="export"),
    path("columns/", views.columns, name="columns"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("hits/", line.hits, name="hits"),
    path("lines/<int:pk>/", line.line, name="line"),
]
