"""A Label Studio of the workspace's own: started with every trap closed, stopped cleanly.

What is closed: a secret key and a token that are made once and kept (a generated key is lost where
it begins with a dollar sign, and every session with it); loopback unless another address is given;
a port that is checked first (a busy one is silently left for the next); no telemetry, no look-up of
newer versions, no error reports; accounts only through the invite link; passwords and tokens in
files of mode 600 and in the server's environment, never on its command line or in a log.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusforge.annotation.client import Client
from corpusforge.annotation.find import Installed
from corpusforge.errors import AnnotationError

STEWARD = "steward@corpusforge.example"
PORT = 8080
LOOPBACK = "127.0.0.1"

#: A first start migrates a database: a minute or three.
_READY_WITHIN = 600.0
_STOP_WITHIN = 20.0

#: What a program needs of its surroundings; nothing else of ours is handed on.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE", "VIRTUAL_ENV")
_POSTGRES = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str  # where browsers go
    local: str  # where this machine goes
    process: int
    database: str
    folder: Path

    @property
    def token(self) -> str:
        """The steward's token, from its file."""
        return (self.folder / "token").read_text("ascii").strip()


class LocalServer:
    """The Label Studio of a workspace, in `<private>/label-studio`.

    Args:
        private: the workspace's private area.
        host: the address it listens on.
        port: its port.
        public_url: the address browsers use, where a proxy stands in front.
        environment: where settings are read from (`DJANGO_DB`, `POSTGRE_*`, `LABEL_STUDIO_*`).
    """

    def __init__(
        self,
        private: Path,
        *,
        host: str = LOOPBACK,
        port: int = PORT,
        public_url: str = "",
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.folder = private.absolute() / "label-studio"
        self.host = host
        self.port = port
        self.public_url = public_url.rstrip("/")
        self.settings = environment
        self.log = self.folder / "label-studio.log"
        self.steward = STEWARD
        self._process: subprocess.Popen[bytes] | None = None

    # What is kept

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        """A secret that is made once, in a file that only the steward reads."""
        path = self.folder / name
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("ascii").strip()
        with os.fdopen(handle, "w") as file:
            file.write(make() + "\n")
        return path.read_text("ascii").strip()

    def running(self) -> Running | None:
        """The server that runs for this workspace, whoever started it, or None."""
        return self._described() if self._locked() else None

    def _locked(self) -> bool:
        """Whether a server lives: it holds the lock as long as it does."""
        try:
            with (self.folder / "lock").open("r+") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def _described(self) -> Running | None:
        kept = self._facts()
        if not kept.get("ready"):
            return None
        return Running(kept["url"], kept["local"], kept["process"], kept["database"], self.folder)

    def _facts(self) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads((self.folder / "server.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return kept

    # Starting and stopping

    @contextmanager
    def serve(self, installed: Installed, *, within: float = _READY_WITHIN) -> Iterator[Running]:
        """Start it, wait until it answers, and stop it at the end of the block.

        Raises:
            AnnotationError: ANN033, the port is busy; ANN034, it ended before it answered or never
                did; ANN035, the database's settings are incomplete or nobody answers there;
                ANN036, it runs already.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise self._runs_already() from None
            database = self._database()
            self._check_port()
            url = self.public_url or f"http://{_in_address(self.host)}:{self.port}"
            anywhere = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - what it listens on
            local = f"http://{_in_address(anywhere.get(self.host, self.host))}:{self.port}"
            process = self._start(installed, lock.fileno())
            try:
                running = Running(url, local, process.pid, database, self.folder)
                self._describe(running, ready=False)
                self._wait(process, local, within)
                self._describe(running, ready=True)
                self._process = process
                yield running
            finally:
                _stop(process)
                (self.folder / "server.json").unlink(missing_ok=True)

    def watch(self) -> None:
        """Return never; the server's end is an error.

        Raises:
            AnnotationError: ANN037, it has ended.
        """
        assert self._process is not None
        code = self._process.wait()
        raise AnnotationError(
            "ANN037",
            f"Label Studio has ended (exit {code}); its last words: {self._last_words()}",
            where=str(self.log),
            hint="what was answered is kept; start it again, and read its log if it ends again",
        )

    def _describe(self, running: Running, *, ready: bool) -> None:
        facts = {
            "url": running.url,
            "local": running.local,
            "process": running.process,
            "database": running.database,
            "ready": ready,
        }
        (self.folder / "server.json").write_text(json.dumps(facts), "utf-8")

    def _runs_already(self) -> AnnotationError:
        found = self._described()
        return AnnotationError(
            "ANN036",
            "a Label Studio runs for this workspace already, or is just starting"
            + (f": {found.url} (process {found.process})" if found else ""),
            where=str(self.folder),
            hint="use that one, or stop it: corpusforge annotate serve --stop",
        )

    def stop(self) -> bool:
        """Stop the server of this workspace, also one left by a killed command; False if none."""
        process = self._facts().get("process")
        if process is None or not self._locked():
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process, number)
            except ProcessLookupError:
                return True
            deadline = time.monotonic() + _STOP_WITHIN
            while time.monotonic() < deadline:
                if not self._locked():
                    return True
                time.sleep(0.2)
        return True

    def _start(self, installed: Installed, lock: int) -> subprocess.Popen[bytes]:
        command = [
            *(str(installed.path), "start", "--no-browser", "--enable-legacy-api-token"),
            *("--internal-host", self.host, "--port", str(self.port)),
            *("--data-dir", str(self.folder / "data"), "--log-level", "WARNING"),
        ]
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as log:
            # The lock goes with it: should we be killed, whoever comes next sees that it runs on.
            # A session of its own: an interrupt at the terminal is ours to pass on, once.
            return subprocess.Popen(
                command,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,
                umask=0o077,
            )

    def environment(self) -> dict[str, str]:
        """The server's environment: ours to decide but for the database and its own settings."""
        data = self.folder / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        own = {
            name: value
            for name, value in self.settings.items()
            if name in _INHERITED
            or name.startswith(("POSTGRE_", "LABEL_STUDIO_"))
            or name == "DJANGO_DB"
        }
        for for_us in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
            own.pop(for_us, None)
        if self._postgres() is not None:
            own["DJANGO_DB"] = "default"  # without it POSTGRE_* is silently ignored
        if self.public_url:
            own["LABEL_STUDIO_HOST"] = self.public_url
            own["CSRF_TRUSTED_ORIGINS"] = "/".join(self.public_url.split("/", 3)[:3])
            if self.public_url.startswith("https:"):
                own["LABEL_STUDIO_SESSION_COOKIE_SECURE"] = "1"
        ours = {
            "SECRET_KEY": self._kept("secret.key", lambda: secrets.token_hex(32)),
            "LABEL_STUDIO_USERNAME": STEWARD,
            "LABEL_STUDIO_PASSWORD": self._kept("password", lambda: secrets.token_urlsafe(18)),
            "LABEL_STUDIO_USER_TOKEN": self._kept("token", lambda: secrets.token_hex(20)),
            "LABEL_STUDIO_BASE_DATA_DIR": str(data),
            "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
            "SENTRY_DSN": "",
            "FRONTEND_SENTRY_DSN": "",
            "DEBUG": "false",
            "PYTHONUNBUFFERED": "1",
        }
        # A setting under its longer name would win over ours.
        return {
            name: value
            for name, value in own.items()
            if name.removeprefix("LABEL_STUDIO_") not in ours
        } | ours

    # Before

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # A port whose last user has just gone may be taken at once, as the server does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise AnnotationError(
                    "ANN033",
                    f"port {self.port} cannot be used: {error.strerror or error}",
                    where=f"{self.host}:{self.port}",
                    hint="another program has it, or the address is not this machine's: name "
                    "another with --port or --host",
                ) from error

    def _postgres(self) -> dict[str, str] | None:
        found = {
            name: value
            for name in _POSTGRES
            for prefix in ("POSTGRE_", "LABEL_STUDIO_POSTGRE_")
            if (value := self.settings.get(prefix + name))
        }
        wanted = self.settings.get("DJANGO_DB", self.settings.get("LABEL_STUDIO_DJANGO_DB"))
        return found if found or wanted == "default" else None

    def _database(self) -> str:
        """Which database it will use, in words; PostgreSQL is checked to be there."""
        postgres = self._postgres()
        if postgres is None:
            return "SQLite"
        missing = [f"POSTGRE_{name}" for name in ("NAME", "USER", "HOST") if name not in postgres]
        place = f"{postgres.get('HOST', 'localhost')}:{postgres.get('PORT', '5432')}"
        if missing:
            raise AnnotationError(
                "ANN035",
                f"the settings of PostgreSQL are incomplete: {', '.join(missing)} missing",
                where=place,
                hint="set POSTGRE_NAME, POSTGRE_USER, POSTGRE_PASSWORD, POSTGRE_HOST and "
                "POSTGRE_PORT; without any of them Label Studio keeps a SQLite file",
            )
        try:
            port = int(postgres.get("PORT", "5432"))
            socket.create_connection((postgres["HOST"], port), timeout=10).close()
        except (OSError, ValueError) as error:
            raise AnnotationError(
                "ANN035",
                f"PostgreSQL does not answer: {error}",
                where=place,
                hint="start it, or correct POSTGRE_HOST and POSTGRE_PORT",
            ) from error
        return f"PostgreSQL {postgres['NAME']} at {place}"

    # After

    def _wait(self, process: subprocess.Popen[bytes], url: str, within: float) -> None:
        """Until it answers, with our token: it is our server, on our data."""
        deadline = time.monotonic() + within
        while True:
            if process.poll() is not None:
                raise self._dead(f"it ended (exit {process.returncode}) before it answered")
            if _answers(url):
                break
            if time.monotonic() > deadline:
                raise self._dead(f"it did not answer within {within:.0f} s")
            time.sleep(0.5)
        token = (self.folder / "token").read_text("ascii").strip()
        with Client(url, token) as client:
            client.release()
            try:
                client.emails()
            except AnnotationError as error:
                raise self._dead(
                    "it does not take the workspace's token; its database is of another "
                    "workspace, or tokens were switched off in it"
                ) from error

    def _dead(self, why: str) -> AnnotationError:
        return AnnotationError(
            "ANN034",
            f"Label Studio did not start: {why}; its last words: {self._last_words()}",
            where=str(self.log),
            hint="read the log; a database it cannot reach and a full disk are the usual causes",
        )

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
        telling = [line.strip() for line in lines[-40:] if "rror" in line or "FATAL" in line]
        return (telling or [line.strip() for line in lines[-1:]] or ["none"])[-1][:300]


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _answers(url: str) -> bool:
    import httpx2

    try:
        response = httpx2.get(f"{url}/health", timeout=5.0)
        return response.status_code == 200 and response.json().get("status") == "UP"
    except (httpx2.HTTPError, ValueError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, then make it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, number)
            process.wait(_STOP_WITHIN)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
