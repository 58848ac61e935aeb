"""The API and its routers."""

from ninja import NinjaAPI

api = NinjaAPI(title="Bursar", version="1", urls_namespace="api")
