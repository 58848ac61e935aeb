"""Addresses of Review."""

from django.urls import path

from bursar.web.grid.list_page import list_paths
from bursar.web.review import adopting, deciding, variance, variance_mute
from bursar.web.review.adoption import ADOPTION
from bursar.web.review.drift import DRIFT

app_name = "review"
urlpatterns = [
    *list_paths("adoption/", ADOPTION),
    path("adoption/bulk/", adopting.bulk, name="adoption-bulk"),
    path("adoption/pick/", adopting.pick, name="adoption-pick"),
    path("adoption/decide/", adopting.decide, name="adoption-decide"),
    *list_paths("drift/", DRIFT),
    path("drift/bulk/", deciding.bulk, name="drift-bulk"),
    path("drift/decide/", deciding.one, name="drift-decide"),
    path("variance/", variance.page, name="variance"),
    path("variance/export/", variance.export, name="variance-export"),
    path("variance/columns/", variance.columns, name="variance-columns"),
    path("variance/bulk/", variance_mute.bulk, name="variance-bulk"),
]
