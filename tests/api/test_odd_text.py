"""Whatever text a connection is given, the answer is a documented one, never a defect."""

import pytest

from bursar.store.models import Connection
from tests.api.conftest import Cast

ODD = (
    *("é", "日本", "😀", "a\nb", "a\rb", "\x01", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", " ", "a b", "a" * 80),
    *(".", "..", "../x", "a/b", "?", "#", "%", "%2e", ":"),
)
FIELDS = ("name", "company", "client_id", "public_key", "private_key", "url")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("test", [True, False])
def test_odd_text_is_refused_or_taken(cast: Cast, connection: Connection, field: str, test: bool) -> None:
    path = f"/connections/{connection.pk}"
    answers = {
        text: cast.administrator.send("PATCH", path, {field: text, "test": test, "reset": True}).status_code
        for text in ODD
    }
    assert {text: status for text, status in answers.items() if status not in {200, 422, 502, 503}} == {}
