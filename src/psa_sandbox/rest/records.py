"""Reading and writing records over HTTP: the verbs that every resource has."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from psa_sandbox.rest.exchange import Exchange
from psa_sandbox.rest.paging import forward_page, is_forward_only, numbered_page
from psa_sandbox.state.errors import bad_query, not_found
from psa_sandbox.state.ordering import ordered
from psa_sandbox.state.permissions import Action, denied
from psa_sandbox.state.projection import project, projection
from psa_sandbox.state.references import href
from psa_sandbox.state.resources import RESOURCES, Mount, Resource
from psa_sandbox.state.selection import Conditions, holds, one, select
from psa_sandbox.state.store import Record
from psa_sandbox.state.views import view
from psa_sandbox.state.writing import Editor


@dataclass(frozen=True)
class Records:
    """The records of one kind behind one path."""

    resource: Resource
    mount: Mount

    def browse(self, exchange: Exchange) -> Response:
        """One page of the records that meet the conditions."""
        found, query = self._selected(exchange), exchange.query
        order = query.get("orderby", "").strip()
        if is_forward_only(exchange.request):
            if order:
                raise bad_query("orderBy is not allowed with forward-only paging")
            page = forward_page(found, query, exchange.request)
        else:
            found = ordered(exchange.store, self.resource, found, order) if order else found
            page = numbered_page(found, query, exchange.request)
        response = exchange.answer(self._shown(exchange, page.records))
        if page.link is not None:
            response.headers["Link"] = page.link
        return response

    def count(self, exchange: Exchange) -> Response:
        """How many records meet the conditions."""
        return exchange.answer({"count": len(self._selected(exchange))})

    def get(self, exchange: Exchange) -> Response:
        """One record, if it meets the conditions."""
        record = self._wanted(exchange, "inquire")
        if not holds(exchange.store, self.resource, record, _conditions(exchange)):
            raise not_found(self.resource.title, record["id"])
        return exchange.answer(self._shown(exchange, [record])[0])

    def create(self, exchange: Exchange) -> Response:
        """Enter a new record: 201, the whole of it, and where it is."""
        exchange.caller.demand(exchange.store, self.resource.function, self.resource.add_level)
        parent = self._parent(exchange)
        body = exchange.record_body()
        record = self._editor(exchange).create(body, parent)
        response = exchange.answer(self._shown(exchange, [record])[0], 201)
        response.headers["Location"] = href(self.resource, record, exchange.base)
        return response

    def put(self, exchange: Exchange) -> Response:
        """Replace a record."""
        previous = self._wanted(exchange, "edit")
        record = self._editor(exchange).overwrite(previous, exchange.record_body())
        return exchange.answer(self._shown(exchange, [record])[0])

    def patch(self, exchange: Exchange) -> Response:
        """Change fields of a record."""
        previous = self._wanted(exchange, "edit")
        record = self._editor(exchange).amend(previous, exchange.body())
        return exchange.answer(self._shown(exchange, [record])[0])

    def delete(self, exchange: Exchange) -> Response:
        """Delete a record: 204 and nothing."""
        self._editor(exchange).erase(self._wanted(exchange, "delete"))
        return Response(status=204)

    def _selected(self, exchange: Exchange) -> list[Record]:
        level = exchange.caller.demand(exchange.store, self.resource.function, "inquire")
        under = self._under(self._parent(exchange))
        found = select(exchange.store, self.resource, under, _conditions(exchange))
        return found if level == "All" else [record for record in found if exchange.caller.owns(record)]

    def _wanted(self, exchange: Exchange, action: Action) -> Record:
        """The record of the path. Raises Refusal: 403 by role, 404 when it is not there."""
        level = exchange.caller.demand(exchange.store, self.resource.function, action)
        parent, key = self._parent(exchange), exchange.ids[-1]
        record = one(exchange.store, self.resource, key, self._under(parent))
        if record is None or (parent is not None and _parent_id(record, self.mount) != parent):
            raise not_found(self.resource.title, key)
        if level == "My" and not exchange.caller.owns(record):
            raise denied()
        return record

    def _parent(self, exchange: Exchange) -> int | None:
        if not self.mount.parent:
            return None
        parent = exchange.ids[0]
        owner = RESOURCES[self.mount.parent]
        if one(exchange.store, owner, parent, {}) is None:
            raise not_found(owner.title, parent)
        return parent

    def _under(self, parent: int | None) -> Record:
        return {} if parent is None else {self.mount.parent_field: parent}

    def _editor(self, exchange: Exchange) -> Editor:
        return Editor(exchange.store, self.resource, self.mount, exchange.caller.identifier)

    def _shown(self, exchange: Exchange, records: list[Record]) -> list[Record]:
        fields = exchange.query.get("fields", "").strip()
        tree = projection(self.resource, fields) if fields else None
        views = [view(exchange.store, self.resource, record, exchange.base) for record in records]
        return views if tree is None else [project(shown, tree) for shown in views]


def _conditions(exchange: Exchange) -> Conditions:
    query = exchange.query
    names = ("conditions", "childconditions", "customfieldconditions")
    return Conditions(*(query.get(name, "") for name in names))


def _parent_id(record: Record, mount: Mount) -> object:
    held = record.get(mount.parent_field)
    return held.get("id") if isinstance(held, dict) else held
