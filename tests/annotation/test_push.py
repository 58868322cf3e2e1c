import json
import os
import re
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path

import httpx2
import pytest
from label_studio import pushed_rows
from proxy import Proxy
from task_builders import DATASET, make_tasks

from corpusforge.annotation.client import Client
from corpusforge.annotation.guidelines import guideline_html
from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.push import push
from corpusforge.annotation.tasks import TASK_TYPES, Prediction
from corpusforge.errors import AnnotationError

pytestmark = [pytest.mark.server, pytest.mark.slow]


def draw(studio, wave, kind="language", number=10):
    """The studio's ledger with one more wave."""
    ledger = Ledger(studio.private, DATASET)
    ledger.add_wave(wave, kind, {"seed": 7}, make_tasks(ledger, wave, kind, number))
    return ledger


def in_label_studio(steward, project):
    """Keys of all tasks of a project, and their texts."""
    tasks = list(steward.tasks(project))
    return [task["data"]["key"] for task in tasks], {task["data"]["text"] for task in tasks}


def words(markup):
    """The words of a page; the server tidies its markup."""
    return re.sub(r"<[^>]*>", " ", unescape(unescape(markup))).split()


@pytest.mark.parametrize("kind", TASK_TYPES)
def test_a_wave_of_every_type_arrives_once(studio, steward, quiet, kind):
    """Each task is there once, with its text as it was, and a second push sends nothing."""
    with draw(studio, f"once-{kind}", kind) as ledger:
        wave = ledger.wave(f"once-{kind}")
        done = push(ledger, wave, steward, quiet)
        assert (done.tasks, done.sent, done.removed) == (10, 10, 0)
        again = push(ledger, ledger.wave(wave.name), steward, quiet)
        assert (again.project, again.sent) == (done.project, 0)
        keys, texts = in_label_studio(steward, done.project)
        assert sorted(keys) == ledger.tasks(wave.name).column("task").to_pylist()
        assert texts == set(ledger.tasks(wave.name).column("text").to_pylist())
        assert ledger.wave(wave.name).state == "open"
        project = steward.project(done.project)
        shown = project["expert_instruction"]
        assert words(shown) == words(guideline_html(kind))
        assert 'dir="rtl"' in shown
        assert project["enable_empty_annotation"] is (kind in ("switching", "personal_data"))


def test_an_annotator_sees_nothing_that_is_not_theirs(studio, steward, annotators, quiet):
    """Whatever an account can read holds key, text and pre-annotation, and no role or source."""
    with Ledger(studio.private, DATASET) as ledger:
        tasks = make_tasks(ledger, "seen", number=6)
        secret = {"stratum": "SECRET-STRATUM", "record": "5ec7e7" + "0" * 26, "probability": 0.123}
        changed = [
            *(type(task)(**{**vars(task), **secret}) for task in tasks[:4]),
            type(tasks[4])(
                **{
                    **vars(tasks[4]),
                    **secret,
                    "role": "honeypot",
                    "truth": "mey_Arab",
                    "prediction": Prediction("fra_Latn", 0.4, "HONEYPOT-MAKER"),
                }
            ),
            type(tasks[5])(**{**vars(tasks[5]), **secret, "role": "repeat"}),
        ]
        ledger.add_wave("seen", "language", {"seed": 4242424242, "model": "LID-9"}, changed)
        project = push(ledger, ledger.wave("seen"), steward, quiet).project
    person = annotators[0].http
    read = person.get("/api/tasks", params={"project": project, "fields": "all"}).text
    read += person.get(f"/api/projects/{project}/").text
    read += person.get(
        f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true"
    ).text
    assert "واش كاين" in read
    for word in (
        "SECRET",
        "5ec7e7",
        "honeypot",
        "HONEYPOT",
        "repeat",
        'mey_Arab"]',
        "0.123",
        "4242424242",
        "LID-9",
        "blind",
    ):
        assert word not in read.replace(TASK_TYPES["language"].config(), "")
    data = [
        task["data"]
        for task in json.loads(
            person.get(
                f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true"
            ).text
        )
    ]
    assert {tuple(sorted(one)) for one in data} == {("key", "text")}


