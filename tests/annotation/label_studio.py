"""A real Label Studio for tests, and people who answer in it.

Run as a program it prepares what every run needs, as `.ci/run` does beside the unit tests: Label
Studio in an environment of its own, and one data directory that has been migrated.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import socket
from pathlib import Path

import httpx2

from corpusforge.annotation.client import Client
from corpusforge.annotation.find import find_label_studio, install, own_environment
from corpusforge.annotation.server import LocalServer

#: A Label Studio that is installed already may be named in the environment.
GIVEN = os.environ.get("CORPUSFORGE_LABEL_STUDIO")


def free_port():
    """A port nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def prepare():
    """The Label Studio to start, and the folder of a private area with a migrated data directory.

    Both are made on the first need, once on a machine; whoever else needs them meanwhile waits.
    """
    place = own_environment().with_name(f"{own_environment().name}-tests")
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = find_label_studio(Path(GIVEN)) if GIVEN else install()
        template = place / "private"
        if not (template / "migrated").exists():
            shutil.rmtree(template, ignore_errors=True)
            with LocalServer(template, port=free_port(), environment=surroundings()).serve(
                installed
            ):
                pass
            (template / "migrated").touch()
    return installed, template


def surroundings(**settings):
    """The environment servers of tests get: what is on this machine, and nothing that is set."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("POSTGRE_", "LABEL_STUDIO_")) and name != "DJANGO_DB"
    }
    return {**plain, **settings}


class Studio:
    """A running Label Studio with nothing in it, of the workspace area `private`."""

    def __init__(self, private, installed, template, **settings):
        shutil.copytree(template / "label-studio", private / "label-studio")
        for name in ("label-studio.log", "lock"):
            (private / "label-studio" / name).unlink(missing_ok=True)
        self.private = private
        self.port = free_port()
        self.installed = installed
        self.local = LocalServer(private, port=self.port, environment=surroundings(**settings))
        self._serving = contextlib.ExitStack()
        self._opened = []

    def start(self):
        """Start it, on the data it has."""
        self.running = self._serving.enter_context(self.local.serve(self.installed))
        self.url, self.token = self.running.url, self.running.token
        return self

    def stop(self):
        """Stop it; its data stay."""
        for one in self._opened:
            one.close()
        self._opened.clear()
        self._serving.close()

    def client(self, token=None, url=None):
        """Our client, as the steward or as the owner of `token`."""
        self._opened.append(Client(url or self.url, token or self.token))
        return self._opened[-1]

    def http(self, token=None):
        """Plain HTTP, as the steward or as the owner of `token`."""
        headers = {"Authorization": f"Token {token or self.token}"}
        self._opened.append(httpx2.Client(base_url=self.url, headers=headers, timeout=60))
        return self._opened[-1]

    def invite(self, email):
        """A new annotator with an account of their own, made through the invite link."""
        return Annotator(self, email)

    @property
    def database(self):
        """Its SQLite file."""
        return self.private / "label-studio" / "data" / "label_studio.sqlite3"


class Annotator:
    """A person with an account, who answers through the API as a browser does.

    `accuracy`: the share of tasks they answer as the truth has it; which ones is decided by a hash
    of their e-mail and the text, so that every run has the same answers.
    """

    def __init__(self, studio, email, accuracy=1.0):
        self.studio = studio
        self.email = email
        self.password = "long-enough-" + email.partition("@")[0]
        self.accuracy = accuracy
        browser = httpx2.Client(base_url=studio.url, follow_redirects=False, timeout=60)
        studio._opened.append(browser)
        link = studio.client().invite_link()
        page = browser.get(link)
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        form = {
            "csrfmiddlewaretoken": csrf,
            "email": email,
            "password": self.password,
            "how_find_us": "",
            "elaborate": "",
        }
        done = browser.post(link, data=form, headers={"Referer": link})
        assert done.status_code == 302, done.text[:500]
        self.token = browser.get("/api/current-user/token").json()["token"]
        self.http = studio.http(self.token)
        self.id = self.http.get("/api/current-user/whoami").json()["id"]

    def post(self, task_id, result, *, lead_time=5.0, **fields):
        """Submit a result as it stands; returns the annotation."""
        body = {"result": result, "lead_time": lead_time, **fields}
        done = self.http.post(f"/api/tasks/{task_id}/annotations/", json=body)
        assert done.status_code == 201, done.text
        return done.json()

    def change(self, annotation_id, **fields):
        """Change an annotation, one's own or another's: the open edition lets everybody."""
        done = self.http.patch(f"/api/annotations/{annotation_id}/", json=fields)
        assert done.status_code == 200, done.text
        return done.json()

    def delete(self, annotation_id):
        """Delete an annotation, whosever it is."""
        assert self.http.delete(f"/api/annotations/{annotation_id}/").status_code == 204

    def skip(self, task_id):
        """Skip a task."""
        return self.post(task_id, [], was_cancelled=True)

    def says(self, kind, key, truth):
        """What this person answers where `truth` is right: a code, of the type's labels."""
        draw = hashlib.sha256(f"{self.email} {key}".encode()).digest()
        if int.from_bytes(draw[:4], "big") / 2**32 < self.accuracy:
            return truth
        others = [label for label in kind.labels if label != truth]
        return others[draw[4] % len(others)]

    def answer(self, kind, row, truth, *, lead_time=5.0):
        """Answer one task: `row` has task, task_id and text; returns the value that was given."""
        value = self.says(kind, row["task"], truth)
        self.post(row["task_id"], kind.result(value, row["text"]), lead_time=lead_time)
        return value


def pushed_rows(ledger, wave):
    """Rows of a wave's tasks with Label Studio's `task_id` of each."""
    ids = {row["task"]: row["task_id"] for row in ledger.pushes(wave).to_pylist()}
    return [{**row, "task_id": ids[row["task"]]} for row in ledger.tasks(wave).to_pylist()]


if __name__ == "__main__":
    ready, folder = prepare()
    print(f"Label Studio {ready.version} is ready: {ready.path}, {folder}")  # noqa: T201
