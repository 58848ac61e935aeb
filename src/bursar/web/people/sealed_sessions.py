"""Sessions in the database, sealed: while two-factor authentication is set up, its secret is in the session."""

import json

from bursar.store.vault import open_sealed, seal


class SealedSerializer:
    """What Django asks a session serializer for. Where no key opens a session any more, its person signs in anew."""

    def dumps(self, session: object) -> bytes:
        return seal(json.dumps(session)).encode("ascii")

    def loads(self, data: bytes) -> object:
        """Raises NotConfigured when no key fits; Django then starts an empty session."""
        session: object = json.loads(open_sealed(data.decode("ascii")))
        return session
