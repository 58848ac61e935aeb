"""Export and import: no secret goes out, an imported connection asks for its own (decision 24)."""

import json

import pytest

from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection, Run
from bursar.usecases.connection_files import export_connections, import_connections
from bursar.usecases.connections import add_connection, all_connections, set_option
from bursar.usecases.start_over import CompanyChanged
from tests.connections.entering import SECRET, entered


def document(**changes: object) -> str:
    row = {"name": "main", "type": "connectwise_rest", "url": "https://na.myconnectwise.net", "company": "acme"}
    return json.dumps({"bursar_connections": 1, "connections": [row | changes]})


def test_a_file_holds_everything_but_secrets(connection: Connection) -> None:
    set_option(connection, "concurrency", "4")
    Connection.objects.update(billing={"skip_zero_lines": "yes", "agreement_type": {"id": 3, "name": "Cloud"}})
    text = json.dumps(export_connections(all_connections()))
    for secret in (SECRET, connection.public_key, connection.client_id, connection.sealed_private_key):
        assert secret not in text
    Connection.objects.all().delete()
    [imported] = import_connections(text)
    assert (imported.created, imported.asks_for_keys) == (True, True)
    stored = Connection.objects.get()
    assert (stored.options, stored.billing["agreement_type"]) == ({"concurrency": "4"}, {"id": 3, "name": "Cloud"})
    assert (stored.state, stored.is_default) == (Connection.State.NOT_CONNECTED, True)
    assert "enter the API Public Key" in stored.state_reason


def test_a_same_named_one_is_overwritten_and_keeps_its_secrets(connection: Connection) -> None:
    sealed = connection.sealed_private_key
    [imported] = import_connections(document(options={"timeout": "30"}))
    stored = Connection.objects.get()
    assert (imported.created, stored.connected, stored.sealed_private_key) == (False, True, sealed)
    assert stored.options == {"timeout": "30"}


def test_a_stored_key_never_follows_a_file_to_another_site(connection: Connection) -> None:
    import_connections(document(url="https://evil.example"))
    stored = Connection.objects.get()
    assert (stored.url, stored.sealed_private_key, stored.public_key) == ("https://evil.example", "", "")
    assert stored.state == Connection.State.NOT_CONNECTED


def test_another_company_is_not_smuggled_in(connection: Connection) -> None:
    with pytest.raises(CompanyChanged):
        import_connections(document(company="newco"))


def test_an_active_run_keeps_the_address(connection: Connection) -> None:
    Run.objects.create(connection=connection, verb="post lines", state=Run.State.RUNNING)
    with pytest.raises(InvalidInput, match="active"):
        import_connections(document(url="https://eu.myconnectwise.net"))


def test_a_disconnected_one_stays_disconnected(connection: Connection) -> None:
    Connection.objects.update(
        state=Connection.State.DISCONNECTED, sealed_private_key="", company="", url="", former_company="acme"
    )
    import_connections(document())
    stored = Connection.objects.get()
    assert (stored.state, stored.url) == (Connection.State.DISCONNECTED, "https://na.myconnectwise.net")


def test_the_default_of_a_file_displaces(connection: Connection) -> None:
    import_connections(document(name="other", default=True))
    assert [c.name for c in Connection.objects.filter(is_default=True)] == ["other"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '{"bursar_connections": 1}', "[" * 100_000, "x" * 1_000_001),
        document().replace('"bursar_connections": 1', '"bursar_connections": 2'),
        *(document(**{name: "x"}) for name in ("private_key", "source", "sealed_private_key", "state")),
        *(document(name=name) for name in ("", "x" * 81, 5)),
        *(document(url=url) for url in ("http://169.254.169.254", "file:///etc/passwd", "na.example")),
        *(document(type="soap"), document(default="yes"), document(options={"speed": "4"})),
        *(document(options={"concurrency": "900"}), document(options={"concurrency": 4})),
        *(document(billing={"nonsense": "x"}), document(billing={"price": "free"}), document(billing={"price": 1})),
        *(document(billing={"agreement_type": "Cloud"}), document(properties={"product_category": "x"})),
        json.dumps({"bursar_connections": 1, "connections": [json.loads(document())["connections"][0]] * 2}),
    ],
)
def test_other_files_are_refused_whole(db: None, text: str) -> None:
    add_connection(entered(name="before"))
    with pytest.raises(InvalidInput):
        import_connections(text)
    assert [c.name for c in all_connections()] == ["before"]
