"""Addresses of settings."""

from django.urls import path

from bursar.web import start

app_name = "settings"
urlpatterns = [
    path("authentication/", start.health, name="authentication"),
    path("configuration/", start.health, name="configuration"),
]
