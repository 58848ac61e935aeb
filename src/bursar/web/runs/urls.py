"""Addresses of runs."""

from django.urls import path

from bursar.web import start

app_name = "runs"
urlpatterns = [
    path("", start.health, name="list"),
]
