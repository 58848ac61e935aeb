"""Single sign-on with an OpenID Connect provider."""

from typing import TypedDict
from urllib.parse import urlsplit

from bursar.project.environment import OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ISSUER, OIDC_NAME, read

PROVIDER = "oidc"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class App(TypedDict):
    """The registration of Bursar at the provider."""

    provider_id: str
    name: str
    client_id: str
    secret: str
    settings: dict[str, str]


class Provider(TypedDict):
    """One kind of provider, in the names of django-allauth."""

    APPS: list[App]
    OAUTH_PKCE_ENABLED: bool


def sign_on_providers() -> dict[str, Provider]:
    """The provider as django-allauth wants it; nothing when none is configured. Raises ValueError when half is."""
    issuer = read(OIDC_ISSUER)
    if not issuer:
        return {}
    client, secret = read(OIDC_CLIENT_ID), read(OIDC_CLIENT_SECRET)
    if not (client and secret):
        raise ValueError(
            "BURSAR_OIDC_ISSUER is set, so BURSAR_OIDC_CLIENT_ID and BURSAR_OIDC_CLIENT_SECRET must be too"
        )
    address = urlsplit(issuer)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise ValueError("BURSAR_OIDC_ISSUER must be an https address: who signs in is taken from its answers")
    app: App = {
        "provider_id": PROVIDER,
        "name": read(OIDC_NAME) or OIDC_NAME.default,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": issuer.rstrip("/")},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
