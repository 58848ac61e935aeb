"""Addresses of System Logs."""

from django.urls import path

from bursar.web.logs import views

app_name = "logs"
urlpatterns = [
    path("", views.page, name="page"),
    path("csv/", views.download, name="csv"),
]
