"""Addresses of settings."""

from django.urls import path

from bursar.web.settings import authentication, configuration, dictionary, guide, permissions, properties

app_name = "settings"
urlpatterns = [
    path("authentication/", authentication.authentication, name="authentication"),
    path("authentication/test/", authentication.test, name="test"),
    path("authentication/disconnect/", authentication.disconnect, name="disconnect"),
    path("configuration/", configuration.configuration, name="configuration"),
    path("configuration/edit/", configuration.edit_configuration, name="edit-configuration"),
    path("properties/", properties.properties, name="properties"),
    path("properties/edit/", properties.edit_properties, name="edit-properties"),
    path("dictionary/", dictionary.dictionary, name="dictionary"),
    path("permissions/", permissions.permissions, name="permissions"),
    path("permissions/check/", permissions.run_permission_check, name="check-permissions"),
    path("permissions/guide/", guide.guide, name="guide"),
]
