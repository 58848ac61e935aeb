"""Addresses of Audit."""

from django.urls import path

from bursar.web.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.page, name="page"),
    path("verify/", views.verify, name="verify"),
    path("csv/", views.download, name="csv"),
]
