"""Settings › Authentication: test, save, mask, disconnect, and who may (rules 5-14)."""

from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from bursar.domain.period import Month
from bursar.store.models import AuditEntry, Connection, Organization, Run
from bursar.store.vault import open_sealed
from bursar.usecases.credentials import MASK
from tests.web.connections.conftest import HTMX, Browsers, ServedPsa

OCTOBER = str(Month(2026, 10))


def page(connection: Connection) -> str:
    return f"/c/{connection.pk}/settings/authentication/"


def said(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def toasts(response: object) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_page_has_the_seed_s_words_and_the_key_as_asterisks_only(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    text = said(browsers.administrator, page(connection))
    for words in (
        "Configure your ConnectWise integration credentials and preferences.",
        "How to obtain API credentials",
        "Connection Credentials",
        "Configure your ConnectWise Integration to manage and bill your customers.",
        *("API URL", "ConnectWise Company ID", "API Public Key", "API Private Key", "Test Connection"),
        "Administrative Actions",
        *("Save</strong>, not <strong>Save &amp; Close", "https://staging.connectwisedev.com"),
    ):
        assert words in text
    assert f'value="{MASK}"' in text
    assert psa.keys()[1] not in text


def test_a_test_says_so_and_stores_nothing(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    before = Connection.objects.values().get()
    url = f"/c/{connection.pk}/settings/authentication/test/"
    good = browsers.administrator.post(url, psa.entered(private_key=MASK), headers=HTMX)
    assert (good.status_code, "Test is successful." in good.content.decode()) == (200, True)
    assert "alert-success" in good.content.decode()
    bad = browsers.administrator.post(url, psa.entered(private_key="wrong"), headers=HTMX)
    text = bad.content.decode()
    assert (bad.status_code, "Test is not successful." in text, "alert-danger" in text) == (200, True, True)
    assert "ConnectWise refuses these keys." in text
    assert Connection.objects.values().get() == before


def test_a_role_without_agreements_is_told_which_module_is_missing(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    url = f"/c/{connection.pk}/settings/authentication/test/"
    text = browsers.administrator.post(url, psa.entered(role="No Agreements"), headers=HTMX).content.decode()
    assert "The keys work, but permissions are missing." in text
    assert "Finance &gt; Agreements" in text


def test_saving_with_the_mask_keeps_the_key_and_stays_with_a_toast(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    answer = browsers.administrator.post(page(connection), psa.entered(private_key=MASK, name="renamed"))
    assert answer.headers["Location"] == page(connection)
    assert any("saved" in toast for toast in toasts(answer))
    connection.refresh_from_db()
    assert (connection.name, open_sealed(connection.sealed_private_key)) == ("renamed", psa.keys()[1])
    assert connection.checked_at is not None
    entry = AuditEntry.objects.get(action="connection changed")
    assert (entry.before["name"], entry.after["name"], entry.actor) == ("main", "renamed", "administrator@example.com")


def test_unusable_credentials_are_refused_and_nothing_is_stored(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    before = Connection.objects.values().get()
    answer = browsers.administrator.post(page(connection), psa.entered(private_key="wr0ng-key"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Connection was not established. Please validate settings information." in text
    assert "wr0ng-key" not in text
    assert f'value="{MASK}"' not in text  # what was typed is gone, and the stored key was not meant
    assert Connection.objects.values().get() == before
    assert not AuditEntry.objects.filter(action="connection changed").exists()


def test_the_stored_key_is_never_sent_to_another_address(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    elsewhere = psa.url.replace("127.0.0.1", "localhost")
    for url in (page(connection), f"{page(connection)}test/"):
        answer = browsers.administrator.post(url, psa.entered(url=elsewhere, private_key=MASK), headers=HTMX)
        assert "Enter the API Private Key again." in answer.content.decode()
    assert psa.calls() == 0


@pytest.mark.parametrize("url", ["http://169.254.169.254", "https://[::ffff:169.254.169.254]", "file:///etc/passwd"])
def test_an_address_that_is_never_called_is_refused(browsers: Browsers, psa: ServedPsa, url: str) -> None:
    connection = psa.connect()
    answer = browsers.administrator.post(page(connection), psa.entered(url=url))
    assert answer.status_code == 422
    assert Connection.objects.get().url == psa.url


def test_disconnect_does_everything_that_the_seed_lists(browsers: Browsers, psa: ServedPsa, tmp_path: Path) -> None:
    connection = psa.connect()
    Organization.objects.create(connection=connection, organization_id="o-1", name="Harbour")
    waiting = Run.objects.create(connection=connection, verb="post lines", month=OCTOBER, state=Run.State.DONE)
    answer = browsers.administrator.post(f"{page(connection)[:-1]}/disconnect/")
    assert answer.headers["Location"] == page(connection)
    assert toasts(answer) == ["Integration disconnected successfully."]
    stored = Connection.objects.get()
    assert stored.get_state_display() == "Not Connected"
    assert (stored.url, stored.company, stored.client_id, stored.public_key, stored.sealed_private_key) == ("",) * 5
    assert stored.former_company == psa.company
    assert Organization.objects.filter(connection=stored).exists()
    assert Run.objects.get(pk=waiting.pk).state == Run.State.DONE
    entry = AuditEntry.objects.get(action="integration disconnected")
    assert entry.actor == "administrator@example.com"
    text = said(browsers.administrator, page(connection))
    assert "Administrative Actions" not in text
    assert MASK not in text


def test_reconnecting_to_the_same_company_resumes_and_leads_to_the_mapping(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    Organization.objects.create(connection=connection, organization_id="o-1", name="Harbour")
    browsers.administrator.post(f"{page(connection)}disconnect/")
    answer = browsers.administrator.post(page(connection), psa.entered(company=psa.company.upper()), headers=HTMX)
    assert answer.headers["HX-Redirect"].startswith(f"/c/{connection.pk}/mapping/")
    stored = Connection.objects.get()
    assert (stored.connected, stored.former_company) == (True, "")
    assert Organization.objects.filter(connection=stored).exists()


def test_another_company_asks_for_a_reset_first(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    Organization.objects.create(connection=connection, organization_id="o-1", name="Harbour")
    browsers.administrator.post(f"{page(connection)}disconnect/")
    Connection.objects.update(former_company="another")
    asked = browsers.administrator.post(page(connection), psa.entered(), headers=HTMX)
    assert asked.status_code == 422
    assert 'name="reset"' in asked.content.decode()
    assert Connection.objects.get().sealed_private_key == ""
    assert browsers.administrator.post(page(connection), psa.entered(reset="on")).status_code == 302
    assert Connection.objects.get().connected
    assert not Organization.objects.exists()
    assert AuditEntry.objects.get(action="connection reset").before["organizations"] == 1


def test_others_see_the_page_without_keys_and_change_nothing(browsers: Browsers, psa: ServedPsa) -> None:
    connection = psa.connect()
    public, private = psa.keys()
    for client in (browsers.operator, browsers.viewer):
        text = said(client, page(connection))
        assert psa.url in text
        for hidden in (public, private, MASK, "Administrative Actions", '<form method="post" action="/c/'):
            assert hidden not in text
        for url in (page(connection), f"{page(connection)}test/", f"{page(connection)}disconnect/"):
            assert client.post(url, psa.entered()).status_code == 403
    for url in (page(connection), f"{page(connection)}test/", f"{page(connection)}disconnect/"):
        assert browsers.stranger.post(url, psa.entered()).status_code == 302
    assert Connection.objects.get().connected
    assert psa.calls() == 0


@pytest.mark.parametrize("name", ["test/", "disconnect/"])
def test_deeds_need_a_post(browsers: Browsers, psa: ServedPsa, name: str) -> None:
    connection = psa.connect()
    assert browsers.administrator.get(f"{page(connection)}{name}").status_code == 405
    assert Connection.objects.get().connected
