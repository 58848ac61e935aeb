"""Addresses of the Dashboard."""

from django.urls import path

from bursar.web.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.page, name="page"),
    path("tiles/<slug:name>/", views.tile, name="tile"),
]
