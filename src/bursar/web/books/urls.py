"""Addresses of Books and Mappings."""

from django.urls import path

from bursar.web.books import book_list, code, code_files, editing, routes
from bursar.web.books.codes import CODES
from bursar.web.grid.list_page import list_paths

app_name = "books"
urlpatterns = [
    path("books/", book_list.book_list, name="list"),
    path("books/new/", editing.new, name="new"),
    path("books/<int:book_id>/", book_list.book, name="book"),
    path("books/<int:book_id>/edit/", editing.edit, name="book-edit"),
    path("books/<int:book_id>/test/", editing.test, name="book-test"),
    path("books/<int:book_id>/remove/", editing.remove, name="book-remove"),
    path("books/<int:book_id>/mappings/", code_files.give_out, name="codes-file"),
    *list_paths("mappings/", CODES),
    path("mappings/bulk/", code.bulk, name="codes-bulk"),
    path("mappings/import/", code_files.take_in, name="codes-import"),
    path("mappings/<int:code_id>/", code.code, name="code"),
    path("routes/", routes.routes, name="routes"),
    path("routes/new/", routes.new_route, name="route-new"),
    path("routes/<int:route_id>/", routes.change_route, name="route"),
    path("routes/<int:route_id>/remove/", routes.delete_route, name="route-remove"),
]
