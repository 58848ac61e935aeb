"""Addresses of Deliveries."""

from django.urls import path

from bursar.web.deliveries import columns, delivery_list, loading, profiles, uploading, views

app_name = "deliveries"
urlpatterns = [
    path("", delivery_list.page, name="list"),
    path("export/", delivery_list.export, name="list-export"),
    path("columns/", delivery_list.columns, name="list-columns"),
    path("load/", loading.load, name="load"),
    path("upload/", uploading.upload, name="upload"),
    path("<int:delivery_id>/columns/", columns.columns, name="columns"),
    path("<int:delivery_id>/content/", views.content, name="content"),
    path("<int:delivery_id>/delete/", views.delete, name="delete"),
    path("loads/<int:load_id>/rejected/", views.rejected, name="rejected"),
    path("loads/<int:load_id>/rejected/csv/", views.rejected_csv, name="rejected-csv"),
    path("profiles/", profiles.listing, name="profiles"),
    path("profiles/import/", profiles.take_in, name="profile-import"),
    path("profiles/<int:profile_id>/", profiles.edit, name="profile"),
    path("profiles/<int:profile_id>/json/", profiles.give_out, name="profile-json"),
    path("profiles/<int:profile_id>/delete/", profiles.delete, name="profile-delete"),
]
