"""Where a ConnectWise PSA really answers: host rules, and the codebase that changes with every upgrade."""

import re
import threading
from dataclasses import dataclass, replace
from urllib.parse import quote

from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.connectors.http import Answer, HttpClient
from bursar.domain.errors import Unavailable, UnknownCompany
from bursar.domain.site_address import site_address

_PREFIX = "api-"
_CLOUD = (".myconnectwise.net", ".connectwisedev.com")
_SAME_REGION = {"aus.myconnectwise.net": "au.myconnectwise.net"}
"""Hosts that share another host's API [guide]."""
_ANY_CODEBASE = "v4_6_release"
"""Routes to the tenant's current version, on the cloud as well [client]."""


@dataclass(frozen=True, slots=True)
class Address:
    """The two faces of a site: `login` answers companyinfo, `api` everything else. Scheme, host and port each."""

    login: str
    api: str

    @property
    def cloud(self) -> bool:
        return self.login != self.api


@dataclass(frozen=True, slots=True)
class CompanyInfo:
    """What a site says about a login company, without authentication."""

    name: str
    codebase: str
    version: str


def address(url: str) -> Address:
    """Work out both hosts of a site; cloud APIs live behind `api-` [guide]. Raises InvalidInput."""
    site = site_address(url)
    if not site.host.endswith(_CLOUD):
        return Address(str(site), str(site))
    login = site.host.removeprefix(_PREFIX)
    api = f"{_PREFIX}{_SAME_REGION.get(login, login)}"
    return Address(str(replace(site, host=login)), str(replace(site, host=api)))


class Site:
    """One login company at one address. Remembers its codebase; thread-safe."""

    def __init__(self, where: Address, company: str, http: HttpClient) -> None:
        self._where = where
        self._company = company.strip()
        self._http = http
        self._info: CompanyInfo | None = None
        self._lock = threading.Lock()

    @property
    def cloud(self) -> bool:
        return self._where.cloud

    def base(self) -> str:
        """The URL that all API paths follow. Asks the site once. Raises UnknownCompany and Unavailable."""
        with self._lock:
            self._info = self._info or self._ask()
            return self._base_of(self._info)

    def info(self) -> CompanyInfo:
        """What the site says now."""
        with self._lock:
            self._info = self._ask()
            return self._info

    def moved_from(self, base: str) -> str | None:
        """The new base URL if an upgrade changed the codebase since `base` was given out, else None."""
        with self._lock:
            if self._info is None or self._base_of(self._info) == base:
                self._info = self._ask()
            now = self._base_of(self._info)
        return now if now != base else None

    def _base_of(self, info: CompanyInfo) -> str:
        return f"{self._where.api}/{info.codebase}/apis/3.0"

    def _ask(self) -> CompanyInfo:
        url = f"{self._where.login}/login/companyinfo/{quote(self._company, safe='')}"
        answer = self._http.request("GET", url)
        found = _json_of(answer, self._where.login)
        if found is None:
            raise UnknownCompany(f"There is no ConnectWise company '{self._company}' at {self._where.login}.")
        if not isinstance(found, dict):
            raise _no_connectwise(self._where.login)
        return _company_info(found)


def _json_of(answer: Answer, login: str) -> JsonValue:
    if not answer.ok:
        raise _no_connectwise(login)
    try:
        return answer.json()
    except ValueError as error:
        raise _no_connectwise(login) from error


def _no_connectwise(login: str) -> Unavailable:
    return Unavailable(f"No ConnectWise PSA answers at {login}.")


def _company_info(found: JsonObject) -> CompanyInfo:
    texts = {name.lower(): value.strip() for name, value in found.items() if isinstance(value, str)}
    codebase = texts.get("codebase", "").strip("/")
    known = codebase if re.fullmatch(r"[\w.-]+", codebase) else _ANY_CODEBASE
    version = texts.get("versioncode") or texts.get("versionnumber") or ""
    return CompanyInfo(texts.get("companyname", ""), known, version)
