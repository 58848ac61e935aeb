"""Addresses of audit."""

from django.urls import path

from bursar.web import start

app_name = "audit"
urlpatterns = [
    path("", start.health, name="page"),
]
