"""One spelling of a site's address is accepted; whatever could mislead or reach inside is refused (rule 6)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.errors import InvalidInput
from bursar.domain.site_address import REGIONS, never_called, site_address


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" https://NA.myconnectwise.net/ ", "https://na.myconnectwise.net"),
        ("https://psa.example.com:8443/", "https://psa.example.com:8443"),
        ("https://psa.example.com/v4_6_release/apis/3.0", "https://psa.example.com"),
        ("https://10.1.2.3", "https://10.1.2.3"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://[2001:db8::5]:444", "https://[2001:db8::5]:444"),
        ("http://localhost:20080", "http://localhost:20080"),
        ("http://[::1]:20080/", "http://[::1]:20080"),
        *((url, url) for url in REGIONS.values()),
    ],
)
def test_addresses_of_sites(typed: str, stored: str) -> None:
    assert str(site_address(typed)) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *("", "   ", "na.myconnectwise.net", "//na.myconnectwise.net", "https://", "https:///x", "https:na.example"),
        *(
            "http://na.myconnectwise.net",
            "http://10.0.0.5",
            "ftp://psa.example.com",
            "file:///etc/passwd",
            "gopher://x",
        ),
        *("javascript:alert(1)", "unix:///run/x.sock", "https://user@psa.example.com", "https://u:p@psa.example.com"),
        *("https://psa.example.com?x=1", "https://psa.example.com/#x", "https://psa.example.com?", "https://a#"),
        *("https://psa.example.com:0", "https://psa.example.com:", "https://psa.example.com:65536", "https://a:-1"),
        *("https://psa.example.com:80:80", "https://psa.example.com\\@evil.example", "https://psa example.com"),
        *("https://psa.exam\tple.com", "https://psa.example.com\x00.evil", "https://psa.exam\nple.com"),
        *("https://psa.example.com.", "https://.example.com", "https://a..b", "https://-a.example", "https://a_b.c"),
        *("https://ⓔxample.com", "https://exämple.com", "https://\u212aelvin.example", "https://１２７.0.0.1"),
        *("https://2852039166", "https://0xa9fea9fe", "https://0xa9.0xfe.0xa9.0xfe", "https://0251.0376.0251.0376"),
        *("https://169.254.43518", "https://169.16689662", "https://127.1", "http://127.1", "http://0177.0.0.1"),
        *("https://169.254.169.254", "https://169.254.169.254:8443/", "http://169.254.169.254/latest/meta-data"),
        *("https://[fe80::1]", "https://[fe80::1%25eth0]", "https://[fe80::1%eth0]", "https://[fd00:ec2::254]"),
        *("https://[::ffff:169.254.169.254]", "https://[::ffff:a9fe:a9fe]", "https://[2002:a9fe:a9fe::]"),
        *("https://[64:ff9b::a9fe:a9fe]", "https://[::169.254.169.254]", "https://[::]", "http://[::ffff:127.0.0.1]"),
        *("https://100.100.100.200", "https://0.0.0.0", "http://0.0.0.0", "https://255.255.255.255"),
        *(
            "https://224.0.0.1",
            "https://[ff02::1]",
            "https://240.0.0.1",
            "https://168.63.129.16",
            "https://192.0.0.192",
        ),
        *("https://[127.0.0.1]", "https://[na.example]", "https://[::1", "https://::1", "https://" + "a" * 300),
        *("https://" + "a" * 64 + ".example", "http://localhost.example.com", "http://127.0.0.1.example.com"),
    ],
)
def test_what_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        site_address(typed)
    assert caught.value.remedy


@given(st.integers(0, 2**16 - 1))
def test_no_spelling_of_a_link_local_address_gets_through(low: int) -> None:
    number = 0xA9FE0000 + low
    quad = ip_address(number)
    spellings = [str(quad), str(number), hex(number), f"0{number:o}", f"[::ffff:{quad}]", f"[64:ff9b::{quad}]"]
    for spelling in spellings:
        with pytest.raises(InvalidInput):
            site_address(f"https://{spelling}")


@pytest.mark.parametrize("text", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "127.0.0.1", "::1", "fd00::1", "8.8.8.8"])
def test_private_networks_and_this_machine_are_fine(text: str) -> None:
    assert never_called(ip_address(text)) is None
