"""Every address of Bursar, by page group."""

from django.urls import include, path

from bursar.api.application import api
from bursar.web import start

urlpatterns = [
    path("", start.landing, name="landing"),
    path("healthz", start.health, name="health"),
    path("", include("bursar.web.people.urls")),
    path("connections/", include("bursar.web.connections.urls")),
    path("audit/", include("bursar.web.audit.urls")),
    path("c/<int:connection_id>/dashboard/", include("bursar.web.dashboard.urls")),
    path("c/<int:connection_id>/mapping/invoices/", include("bursar.web.invoices.urls")),
    path("c/<int:connection_id>/mapping/", include("bursar.web.mapping.urls")),
    path("c/<int:connection_id>/review/", include("bursar.web.review.urls")),
    path("c/<int:connection_id>/plan/", include("bursar.web.plan.urls")),
    path("c/<int:connection_id>/ledger/payments/", include("bursar.web.payments.urls")),
    path("c/<int:connection_id>/ledger/", include("bursar.web.books.urls")),
    path("c/<int:connection_id>/ledger/", include("bursar.web.ledger.urls")),
    path("c/<int:connection_id>/deliveries/", include("bursar.web.deliveries.urls")),
    path("c/<int:connection_id>/logs/", include("bursar.web.logs.urls")),
    path("c/<int:connection_id>/settings/", include("bursar.web.settings.urls")),
    path("c/<int:connection_id>/runs/", include("bursar.web.runs.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", api.urls),
]
handler403 = "bursar.web.start.forbidden"
handler404 = "bursar.web.start.missing"
handler500 = "bursar.web.start.broken"
