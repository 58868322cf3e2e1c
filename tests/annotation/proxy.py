"""A small proxy before Label Studio that loses a reply, or holds one back, when it is told to."""

from __future__ import annotations

import contextlib
import socket
import threading


class Proxy:
    """Forwards to `port` on loopback; each connection carries one request, as the server has it."""

    def __init__(self, port):
        self.port = port
        self.lost = 0
        self.held = threading.Event()
        self._released = threading.Event()
        self._lose = self._hold = None
        self._after = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._released.set()
        self._listener.close()
        self._thread.join(5)

    def lose_reply_to(self, method, path):
        """Pass the next such request on, wait until it was done, and drop the reply."""
        self._lose = (method, path)

    def hold_reply_to(self, method, path, after=0):
        """Keep the reply to such a request back (after `after` others) until `release`."""
        self._hold, self._after = (method, path), after

    def release(self):
        """Let held replies go: to nowhere, the connection is closed."""
        self._released.set()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.port)) as server:
            try:
                head, body = read_head(client)
                if not head:
                    return
                server.sendall(close_after(head) + body)
                left = content_length(head) - len(body)
                while left > 0:
                    data = client.recv(65536)
                    if not data:
                        break
                    left -= len(data)
                    server.sendall(data)
                reply = b""
                # A server that closes at once may reset the connection behind its whole reply.
                with contextlib.suppress(ConnectionResetError):
                    while data := server.recv(65536):
                        reply += data
                if self._takes(head):
                    return
                client.sendall(reply)
            except OSError:
                return

    def _takes(self, head):
        """Whether the reply to this request is lost (or held, and then lost)."""
        first = head.split(b"\r\n", 1)[0].decode()
        method, target = first.split()[:2]
        path = target.partition("?")[0]
        with self._lock:
            if self._lose and method == self._lose[0] and path.endswith(self._lose[1]):
                self._lose = None
                self.lost += 1
                return True
            if self._hold and method == self._hold[0] and path.endswith(self._hold[1]):
                self._after -= 1
                if self._after < 0:
                    self.held.set()
                else:
                    return False
            else:
                return False
        self._released.wait(60)
        return True


def read_head(client):
    """Bytes up to and with the empty line, and what came after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return b"", b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", body


def content_length(head):
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def close_after(head):
    """The request, asking the server to close when it is done."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines[:-2], b"Connection: close", b"", b""])
