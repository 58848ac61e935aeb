"""Addresses of Review."""

from django.urls import path

from bursar.web.review import adopting, deciding, variance, variance_mute
from bursar.web.review.adoption import ADOPTION
from bursar.web.review.drift import DRIFT
from bursar.web.review.lists import columns_view, export_view, list_view

app_name = "review"
urlpatterns = [
    path("adoption/", list_view(ADOPTION), name="adoption"),
    path("adoption/export/", export_view(ADOPTION), name="adoption-export"),
    path("adoption/columns/", columns_view(ADOPTION), name="adoption-columns"),
    path("adoption/bulk/", adopting.bulk, name="adoption-bulk"),
    path("adoption/pick/", adopting.pick, name="adoption-pick"),
    path("adoption/decide/", adopting.decide, name="adoption-decide"),
    path("drift/", list_view(DRIFT), name="drift"),
    path("drift/export/", export_view(DRIFT), name="drift-export"),
    path("drift/columns/", columns_view(DRIFT), name="drift-columns"),
    path("drift/bulk/", deciding.bulk, name="drift-bulk"),
    path("drift/decide/", deciding.one, name="drift-decide"),
    path("variance/", variance.page, name="variance"),
    path("variance/export/", variance.export, name="variance-export"),
    path("variance/columns/", variance.columns, name="variance-columns"),
    path("variance/bulk/", variance_mute.bulk, name="variance-bulk"),
]
