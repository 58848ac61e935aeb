"""Codebase discovery: GET /login/companyinfo/{company} [guide, client]."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from psa_sandbox.rest.wire import encode
from psa_sandbox.state.store import Store

PREFIX = "/login/companyinfo/"
_SERVER_BUILD = "v4.6.100000"


def company_info(store: Store, request: Request) -> Response:
    """Name, codebase and versions, all of them strings; JSON null with 200 for an unknown company."""
    wanted, site = request.path.removesuffix("/").rpartition("/")[2], store.site
    known = wanted.casefold() == site.company_id.casefold()
    info = {
        "CompanyName": site.company_name,
        "Codebase": f"{site.codebase}/",
        "VersionCode": site.version,
        "VersionNumber": _SERVER_BUILD,
        "CompanyID": site.company_id,
        "IsCloud": "True",
        "SiteUrl": request.host,
    }
    return Response(encode(info if known else None), content_type="application/json; charset=utf-8")
