"""Addresses of ConnectWise's own pages."""

import pytest

from bursar.connectors.connectwise.web_pages import agreement_page, agreements_page
from bursar.domain.errors import InvalidInput

PAGE = "/v4_6_release/ConnectWise.aspx?locale=en_US#startscreen=agreement_list"
RECORD = "/v4_6_release/services/system_io/router/openrecord.rails?"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://na.myconnectwise.net", "https://na.myconnectwise.net"),
        ("https://api-na.myconnectwise.net/", "https://na.myconnectwise.net"),
        ("https://staging.connectwisedev.com", "https://staging.connectwisedev.com"),
        ("https://psa.cedarpoint.example:8443/v2026_1/", "https://psa.cedarpoint.example:8443"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    ],
)
def test_people_are_led_to_the_site_never_to_its_api(url: str, host: str) -> None:
    assert agreements_page(url) == host + PAGE
    assert agreement_page(url, "cedarpoint", 19).startswith(host + RECORD)


def test_an_agreement_is_opened_by_its_id_in_its_login_company() -> None:
    address = agreement_page("https://na.myconnectwise.net", "cedar & point", 19)
    assert address.endswith("?locale=en_US&recordType=AgreementFV&recid=19&companyName=cedar+%26+point")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "http://psa.example", 'https://evil"onload.example'])
def test_what_is_no_site_address_leads_nowhere(url: str) -> None:
    with pytest.raises(InvalidInput):
        agreements_page(url)
    with pytest.raises(InvalidInput):
        agreement_page(url, "cedarpoint", 19)
