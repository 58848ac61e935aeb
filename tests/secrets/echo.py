"""A server that repeats everything it was sent, as careless servers and proxies do in their error pages."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

STATUSES = (500, 403, 400)
"""What it answers, in turn."""


@contextmanager
def echoing_server() -> Iterator[str]:
    """Its address, on a loopback port."""
    statuses = cycle(STATUSES)

    @Request.application
    def echo(request: Request) -> Response:
        heard = f"{dict(request.headers)} {request.get_data(as_text=True)}"
        body = json.dumps({"code": "Error", "message": f"You sent {heard}", "errors": []})
        headers = {"X-You-Sent": request.headers.get("Authorization", "")}
        return Response(body, next(statuses), headers, content_type="application/json")

    server = make_server("127.0.0.1", 0, echo, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
