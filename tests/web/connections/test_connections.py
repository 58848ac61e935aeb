"""The pages of connections: wizard, table, edit, default, delete, files, and who may."""

import json

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bursar.store.models import AdditionLink, AuditEntry, Connection, Line, Load
from bursar.store.queries.lines import SOURCE_FIELDS
from bursar.usecases.credentials import MASK
from bursar.web.settings.auth_forms import CredentialsForm
from tests.usecases.world import make_line
from tests.web.connections.conftest import HTMX, Browsers, ServedPsa


def said(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_wizard_tests_saves_and_leads_to_the_mapping(browsers: Browsers, psa: ServedPsa) -> None:
    text = said(browsers.administrator, "/connections/new/")
    assert 'value="ConnectWise"' in text
    assert "ConnectWise REST" in text
    tested = browsers.administrator.post("/connections/new/test/", psa.entered(), headers=HTMX)
    assert "Test is successful." in tested.content.decode()
    assert not Connection.objects.exists()
    answer = browsers.administrator.post("/connections/new/", psa.entered(), headers=HTMX)
    stored = Connection.objects.get()
    assert answer.headers["HX-Redirect"].startswith(f"/c/{stored.pk}/mapping/")
    assert (stored.connected, stored.is_default, stored.kind) == (True, True, "connectwise_rest")
    assert stored.version
    entry = AuditEntry.objects.get(action="connection added")
    public, private = psa.keys()
    assert public not in json.dumps(entry.after)
    assert private not in json.dumps(entry.after)


def test_the_wizard_refuses_what_does_not_work(browsers: Browsers, psa: ServedPsa) -> None:
    answer = browsers.administrator.post("/connections/new/", psa.entered(company="nowhere"))
    assert answer.status_code == 422
    assert "Connection was not established." in answer.content.decode()
    empty = browsers.administrator.post("/connections/new/", {})
    for label in ("Name", "API URL", "ConnectWise Company ID", "API Public Key", "API Private Key", "Client ID"):
        assert f"Enter the {label}." in empty.content.decode()
    masked = browsers.administrator.post("/connections/new/", psa.entered(private_key=MASK))
    assert masked.status_code == 422
    assert not Connection.objects.exists()
    assert psa.calls() == 1  # the question for the company


def test_a_type_that_does_not_exist_is_refused(browsers: Browsers, psa: ServedPsa) -> None:
    answer = browsers.administrator.post("/connections/new/", psa.entered(kind="soap"))
    assert (answer.status_code, "There is no such type." in answer.content.decode()) == (422, True)
    assert not Connection.objects.exists()


def test_a_region_fills_in_its_address(browsers: Browsers) -> None:
    text = said(browsers.administrator, "/connections/new/address/?region=Europe")
    assert 'value="https://eu.myconnectwise.net"' in text
    assert "value=" not in said(browsers.administrator, "/connections/new/address/?region=Atlantis")


def test_a_region_is_enough_without_scripts() -> None:
    form = CredentialsForm({"region": "Australia", "url": ""})
    form.is_valid()
    assert form.cleaned_data["url"] == "https://au.myconnectwise.net"


def test_the_table_shows_state_and_actions_by_role(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    assert "No connection yet" not in said(browsers.viewer, "/connections/")
    administrator, operator, viewer = (
        said(client, "/connections/") for client in (browsers.administrator, browsers.operator, browsers.viewer)
    )
    for text in (administrator, operator, viewer):
        assert psa.url in text
        assert "Connected" in text
        assert psa.keys()[1] not in text
    test = f'action="/connections/{connection.pk}/test/"'
    assert (test in administrator, test in operator, test in viewer) == (True, True, False)
    edit = f"/connections/{connection.pk}/edit/"
    assert (edit in administrator, edit in operator, edit in viewer) == (True, False, False)


def test_a_test_from_the_table_notes_what_it_proves(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect(private_key="wrong")
    answer = browsers.operator.post(f"/connections/{connection.pk}/test/")
    [toast] = [str(message) for message in get_messages(answer.wsgi_request)]
    assert "Test is not successful. ConnectWise refuses these keys." in toast
    assert Connection.objects.get().state == Connection.State.NOT_CONNECTED
    assert "Not Connected" in said(browsers.viewer, "/connections/")


def test_edit_changes_name_and_behaviour_or_nothing(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    url = f"/connections/{connection.pk}/edit/"
    assert "Requests at once" in said(browsers.administrator, url)
    refused = browsers.administrator.post(url, {"name": "other", "concurrency": "1000"})
    assert refused.status_code == 422
    assert "Choose 1 to 64." in refused.content.decode()
    stored = Connection.objects.get()
    assert (stored.name, stored.options) == ("main", {})
    assert browsers.administrator.post(url, {"name": "other", "concurrency": "4"}).status_code == 302
    stored = Connection.objects.get()
    assert (stored.name, stored.options) == ("other", {"concurrency": "4"})


def test_a_new_default_displaces_the_old(browsers: Browsers, psa: ServedPsa) -> None:
    first, second = psa.connect(), psa.connect(name="second")
    assert browsers.administrator.post(f"/connections/{second.pk}/default/").status_code == 302
    assert dict(Connection.objects.values_list("pk", "is_default")) == {first.pk: False, second.pk: True}
    entry = AuditEntry.objects.get(action="default connection chosen")
    assert (entry.before, entry.after) == ({"default": "main"}, {"default": "second"})


def test_delete_is_confirmed(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    assert f'data-confirm-url="/connections/{connection.pk}/delete/"' in said(browsers.administrator, "/connections/")
    assert "No line of it was posted." in said(browsers.administrator, f"/connections/{connection.pk}/delete/")
    assert Connection.objects.exists()
    browsers.administrator.post(f"/connections/{connection.pk}/delete/")
    assert not Connection.objects.exists()


def post_a_line(connection: Connection) -> None:
    link = AdditionLink.objects.create(
        connection=connection,
        marker="m",
        series="s",
        agreement_id=1,
        addition_id=2,
        company_id=3,
        recurring=True,
        organization_id="org-1",
        last_month="2026-10",
        written={},
    )
    line = make_line(1)
    values = {name: getattr(line, name) for name in SOURCE_FIELDS}
    load = Load.objects.create(connection=connection, source="october.csv")
    Line.objects.create(connection=connection, month="2026-10", last_load=load, link=link, **values)


def test_posted_history_goes_only_when_that_is_agreed_to(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    post_a_line(connection)
    url = f"/connections/{connection.pk}/delete/"
    listed = said(browsers.administrator, "/connections/")
    assert (f'data-confirm-url="{url}"' in listed, f'href="{url}"' in listed) == (False, True)
    assert "Bursar knows where 1 posted line went." in said(browsers.administrator, url)
    refused = browsers.administrator.post(url)
    assert (refused.status_code, "would lose the record" in refused.content.decode()) == (422, True)
    assert Connection.objects.exists()
    assert browsers.administrator.post(url, {"with_history": "yes"}).status_code == 302
    assert not Connection.objects.exists()


def test_files_go_out_without_secrets_and_come_in_asking_for_them(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    public, private = psa.keys()
    for url in ("/connections/export/", f"/connections/{connection.pk}/export/"):
        assert browsers.administrator.get(url).status_code == 405
        answer = browsers.administrator.post(url)
        content = answer.content.decode()
        assert "attachment" in answer.headers["Content-Disposition"]
        assert not [secret for secret in (public, private, connection.sealed_private_key) if secret in content]
    renamed = content.replace('"main"', '"copy"').encode()
    upload = SimpleUploadedFile("connections.json", renamed)
    assert browsers.administrator.post("/connections/import/", {"file": upload}).status_code == 302
    copy = Connection.objects.get(name="copy")
    assert (copy.state, copy.url, copy.sealed_private_key) == (Connection.State.NOT_CONNECTED, psa.url, "")
    assert "Imported without keys" in said(browsers.administrator, f"/c/{copy.pk}/settings/authentication/")
    broken = SimpleUploadedFile("connections.json", b"\xff{")
    assert browsers.administrator.post("/connections/import/", {"file": broken}).status_code == 422


ADMINISTRATORS_ONLY = [
    *[("get", path) for path in ("new/", "new/address/", "import/", "{pk}/edit/", "{pk}/delete/")],
    *[("post", "export/"), ("post", "{pk}/export/"), ("post", "new/"), ("post", "new/test/"), ("post", "import/")],
    *[("post", path) for path in ("{pk}/edit/", "{pk}/default/", "{pk}/delete/")],
]


@pytest.mark.parametrize(("method", "path"), ADMINISTRATORS_ONLY)
def test_only_administrators_may_change(browsers: Browsers, psa: ServedPsa, method: str, path: str) -> None:
    connection = psa.connect()
    url = f"/connections/{path.format(pk=connection.pk)}"
    assert getattr(browsers.operator, method)(url).status_code == 403
    assert getattr(browsers.viewer, method)(url).status_code == 403
    assert getattr(browsers.stranger, method)(url).status_code == 302
    assert getattr(browsers.administrator, method)(url).status_code in {200, 302, 422}


def test_operators_may_test_and_viewers_may_not(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    url = f"/connections/{connection.pk}/test/"
    assert browsers.operator.post(url).status_code == 302
    assert Connection.objects.get().checked_at is not None
    assert browsers.viewer.post(url).status_code == 403
    assert browsers.operator.get(url).status_code == 405


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/connections/", 4),
        ("/connections/new/", 4),
        ("/connections/import/", 3),
        ("/connections/{pk}/edit/", 4),
        ("/connections/{pk}/delete/", 5),
        ("/c/{pk}/settings/authentication/", 4),
    ],
)
def test_queries_stay_as_few_with_many_connections(
    browsers: Browsers, psa: ServedPsa, django_assert_num_queries: object, path: str, queries: int
) -> None:
    connection = psa.connect()
    for number in range(5):
        psa.connect(name=f"c{number}")
    url = path.format(pk=connection.pk)
    browsers.administrator.get(url)
    with django_assert_num_queries(queries):
        assert browsers.administrator.get(url).status_code == 200
