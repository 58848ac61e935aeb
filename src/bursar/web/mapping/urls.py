"""Addresses of Mapping."""

from django.urls import path

from bursar.web.mapping.bulk import bulk_view
from bursar.web.mapping.contracts import change_contract, contracts, pick_agreement
from bursar.web.mapping.files import give_out, take_in
from bursar.web.mapping.load_products import load_products
from bursar.web.mapping.picking import change_view, pick_view
from bursar.web.mapping.tabs import ORGANIZATIONS, PRODUCTS, organization_rows, product_rows
from bursar.web.mapping.views import columns_view, export_view, list_view

app_name = "mapping"
urlpatterns = [
    path("organizations/", list_view(ORGANIZATIONS, organization_rows), name="organizations"),
    path("organizations/export/", export_view(ORGANIZATIONS, organization_rows), name="organizations-export"),
    path("organizations/columns/", columns_view(ORGANIZATIONS, organization_rows), name="organizations-columns"),
    path("organizations/bulk/", bulk_view(ORGANIZATIONS, organization_rows), name="organizations-bulk"),
    path("organizations/pick/", pick_view(ORGANIZATIONS), name="organizations-pick"),
    path("organizations/change/", change_view(ORGANIZATIONS), name="organizations-change"),
    path("products/", list_view(PRODUCTS, product_rows), name="products"),
    path("products/export/", export_view(PRODUCTS, product_rows), name="products-export"),
    path("products/columns/", columns_view(PRODUCTS, product_rows), name="products-columns"),
    path("products/bulk/", bulk_view(PRODUCTS, product_rows), name="products-bulk"),
    path("products/pick/", pick_view(PRODUCTS), name="products-pick"),
    path("products/change/", change_view(PRODUCTS), name="products-change"),
    path("products/load/", load_products, name="products-load"),
    path("contracts/", contracts, name="contracts"),
    path("contracts/pick/", pick_agreement, name="contracts-pick"),
    path("contracts/change/", change_contract, name="contracts-change"),
    path("file/", give_out, name="file"),
    path("import/", take_in, name="import"),
]
