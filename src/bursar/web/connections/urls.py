"""Addresses of connections."""

from django.urls import path

from bursar.web.connections import files, new, views

app_name = "connections"
urlpatterns = [
    path("", views.connection_list, name="list"),
    path("new/", new.new, name="new"),
    path("new/test/", new.try_new, name="try"),
    path("new/address/", new.address, name="address"),
    path("export/", files.export, name="export_all"),
    path("import/", files.take_in, name="import"),
    path("<int:connection_id>/edit/", views.edit, name="edit"),
    path("<int:connection_id>/test/", views.test, name="test"),
    path("<int:connection_id>/default/", views.make_default, name="make_default"),
    path("<int:connection_id>/delete/", views.delete, name="delete"),
    path("<int:connection_id>/export/", files.export, name="export"),
]
