"""What a document is known by has room wherever it is kept, and two documents never share it."""

from dataclasses import replace

from bursar.domain.ledger.documents import LONGEST_KEY
from tests.domain.ledger.documents import ADJUSTMENT, INVOICE


def test_a_large_adjustment_is_known_by_all_of_its_entries() -> None:
    """Its id lists them, and a stock count has hundreds."""
    ids = ",".join(map(str, range(100_000, 100_100)))
    first = replace(ADJUSTMENT, record_id=f"{ids},1")
    second = replace(ADJUSTMENT, record_id=f"{ids},2")
    assert first.key != second.key
    assert {len(first.key), len(second.key)} == {LONGEST_KEY}
    assert first.key == replace(first, memo="Counted again").key
    assert first.key.startswith("adjustment:100000,100001,")
    assert LONGEST_KEY + len("-COGS") <= 200, "what a row of the tables has room for"


def test_other_keys_are_section_and_id() -> None:
    assert INVOICE.key == f"transaction:{INVOICE.record_id}"
