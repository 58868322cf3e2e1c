import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest
from label_studio import free_port, pushed_rows
from task_builders import DATASET, make_wave
from test_serve import Serving, account, corpusforge

from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.tasks import TASK_TYPES

pytestmark = [pytest.mark.server, pytest.mark.slow]


def program(name):
    """A program of PostgreSQL, wherever the system keeps it."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


@pytest.fixture
def postgres():
    """A PostgreSQL of one's own: its settings for Label Studio, and a way to ask it."""
    if program("initdb") is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    # It refuses to run as root.
    user = {}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres" if has_user("postgres") else "nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    port = str(free_port())

    def run(name, *arguments):
        command = [program(name), *arguments]
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=True, **user
        ).stdout

    reach = ("-h", "127.0.0.1", "-p", port, "-U", "labels")
    run("initdb", "-D", "data", "-U", "labels", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run(
        [program("pg_ctl"), "-D", "data", "-l", "log", "-o", options, "-w", "start"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        **user,
    )
    run("createdb", *reach, "studio")
    settings = {
        "DJANGO_DB": "default",
        "POSTGRE_NAME": "studio",
        "POSTGRE_USER": "labels",
        "POSTGRE_PASSWORD": "s3cret-of-postgres",
        "POSTGRE_HOST": "127.0.0.1",
        "POSTGRE_PORT": port,
    }
    yield settings, lambda query: run("psql", *reach, "-Atc", query, "studio").strip()
    run("pg_ctl", "-D", "data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def has_user(name):
    """Whether the machine has that account."""
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def test_a_wave_goes_out_and_comes_back_on_postgresql(tmp_path, label_studio, postgres):
    """From an empty database, with settings alone; nothing of it is in a SQLite file."""
    settings, ask = postgres
    make_wave(tmp_path / "private").close()
    serving = Serving(tmp_path, label_studio[0], **settings).until("Ctrl-C")
    try:
        assert f"PostgreSQL studio at 127.0.0.1:{settings['POSTGRE_PORT']}" in serving.said
        assert settings["POSTGRE_PASSWORD"] not in serving.said
        assert "10 tasks sent" in corpusforge(tmp_path, "push").stdout
        person = account(tmp_path, serving.port)
        with Ledger(tmp_path / "private", DATASET) as ledger:
            for row in pushed_rows(ledger, "w1"):
                person.answer(TASK_TYPES["language"], row, row["language"])
            person.http.close()
            closed = corpusforge(tmp_path, "pull", "--close")
            assert closed.returncode == 0, closed.stderr
            assert ledger.answers("w1").num_rows == 10
        assert ask("SELECT count(*) FROM task") == "10"
        assert ask("SELECT count(*) FROM task_completion") == "10"
        data = tmp_path / "private" / "label-studio" / "data"
        assert list(data.glob("*.sqlite3")) == []
    finally:
        assert serving.end() == 0
