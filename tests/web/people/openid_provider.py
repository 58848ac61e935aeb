"""A small OpenID Connect provider on a loopback port: discovery, authorization code with PKCE, RS256 keys, userinfo."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET, KEY_ID = "bursar", "provider-client-secret", "key-1"


@dataclass
class OpenIdProvider:
    """What the provider knows, and what it was asked."""

    claims: dict[str, object] = field(default_factory=dict)
    """Of who signs in next: sub, email, email_verified, name."""
    id_token_changes: dict[str, object] = field(default_factory=dict)
    issuer: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    """Authorization code → PKCE challenge."""
    faults: list[str] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def discovery(self) -> dict[str, object]:
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        addresses = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ends.items()}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **addresses}

    def jwks(self) -> dict[str, object]:
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to; the person has agreed."""
        wanted = {"client_id": CLIENT_ID, "response_type": "code", "code_challenge_method": "S256"}
        self.faults += [f"{name} is {asked.get(name)}" for name, value in wanted.items() if asked.get(name) != value]
        if "openid" not in asked.get("scope", "").split():
            self.faults.append("no openid scope")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked.get("code_challenge", "")
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str]) -> dict[str, object] | None:
        """None when the code, its proof or the client's secret is wrong. A code works once."""
        challenge = self.codes.pop(given.get("code", ""), None)
        proof = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == challenge
        if not proved or (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            self.faults.append("token refused")
            return None
        now = int(time.time())
        about = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, **self.claims}
        id_token = jwt.encode(about | self.id_token_changes, self.key, "RS256", headers={"kid": KEY_ID})
        return {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": id_token}


class _Door(BaseHTTPRequestHandler):
    provider: OpenIdProvider

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(path.query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(asked))
            self.end_headers()
            return
        documents = {
            "/.well-known/openid-configuration": self.provider.discovery,
            "/jwks": self.provider.jwks,
            "/userinfo": lambda: self.provider.claims,
        }
        self._answer(documents[path.path]())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = self.provider.token({name: values[0] for name, values in parse_qs(body).items()})
        self._answer(answer or {"error": "invalid_grant"}, 200 if answer else 400)

    def _answer(self, document: object, status: int = 200) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """A provider that is there until the block ends."""
    provider = OpenIdProvider()
    door = type("Door", (_Door,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), door) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
