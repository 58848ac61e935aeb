"""All mappings as CSV: out, and in again (rule 37)."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection
from tests.web.mapping.kept import catalogue, companies, offer, organization, state_of
from tests.web.mapping.test_picking import url
from tests.web.visitors import a_connection, text_of, visitor

pytestmark = pytest.mark.django_db


def send(client: Client, connection: Connection, content: bytes) -> HttpResponse:
    answer = client.post(url("import", connection), {"file": SimpleUploadedFile("mappings.csv", content)})
    assert isinstance(answer, HttpResponse)
    return answer


def test_rule_37_what_goes_out_comes_in_again() -> None:
    connection = a_connection()
    companies(connection)
    catalogue(connection)
    several = organization(connection, "=Several", 1, 2)
    excluded = organization(connection, "Out", state=MappingState.EXCLUDED)
    product = offer(connection, "-Office", 11)
    operator = visitor(Role.OPERATOR)
    content = operator.get(url("file", connection)).content
    assert not any(cell[:1] in "=+-@" for row in csv.reader(io.StringIO(content.decode())) for cell in row if cell)
    for row in (several, excluded):
        row.companies.all().delete()
        row.state = MappingState.UNMAPPED
        row.save()
    product.product_id, product.state = None, MappingState.UNMAPPED
    product.save()
    answer = send(operator, connection, content)
    assert "3 records set, 0 not." in text_of(answer)
    assert [state_of(row) for row in (several, excluded, product)] == [
        ("mapped", [1, 2]), ("excluded", []), ("mapped", [11]),
    ]  # fmt: skip
    assert AuditEntry.objects.get(action="mappings imported").after == {"set": 3, "refused": 0}


def test_good_rows_are_set_and_bad_ones_are_told() -> None:
    connection = a_connection(url="http://127.0.0.1:9")  # nobody listens there
    companies(connection)
    good, bad = organization(connection, "Good"), organization(connection, "Bad", 1)
    content = (
        "kind,id,state,target_id\norganization,id-Good,mapped,alderbrook\norganization,id-Bad,mapped,3\n"
        "contract,C-1,mapped,7\n,,,\n"
    )
    text = text_of(send(visitor(Role.OPERATOR), connection, content.encode()))
    assert "1 record set, 3 not." in text
    assert "3 ConnectWise has no company '3'." in text
    assert "4 The Agreement '7' could not be checked:" in text
    assert (state_of(good), state_of(bad)) == (("mapped", [1]), ("mapped", [1]))


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b"", b"kind,id,state,target_id\n" + b'"' + b"x" * 200_000]
)
def test_a_file_that_is_none_of_ours_changes_nothing(content: bytes) -> None:
    connection = a_connection()
    row = organization(connection, "Good", 1)
    answer = send(visitor(Role.OPERATOR), connection, content)
    assert answer.status_code == 422
    assert state_of(row) == ("mapped", [1])
    assert not AuditEntry.objects.exists()


def test_who_may_give_out_and_take_in() -> None:
    connection = a_connection()
    assert visitor(Role.VIEWER).get(url("file", connection)).status_code == 200
    assert visitor(Role.VIEWER).get(url("import", connection)).status_code == 403
    assert visitor(None).get(url("file", connection)).status_code == 302
