"""Single sign-on with an OpenID Connect provider."""

from bursar.project.environment import OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ISSUER, OIDC_NAME, read


def sign_on_providers() -> dict[str, object]:
    """The provider as django-allauth wants it; nothing when none is configured. Raises ValueError when half is."""
    issuer = read(OIDC_ISSUER)
    if not issuer:
        return {}
    client, secret = read(OIDC_CLIENT_ID), read(OIDC_CLIENT_SECRET)
    if not (client and secret):
        raise ValueError(
            "BURSAR_OIDC_ISSUER is set, so BURSAR_OIDC_CLIENT_ID and BURSAR_OIDC_CLIENT_SECRET must be too"
        )
    app = {
        "provider_id": "oidc",
        "name": read(OIDC_NAME) or OIDC_NAME.default,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": issuer},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
