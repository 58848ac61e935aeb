"""Which page comes next, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.connectwise.paging import ForwardPages, next_page_id, page_numbers

NEXT = '<https://h/v4/apis/3.0/finance/agreements?pageSize=2&pageId=17>; rel="next"'


@pytest.mark.parametrize(
    ("link", "page_id"),
    [
        (NEXT, 17),
        (NEXT.replace('"', ""), 17),
        (NEXT.replace("pageId", "PAGEID").replace("rel", "REL"), 17),
        (f'<https://h/x?pageId=1>; rel="first", {NEXT}', 17),
        (f'{NEXT}, <https://h/x?pageId=99>; rel="last"', 17),
        ('<https://h/x?fields=id,name&pageId=5>; rel="next"', 5),
        ('<https://h/x?pageId=1>; rel="first"', None),
        ('<https://h/x?page=2>; rel="next"', None),
        ('<https://h/x?pageId=x>; rel="next"', None),
        ('<https://h/x?pageId=3>; rel="nextish"', None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_the_next_page_is_read_from_the_link_header(link: str, page_id: int | None) -> None:
    assert next_page_id(link) == page_id


def test_pages_go_on_while_the_link_does() -> None:
    pages = ForwardPages(page_size=2)
    assert pages.query == {"pageSize": 2}
    pages.after({"link": NEXT}, rows=2)
    assert not pages.done
    assert pages.query == {"pageSize": 2, "pageId": 17}
    pages.after({"link": ""}, rows=2)
    assert pages.done


def test_a_short_page_is_the_last_one_even_if_a_link_follows() -> None:
    pages = ForwardPages(page_size=3)
    pages.after({"link": NEXT}, rows=2)
    assert pages.done


def test_a_server_that_points_back_cannot_keep_us_for_ever() -> None:
    pages = ForwardPages(page_size=2)
    pages.after({"link": NEXT}, rows=2)
    pages.after({"link": NEXT}, rows=2)
    assert pages.done


@given(count=st.integers(0, 100_000), size=st.integers(1, 1000))
def test_navigable_pages_hold_all_records_and_none_is_empty(count: int, size: int) -> None:
    pages = page_numbers(count, size)
    assert len(pages) * size >= count
    assert not pages or (len(pages) - 1) * size < count
    assert not pages or pages[0] == 1