def test_blind_tasks_have_no_prediction_and_the_others_their_scores(studio, steward, quiet):
    """A pre-annotation comes with the score it was given."""
    with draw(studio, "scores") as ledger:
        project = push(ledger, ledger.wave("scores"), steward, quiet).project
        rows = {row["task"]: row for row in pushed_rows(ledger, "scores")}
        answer = (
            studio.http()
            .get("/api/tasks", params={"project": project, "fields": "all", "page_size": 100})
            .json()
        )
        for task in answer["tasks"]:
            row = rows[task["data"]["key"]]
            shown = task["predictions"]
            assert len(shown) == (0 if row["role"] == "blind" else 1)
            if shown:
                assert shown[0]["score"] == pytest.approx(row["score"])
                assert shown[0]["result"][0]["value"]["choices"] == [row["language"]]


@pytest.mark.parametrize("lost", ["/import", "/api/projects/"])
def test_a_lost_reply_makes_no_second_task(studio, quiet, lost):
    """The server does what was asked, the connection dies before it can say so."""
    wave = f"lost{lost.replace('/', '-')}"
    with draw(studio, wave, number=20) as ledger, Proxy(studio.port) as proxy:
        proxy.lose_reply_to("POST", lost)
        with Client(proxy.url, studio.token) as client:
            done = push(ledger, ledger.wave(wave), client, quiet, chunk=5)
            keys, _ = in_label_studio(client, done.project)
        assert proxy.lost == 1
        assert sorted(keys) == ledger.tasks(wave).column("task").to_pylist()
        assert ledger.pushes(wave).num_rows == 20
        marked = studio.client().find_projects(ledger.marker(wave))
        assert [one["id"] for one in marked] == [done.project]


def test_a_reply_lost_for_long_is_sent_again_and_its_twins_are_removed(studio, steward, quiet):
    """Tasks that arrive after they were sent again: the answered one stays, the other goes."""
    with draw(studio, "twins") as ledger:
        project = push(ledger, ledger.wave("twins"), steward, quiet).project
        row = pushed_rows(ledger, "twins")[0]
        late = {"key": row["task"], "text": row["text"]}
        (twin,) = steward.import_tasks(project, [{"data": late}])
        studio.http().post(
            f"/api/tasks/{twin}/annotations/",
            json={"result": TASK_TYPES["language"].result("fra_Latn", row["text"])},
        )
        done = push(ledger, ledger.wave("twins"), steward, quiet)
        assert (done.sent, done.removed) == (0, 1)
        left = [task["id"] for task in steward.tasks(project) if task["data"]["key"] == row["task"]]
        assert left == [twin]


def test_two_routers_at_once_push_each_task_once(studio, steward):
    """Two processes with one ledger: one waits for the other and finds everything there."""
    with draw(studio, "race", number=60) as ledger:
        routers = [router(studio, studio.url, "race") for _ in range(2)]
        outputs = [one.communicate(timeout=120) for one in routers]
        assert [one.returncode for one in routers] == [0, 0], outputs
        assert sorted(int(out.split()[-1]) for out, _ in outputs) == [0, 60]
        keys, _ = in_label_studio(steward, ledger.wave("race").project)
        assert sorted(keys) == ledger.tasks("race").column("task").to_pylist()


_ROUTER = """
import sys
from pathlib import Path
from corpusforge.annotation.client import Client
from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.push import push
private, dataset, url, token, wave, chunk = sys.argv[1:]
with Ledger(Path(private), dataset) as ledger, Client(url, token) as client:
    def report(event, **facts):
        print(event, facts.get("done", ""), flush=True)
    done = push(ledger, ledger.wave(wave), client, report, chunk=int(chunk), settle=5)
print("sent", done.sent)
"""


