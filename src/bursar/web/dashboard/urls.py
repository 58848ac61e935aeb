"""Addresses of dashboard."""

from django.urls import path

from bursar.web import start

app_name = "dashboard"
urlpatterns = [
    path("", start.health, name="page"),
]
