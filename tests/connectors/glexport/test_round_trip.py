"""Whatever an export can hold is read again as it was written, in every dialect."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.connectwise.gl_export import legacy_xml, read_gl_export, rest_json, rest_xml
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.entry_ids import collect, entry_ids_of
from bursar.domain.ledger.export import GlExport
from tests.domain.ledger.documents import ADJUSTMENT, CREDIT_MEMO, EXPENSES, INVOICE, PURCHASE, Door, documents

WRITERS: dict[str, Callable[[GlExport], str]] = {
    "legacy": lambda export: "".join(legacy_xml(export)),
    "json": rest_json,
    "xml": lambda export: "".join(rest_xml(export)),
}


def read_again(writer: str, *written: Document) -> tuple[Document, ...]:
    export = read_gl_export(WRITERS[writer](GlExport(documents=written)).encode(), currency="USD")
    assert not export.blocked
    return export.documents


@given(st.lists(documents(Door.LEGACY), max_size=3))
def test_the_legacy_dialect_gives_back_what_was_written(written: list[Document]) -> None:
    in_order = tuple(sorted(written, key=_place))
    assert read_again("legacy", *in_order) == in_order


@pytest.mark.parametrize("writer", ["json", "xml"])
@given(written=st.lists(documents(Door.REST), max_size=3))
def test_the_rest_dialect_gives_back_what_was_written(writer: str, written: list[Document]) -> None:
    in_order = tuple(sorted(written, key=_place))
    assert read_again(writer, *in_order) == in_order


@given(documents(Door.REST))
def test_no_gl_entry_id_is_lost_or_doubled_on_the_way(document: Document) -> None:
    for writer in WRITERS:
        (found,) = read_again(writer, document)
        assert sorted(entry_ids_of(found)) == sorted(entry_ids_of(document))
        assert collect([found]).ids == collect([document]).ids


@given(documents(Door.LEGACY))
def test_what_both_dialects_have_survives_a_change_of_dialect(document: Document) -> None:
    shared = replace(document, more=())
    (as_rest,) = read_again("json", shared)
    (back,) = read_again("legacy", as_rest)
    assert back == shared


@pytest.mark.parametrize("document", [INVOICE, CREDIT_MEMO, PURCHASE, EXPENSES, ADJUSTMENT], ids=lambda one: one.title)
@pytest.mark.parametrize("writer", ["json", "xml"])
def test_written_out_documents_are_read_again(writer: str, document: Document) -> None:
    assert read_again(writer, document) == (document,)


def _place(document: Document) -> int:
    order = ["transaction", "expense", "expense_bill", "purchase", "adjustment", "transfer"]
    return order.index(document.record)
