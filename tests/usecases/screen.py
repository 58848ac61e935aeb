"""Somebody at the screen of ConnectWise: an API member of another role, over the sandbox's own REST interface."""

import json
from base64 import b64encode
from decimal import Decimal

import httpx2

from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.state.record import Record
from tests.sandbox_transport import SandboxTransport
from tests.usecases.world import World

ROOT = "http://127.0.0.1/v4_6_release/apis/3.0"
CLIENT = "00000000-0000-0000-0000-000000000000"


class Screen:
    """Changes Additions behind Bursar's back."""

    def __init__(self, world: World) -> None:
        self._world = world
        key = next(key for key in api_keys(world.store) if key.role == "Admin")
        token = f"{world.store.site.company_id}+{key.public_key}:{key.private_key}"
        self._http = httpx2.Client(
            transport=SandboxTransport(world.sandbox),
            headers={"Authorization": f"Basic {b64encode(token.encode()).decode()}", "clientId": CLIENT},
        )

    def edit(self, addition: Record, **values: object) -> None:
        """Save other values in the window of an Addition."""
        operations = [{"op": "replace", "path": name, "value": _plain(value)} for name, value in values.items()]
        self._did(self._http.patch(_address(addition), json=operations))

    def end(self, addition: Record, last_day: str) -> None:
        """Set the cancelled date."""
        self.edit(addition, cancelledDate=f"{last_day}T00:00:00Z")

    def delete(self, addition: Record) -> None:
        self._did(self._http.delete(_address(addition)))

    def add(self, agreement: Record, **values: object) -> Record:
        """Enter an Addition by hand; returns it as it is stored."""
        body = json.dumps({name: _plain(value) for name, value in values.items()})
        answer = self._http.post(
            f"{ROOT}/finance/agreements/{agreement['id']}/additions",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        self._did(answer)
        found = self._world.store.get("addition", int(answer.json()["id"]))
        assert found is not None
        return found

    @staticmethod
    def _did(answer: httpx2.Response) -> None:
        assert answer.is_success, answer.text


def _address(addition: Record) -> str:
    return f"{ROOT}/finance/agreements/{addition['agreementId']}/additions/{addition['id']}"


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