def router(studio, url, wave, chunk=10):
    """A push in a process of its own."""
    arguments = [str(studio.private), DATASET, url, studio.token, wave, str(chunk)]
    return subprocess.Popen(
        [sys.executable, "-c", _ROUTER, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("moment", ["between chunks", "in a chunk"])
def test_a_killed_push_goes_on_with_no_task_twice_or_lost(studio, steward, moment):
    """Kill -9 after the second chunk, or while the server works on the third."""
    wave = "killed-" + moment.replace(" ", "-")
    with draw(studio, wave, number=60) as ledger, Proxy(studio.port) as proxy:
        if moment == "in a chunk":
            proxy.hold_reply_to("POST", "/import", after=2)
        first = router(studio, proxy.url, wave)
        if moment == "in a chunk":
            assert proxy.held.wait(60)
        else:
            while "20" not in first.stdout.readline():
                assert first.poll() is None, first.stderr.read()
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=10)
        proxy.release()
        before = ledger.pushes(wave).num_rows
        assert 20 <= before < 60
        second = router(studio, studio.url, wave)
        out, errors = second.communicate(timeout=120)
        assert second.returncode == 0, errors
        keys, _ = in_label_studio(steward, ledger.wave(wave).project)
        assert sorted(keys) == ledger.tasks(wave).column("task").to_pylist()
        assert {row["task"] for row in ledger.pushes(wave).to_pylist()} == set(keys)
        assert int(out.split()[-1]) <= 40


def test_text_that_was_never_scrubbed_is_not_sent(studio, steward, quiet):
    """A wave full of personal data is refused; one slip in many is held back and counted."""
    with Ledger(studio.private, DATASET) as ledger:
        tasks = make_tasks(ledger, "raw", number=4)
        leak = "عيط ليا ف 0661 23 45 67، Contact: amal@exemple.ma ⴰⵣⵓⵍ"
        raw = [
            type(task)(**{**vars(task), "text": f"{leak} {place}"})
            for place, task in enumerate(tasks)
        ]
        ledger.add_wave("raw", "language", {}, raw)
        with pytest.raises(AnnotationError, match="PHONE") as refused:
            push(ledger, ledger.wave("raw"), steward, quiet)
        assert refused.value.code == "ANN040"
        assert steward.find_projects(ledger.marker("raw")) == []
        slip = make_tasks(ledger, "slip", number=10)
        slip[3] = type(slip[3])(**{**vars(slip[3]), "text": leak})
        ledger.add_wave("slip", "language", {}, slip)
        done = push(ledger, ledger.wave("slip"), steward, quiet)
        assert (done.sent, done.withheld) == (9, 1)
        assert leak not in in_label_studio(steward, done.project)[1]
        assert push(ledger, ledger.wave("slip"), steward, quiet).sent == 0


def test_a_project_whose_configuration_was_changed_is_refused(studio, steward, annotators, quiet):
    """Any account can change it; nothing is sent into, or believed from, another question."""
    with draw(studio, "config") as ledger:
        project = push(ledger, ledger.wave("config"), steward, quiet).project
        other = TASK_TYPES["domain"].config()
        done = annotators[1].http.patch(f"/api/projects/{project}/", json={"label_config": other})
        assert done.status_code == 200
        with pytest.raises(AnnotationError, match="configuration") as refused:
            push(ledger, ledger.wave("config"), steward, quiet)
        assert refused.value.code == "ANN027"


def test_the_wrong_key_address_or_server_is_told_in_one_line(studio, httpserver, quiet):
    """Each with its own code, and the key is in none of them."""
    key = "0" * 40
    httpserver.expect_request("/api/version").respond_with_json({"release": "1.13.1"})
    old = httpserver.url_for("").rstrip("/")
    with draw(studio, "refused") as ledger:
        for url, token, code in (
            (studio.url, key, "ANN021"),
            ("http://127.0.0.1:9", key, "ANN020"),
            (old, key, "ANN023"),
        ):
            with Client(url, token, timeout=5) as client, pytest.raises(AnnotationError) as refused:
                push(ledger, ledger.wave("refused"), client, quiet)
            assert refused.value.code == code
            assert refused.value.where == url
            assert key not in str(refused.value)


def test_a_personal_access_token_works_like_a_legacy_one(studio, annotators):
    """The kind of key that Label Studio gives by default is refreshed by us."""
    page = httpx2.Client(base_url=studio.url, follow_redirects=True, timeout=60)
    form = page.get("/user/login/").text
    csrf = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    person = annotators[2]
    page.post(
        "/user/login/",
        data={"csrfmiddlewaretoken": csrf, "email": person.email, "password": person.password},
        headers={"Referer": f"{studio.url}/user/login/"},
    )
    headers = {"X-CSRFToken": page.cookies["csrftoken"], "Referer": studio.url}
    key = page.post("/api/token/", headers=headers).json()["token"]
    page.close()
    assert key.count(".") == 2
    assert person.email in studio.client(key).emails().values()


def test_five_thousand_tasks_are_pushed_in_a_minute(studio, steward, quiet):
    """On two free cores it takes some 15 seconds; the limit is in CPU seconds of both sides."""
    with draw(studio, "many", number=5_000) as ledger:
        before = cpu_seconds(studio.running.process) + time.process_time()
        done = push(ledger, ledger.wave("many"), steward, quiet)
        spent = cpu_seconds(studio.running.process) + time.process_time() - before
        assert done.sent == 5_000
        assert len(set(in_label_studio(steward, done.project)[0])) == 5_000
        assert spent < 60
        print(f"5,000 tasks pushed in {spent:.1f} CPU seconds")  # noqa: T201


def cpu_seconds(process):
    """CPU seconds a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
