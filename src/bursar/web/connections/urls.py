"""Addresses of connections."""

from django.urls import path

from bursar.web import start

app_name = "connections"
urlpatterns = [
    path("", start.health, name="list"),
    path("new/", start.health, name="new"),
]
