"""Mappings from a file: a row that a comma divided is refused with all the others, and never half taken."""

from datetime import UTC, datetime

import pytest

from bursar.domain.errors import InvalidInput
from bursar.store.models import BookCode
from bursar.usecases.book_code_file import import_codes
from tests.usecases.ledger.world import LedgerWorld

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_a_row_that_a_comma_divided_is_refused(ledger: LedgerWorld) -> None:
    """The account "4000, sales" would be 4000 otherwise, and what was to be its target lost."""
    book = ledger.book()
    rows = "kind,source,target\naccount,4100,Income:Services\naccount,4000, sales,Income:Sales\n"
    with pytest.raises(InvalidInput, match=r"more cells than headings \(line 3\)") as refused:
        import_codes(book, rows.encode(), NOW)
    assert "in quotes" in refused.value.remedy
    assert not BookCode.objects.filter(book=book).exists()
    quoted = rows.replace("4000, sales", '"4000, sales"')
    assert import_codes(book, quoted.encode(), NOW) == 2
    assert BookCode.objects.get(book=book, source="4000, sales").target == "Income:Sales"
