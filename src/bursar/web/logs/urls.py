"""Addresses of logs."""

from django.urls import path

from bursar.web import start

app_name = "logs"
urlpatterns = [
    path("", start.health, name="page"),
]
