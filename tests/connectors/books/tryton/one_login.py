"""A way to Tryton on which a user logs in once per session of tests: it takes longer than most entries do."""

import json

import httpx2


class OneLogin(httpx2.BaseTransport):
    """Passes everything on, but for logging in again, which is answered as it was the first time, and logging out."""

    def __init__(self) -> None:
        self._inner = httpx2.HTTPTransport()
        self._known: dict[str, bytes] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.read())
        if asked["method"] == "common.db.logout":
            return httpx2.Response(200, json={"result": None})
        if asked["method"] != "common.db.login":
            return self._inner.handle_request(request)
        who = json.dumps(asked["params"])
        if who not in self._known:
            answer = self._inner.handle_request(request)
            self._known[who] = answer.read()
            if answer.status_code != 200:
                return httpx2.Response(answer.status_code, content=self._known.pop(who))
        return httpx2.Response(200, content=self._known[who])

    def close(self) -> None:
        """The next adapter uses it again."""

    def close_for_good(self) -> None:
        self._inner.close()
