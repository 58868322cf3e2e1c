"""A nudge from Label Studio that answers have come: a reason to pull now, never the record.

Label Studio calls a webhook once, waits a second, and forgets failures; so a call only ends the
wait between two pulls. What it says is not read: only that it knows a path nobody can guess.
"""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from corpusforge.annotation.client import Client
from corpusforge.errors import AnnotationError

ACTIONS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED")
_LARGEST = 10_000_000


class Nudge:
    """Listens on an address of this machine until it is closed.

    Args:
        url: the address Label Studio reaches it by, such as ``http://10.0.0.5:9001``; it listens
            on that host and port.

    Raises:
        AnnotationError: ANN049, it cannot listen there.
    """

    def __init__(self, url: str) -> None:
        from urllib.parse import urlsplit

        place = urlsplit(url)
        self.url = f"{url.rstrip('/')}/{secrets.token_urlsafe(16)}"
        self._came = threading.Event()
        try:
            if place.hostname is None or place.port is None:
                raise ValueError("an address with a port is wanted")  # noqa: TRY301
            self._server = ThreadingHTTPServer((place.hostname, place.port), self._handler())
        except (OSError, ValueError) as error:
            raise AnnotationError(
                "ANN049",
                f"nudges cannot be listened for: {error}",
                where=url,
                hint="name an address of this machine that Label Studio reaches, with a free port: "
                "http://10.0.0.5:9001; or leave --nudge out, pulling by the clock loses nothing",
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        path, came = "/" + self.url.rpartition("/")[2], self._came

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_POST(self) -> None:  # called by http.server under this name
                known = secrets.compare_digest(self.path.encode(), path.encode())
                self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _LARGEST))
                self.send_response(204 if known else 404)
                self.end_headers()
                if known:
                    came.set()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args  # the path is a secret

        return Handler

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until a nudge has come since the last wait; whether one has."""
        came = self._came.wait(seconds)
        self._came.clear()
        return came

    def ask_for(self, client: Client, project: int) -> None:
        """Have the project call us, instead of earlier receivers of ours that are gone."""
        base = self.url.rpartition("/")[0]
        for hook in client.request("GET", "/api/webhooks/", params={"project": project}):
            if hook["url"].rpartition("/")[0] == base:
                client.request("DELETE", f"/api/webhooks/{hook['id']}/", ok=(204, 404))
        client.request(
            "POST",
            "/api/webhooks/",
            json={
                "url": self.url,
                "project": project,
                "send_payload": False,
                "send_for_all_actions": False,
                "actions": list(ACTIONS),
            },
            ok=(201,),
        )

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
