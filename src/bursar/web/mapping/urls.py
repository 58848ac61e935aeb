"""Addresses of mapping."""

from django.urls import path

from bursar.web import start

app_name = "mapping"
urlpatterns = [
    path("", start.health, name="organizations"),
]
