"""Addresses of people."""

from django.urls import path

from bursar.web import start

app_name = "people"
urlpatterns = [
    path("setup/", start.health, name="setup"),
    path("join/", start.health, name="join"),
    path("profile/", start.health, name="profile"),
    path("profile/tokens/", start.health, name="tokens"),
    path("people/", start.health, name="list"),
]
