import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from label_studio import Annotator, Studio, free_port, pushed_rows, surroundings
from task_builders import make_wave

from corpusforge.annotation.find import VERSION, find_label_studio
from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.server import LocalServer
from corpusforge.annotation.tasks import TASK_TYPES
from corpusforge.errors import AnnotationError

DATASET = "commons/served"
COMMAND = [sys.executable, "-m", "corpusforge", "annotate"]


class Serving:
    """`corpusforge annotate serve` in a process of its own, on a workspace."""

    def __init__(self, workspace, label_studio, *arguments, port=None, **settings):
        self.workspace = workspace
        self.port = port or free_port()
        command = [*COMMAND, "serve", "--workspace", str(workspace), "--port", str(self.port)]
        command += ["--label-studio", str(label_studio.path), *arguments]
        self.process = subprocess.Popen(
            command,
            env=surroundings(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def until(self, word):
        """Read what it says up to the line that holds `word`."""
        while True:
            line = self.process.stdout.readline()
            self.said += line
            if word in line:
                return self
            assert line, f"ended without {word!r}: {self.said}"

    def end(self, number=signal.SIGINT):
        """Send a signal, and give the exit code once it is gone."""
        if number is not None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=90)
        self.said += rest
        return self.process.returncode


def corpusforge(workspace, *arguments, **settings):
    """Run a command of the group to its end."""
    return subprocess.run(
        [*COMMAND, *arguments, "--workspace", str(workspace)],
        env=surroundings(**settings),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def workspace(tmp_path, label_studio):
    """A workspace whose Label Studio has been started before; nothing is left running."""
    _, template = label_studio
    shutil.copytree(template / "label-studio", tmp_path / "ws" / "private" / "label-studio")
    yield tmp_path / "ws"
    corpusforge(tmp_path / "ws", "serve", "--stop")


def answers(url):
    """Whether a Label Studio answers there."""
    try:
        return httpx2.get(f"{url}/health", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


@pytest.mark.server
@pytest.mark.slow
def test_serve_closes_the_doors_and_says_what_people_need(workspace, label_studio):
    """Address, invite link, where the keys are, and that there are no roles; no secret is shown."""
    serving = Serving(workspace, label_studio[0]).until("Ctrl-C")
    folder = workspace / "private" / "label-studio"
    url = f"http://127.0.0.1:{serving.port}"
    secrets = [(folder / name).read_text().strip() for name in ("token", "password", "secret.key")]
    assert url in serving.said
    assert "/user/signup/?token=" in serving.said
    assert "no roles" in serving.said
    for name in ("token", "password", "secret.key", "label-studio.log"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    server = json.loads((folder / "server.json").read_text())["process"]
    command = Path(f"/proc/{server}/cmdline").read_bytes().decode()
    assert not any(secret in serving.said + command for secret in secrets)
    assert uninvited(url) == 403
    environment = Path(f"/proc/{server}/environ").read_bytes().decode()
    assert "COLLECT_ANALYTICS=false" in environment
    assert listening(serving.port) == {"127.0.0.1"}

    second = corpusforge(workspace, "serve", "--port", str(free_port()))
    assert (second.returncode, "runs already" in second.stdout) == (0, True)
    assert url in second.stdout
    assert serving.end() == 0
    assert "stopped" in serving.said
    assert not answers(url)
    assert not Path(f"/proc/{server}").exists()
    log = (folder / "label-studio.log").read_text()
    assert not any(secret in log for secret in secrets)


def uninvited(url):
    """The status of an account made without the invite link."""
    with httpx2.Client(base_url=url, timeout=30) as browser:
        page = browser.get("/user/signup/")
        csrf = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {"csrfmiddlewaretoken": csrf, "email": "eve@example.org", "password": "long-enough"}
        headers = {"Referer": f"{url}/user/signup/"}
        return browser.post("/user/signup/", data=form, headers=headers).status_code


def listening(port):
    """Addresses on which something listens at a port."""
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        address, state = line.split()[1], line.split()[3]
        host, number = address.split(":")
        if int(number, 16) == port and state == "0A":
            found.add(socket.inet_ntoa(bytes.fromhex(host)[::-1]))
    return found


@pytest.mark.server
@pytest.mark.slow
def test_everything_is_there_after_a_second_start(workspace, label_studio):
    """The commands find the workspace's server; accounts, keys and answers outlive a restart."""
    make_wave(workspace / "private", dataset=DATASET).close()
    serving = Serving(workspace, label_studio[0]).until("Ctrl-C")
    pushed = corpusforge(workspace, "push")
    assert pushed.returncode == 0, pushed.stderr
    assert "10 tasks sent" in pushed.stdout
    person = account(workspace, serving.port)
    assert serving.end(signal.SIGTERM) == 0

    missing = corpusforge(workspace, "pull")
    assert missing.returncode == 1
    assert "ANN047" in missing.stderr

    serving = Serving(workspace, label_studio[0], port=serving.port).until("Ctrl-C")
    with Ledger(workspace / "private", DATASET) as ledger:
        for row in pushed_rows(ledger, "w1")[:3]:
            person.answer(TASK_TYPES["language"], row, row["language"])
    pulled = corpusforge(workspace, "pull", DATASET, "--json")
    last = json.loads(pulled.stdout.splitlines()[-1])
    assert (last["event"], last["accepted"], last["unanswered"]) == ("pulled_wave", 3, 7)
    closed = corpusforge(workspace, "pull", DATASET, "--wave", "w1", "--close")
    assert "closed" in closed.stdout
    again = corpusforge(workspace, "pull", DATASET, "--wave", "w1")
    assert (again.returncode, "ANN045" in again.stderr) == (1, True)
    person.http.close()
    assert serving.end() == 0


def account(workspace, port):
    """An annotator of the server that runs for a workspace."""
    studio = object.__new__(Studio)
    studio.url = f"http://127.0.0.1:{port}"
    studio.token = (workspace / "private" / "label-studio" / "token").read_text().strip()
    studio._opened = []
    person = Annotator(studio, "dounia@example.org")
    for opened in studio._opened:
        if opened is not person.http:
            opened.close()
    return person


@pytest.mark.server
@pytest.mark.slow
def test_a_killed_serve_leaves_a_server_that_is_found_and_stopped(workspace, label_studio):
    """Kill -9 of the command: the server runs on, is known, and `--stop` ends it."""
    serving = Serving(workspace, label_studio[0]).until("Ctrl-C")
    url = f"http://127.0.0.1:{serving.port}"
    serving.end(signal.SIGKILL)
    assert answers(url)
    found = corpusforge(workspace, "serve", "--json")
    assert json.loads(found.stdout)["already"] is True
    assert json.loads(found.stdout)["url"] == url
    stopped = corpusforge(workspace, "serve", "--stop")
    assert (stopped.returncode, stopped.stdout.strip()) == (0, "stopped")
    assert not answers(url)
    nothing = corpusforge(workspace, "serve", "--stop")
    assert "no Label Studio runs" in nothing.stdout


@pytest.mark.server
@pytest.mark.slow
def test_a_server_that_dies_is_told_with_its_last_words(workspace, label_studio):
    """A database that is none: Label Studio ends, and its log is quoted; later deaths as well."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = str(nobody.getsockname()[1])
        nobody.listen()
        settings = {
            "POSTGRE_HOST": "127.0.0.1",
            "POSTGRE_PORT": port,
            "POSTGRE_NAME": "ls",
            "POSTGRE_USER": "ls",
            "POSTGRE_PASSWORD": "s3cret-of-postgres",
            "PGCONNECT_TIMEOUT": "2",
        }
        serving = Serving(workspace, label_studio[0], **settings)
        time.sleep(2)
        for _ in range(2):
            nobody.settimeout(60)
            nobody.accept()[0].close()
    assert serving.end(None) == 1
    assert "ANN034" in serving.said
    assert "s3cret-of-postgres" not in serving.said

    serving = Serving(workspace, label_studio[0]).until("Ctrl-C")
    facts = json.loads((workspace / "private" / "label-studio" / "server.json").read_text())
    os.kill(facts["process"], signal.SIGKILL)
    assert serving.end(None) == 1
    assert "ANN037" in serving.said


def test_a_busy_port_is_refused_and_not_left_for_the_next(tmp_path, label_studio):
    """The traps of the port: another program has it, or the address is not this machine's."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        serving = Serving(tmp_path, label_studio[0], port=other.getsockname()[1])
        assert serving.end(None) == 1
    assert "ANN033" in serving.said
    serving = Serving(tmp_path, label_studio[0], "--host", "192.0.2.1")
    assert serving.end(None) == 1
    assert "ANN033" in serving.said


def test_postgresql_is_named_whole_or_not_at_all(tmp_path, label_studio):
    """Half a setting would silently be SQLite; a database that is not there is told at once."""
    serving = Serving(tmp_path, label_studio[0], DJANGO_DB="default", POSTGRE_HOST="localhost")
    assert serving.end(None) == 1
    assert "POSTGRE_NAME, POSTGRE_USER missing" in serving.said
    settings = {"POSTGRE_HOST": "127.0.0.1", "POSTGRE_NAME": "ls", "POSTGRE_USER": "ls"}
    serving = Serving(tmp_path, label_studio[0], POSTGRE_PORT=str(free_port()), **settings)
    assert serving.end(None) == 1
    assert "ANN035" in serving.said


def test_no_setting_opens_a_door_again(tmp_path):
    """What is closed stays closed under either name; the rest is the steward's."""
    private = tmp_path / "private"
    (private / "label-studio").mkdir(parents=True)
    settings = {
        "LABEL_STUDIO_DEBUG": "true",
        "DEBUG": "true",
        "LABEL_STUDIO_COLLECT_ANALYTICS": "true",
        "LABEL_STUDIO_SENTRY_DSN": "https://spy@example.org/1",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "false",
        "SECRET_KEY": "known",
        "LABEL_STUDIO_SECRET_KEY": "known",
        "HOST": "http://elsewhere.example",
        "AWS_SECRET_ACCESS_KEY": "ours",
        "LABEL_STUDIO_API_KEY": "ours",
        "POSTGRE_NAME": "studio",
        "LABEL_STUDIO_SSRF_PROTECTION_ENABLED": "false",
        "PATH": "/usr/bin",
    }
    url = "https://ask.example.ma/studio"
    found = LocalServer(private, public_url=url, environment=settings).environment()
    assert "known" not in found.values()
    assert "ours" not in found.values()
    assert not {"HOST", "LABEL_STUDIO_DEBUG", "LABEL_STUDIO_SENTRY_DSN"} & set(found)
    assert (found["DEBUG"], found["COLLECT_ANALYTICS"], found["SENTRY_DSN"]) == ("false",) * 2 + (
        "",
    )
    assert found["LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"] == "true"
    assert (found["DJANGO_DB"], found["POSTGRE_NAME"]) == ("default", "studio")
    assert found["LABEL_STUDIO_SSRF_PROTECTION_ENABLED"] == "false"
    assert found["LABEL_STUDIO_HOST"] == url
    assert found["CSRF_TRUSTED_ORIGINS"] == "https://ask.example.ma"
    assert found["LABEL_STUDIO_SESSION_COOKIE_SECURE"] == "1"
    again = LocalServer(private, environment={}).environment()
    assert (again["SECRET_KEY"], again["LABEL_STUDIO_USER_TOKEN"]) == (
        found["SECRET_KEY"],
        found["LABEL_STUDIO_USER_TOKEN"],
    )


def test_label_studio_that_is_not_installed_or_not_tried_is_told(tmp_path):
    """The command that installs it is in the message; other versions are refused unstarted."""
    with pytest.raises(AnnotationError, match="uv tool install") as refused:
        find_label_studio(tmp_path / "nowhere")
    assert refused.value.code == "ANN030"
    program = tmp_path / "old" / "bin" / "label-studio"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexit 9\n")
    program.chmod(0o755)
    packages = tmp_path / "old" / "lib" / "python3.11" / "site-packages"
    (packages / "label_studio-1.13.1.dist-info").mkdir(parents=True)
    with pytest.raises(AnnotationError, match=r"1\.13\.1") as refused:
        find_label_studio(tmp_path / "old")
    assert refused.value.code == "ANN031"
    (packages / "label_studio-1.13.1.dist-info").rename(
        packages / f"label_studio-{VERSION}.dist-info"
    )
    assert find_label_studio(program).version == VERSION
