"""Addresses of Mapping."""

from django.urls import path

from bursar.web.mapping import views

app_name = "mapping"
urlpatterns = [
    path("organizations/", views.organizations, name="organizations"),
    path("products/", views.products, name="products"),
]
