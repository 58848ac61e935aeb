"""Addresses of Payments."""

from django.urls import path

from bursar.web.grid.list_page import list_paths
from bursar.web.payments import files, posting, settlement
from bursar.web.payments.settlements import SETTLEMENTS

app_name = "payments"
urlpatterns = [
    *list_paths("", SETTLEMENTS),
    path("bulk/", posting.bulk, name="list-bulk"),
    path("pull/", posting.pull, name="pull"),
    path("upload/", files.upload, name="upload"),
    path("files/", files.files, name="files"),
    path("files/<uuid:run_id>/", files.outcome, name="file"),
    path("<int:settlement_id>/", settlement.settlement, name="settlement"),
    path("<int:settlement_id>/choose/", settlement.choose, name="choose"),
]
