"""Addresses of Ledger."""

from django.urls import path

from bursar.web.grid.list_page import list_paths
from bursar.web.ledger import (
    batch,
    deciding,
    document,
    downloads,
    exporting,
    posting,
    reconciliation,
    under_way,
    unposted,
    updating,
)
from bursar.web.ledger.batches import BATCHES
from bursar.web.ledger.documents import DOCUMENTS
from bursar.web.ledger.exceptions import EXCEPTIONS
from bursar.web.ledger.reconciliation import ACCOUNTS
from bursar.web.ledger.unposted import UNPOSTED

app_name = "ledger"


urlpatterns = [
    path("", unposted.first, name="unposted"),
    path("export/", exporting.export, name="export"),
    path("export/file/", downloads.export, name="export-file"),
    path("export/all/", exporting.export_all, name="export-all"),
    path("working/<uuid:run_id>/", under_way.working, name="working"),
    *(each for family, which in UNPOSTED.items() for each in list_paths(f"unposted/{family.value}/", which)),
    *list_paths("documents/", DOCUMENTS),
    path("documents/bulk/", posting.bulk, name="documents-bulk"),
    path("documents/<int:document_id>/", document.document, name="document"),
    path("documents/<int:document_id>/decide/", deciding.decide_one, name="document-decide"),
    *list_paths("batches/", BATCHES),
    path("batches/new/", updating.new_batch, name="batch-new"),
    path("batches/<int:batch_id>/", batch.batch, name="batch"),
    path("batches/<int:batch_id>/entries/", batch.entries, name="batch-entries"),
    path("batches/<int:batch_id>/recreate/", downloads.recreate, name="batch-recreate"),
    path("batches/<int:batch_id>/undo/", batch.undo, name="batch-undo"),
    path("postings/<uuid:run_id>/outcome/", downloads.outcome, name="outcome"),
    *list_paths("exceptions/", EXCEPTIONS),
    path("reconciliation/", reconciliation.overview, name="reconciliation"),
    *list_paths("reconciliation/accounts/", ACCOUNTS),
]
