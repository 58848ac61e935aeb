"""Finding entries by their marker, as a dictionary would, without keeping them in memory."""

from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.books.marker_index import MarkerIndex

MARKERS = st.text(st.characters(), max_size=8)  # lone surrogates, too: a person may have edited the file
FOUND = st.lists(st.lists(st.tuples(MARKERS, st.integers(0, 2**40))))


@given(FOUND)
def test_of_two_entries_with_one_marker_the_first_counts_and_both_are_listed(
    found: list[list[tuple[str, int]]],
) -> None:
    index = MarkerIndex()
    first: dict[str, int] = {}
    for some in found:
        index.add(some)
        for marker, start in some:
            first.setdefault(marker, start)
    assert {marker: index.start(marker) for marker in first} == first
    places = [index.start(marker) for marker in index.newest(3)]
    assert places == sorted(first.values(), reverse=True)[:3]
    assert list(index.all_starts()) == [start for some in found for _, start in some]
    index.clear()
    assert not any(index.start(marker) is not None for marker in first)
    assert not index.all_starts()
    index.close()


def test_a_closed_index_begins_anew() -> None:
    index = MarkerIndex()
    index.add([("a", 1)])
    index.close()
    assert index.start("a") is None
    index.add([("a", 2)])
    assert index.start("a") == 2
    index.close()
