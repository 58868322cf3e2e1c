"""Refusals that a healthy Label Studio never gives: what each says, and what to do."""

import fcntl
import sys

import pytest
from task_builders import make_wave

from corpusforge.annotation import find
from corpusforge.annotation.client import Client
from corpusforge.annotation.lock import routing
from corpusforge.annotation.push import _check_with_sdk, _Route
from corpusforge.annotation.server import LocalServer
from corpusforge.annotation.tasks import task_type
from corpusforge.errors import AnnotationError

KEY = "0" * 40


@pytest.fixture
def broken(httpserver):
    """A client of a server that answers what a test tells it to."""
    with Client(httpserver.url_for("").rstrip("/"), KEY) as client:
        yield client, httpserver


def test_a_second_push_that_waits_too_long_names_the_first(tmp_path):
    """Two routers at once would make twins: the later one waits, then says for whom."""
    with make_wave(tmp_path) as ledger, routing(ledger, lambda *_, **__: None):
        waited = []
        with (
            pytest.raises(AnnotationError, match="another push or pull of commons/annotated") as e,
            routing(ledger, lambda event, **facts: waited.append((event, facts)), wait=0.0),
        ):
            pass
    assert (e.value.code, e.value.where) == ("ANN015", str(tmp_path / "commons/annotated"))
    assert "what it did is kept" in e.value.hint


def test_an_answer_that_is_no_success_is_named_without_texts(broken):
    """The status, the request and the server's own short reason."""
    client, server = broken
    server.expect_request("/api/projects/").respond_with_json({"detail": "disk full"}, status=500)
    with pytest.raises(AnnotationError, match=r"500 to GET /api/projects/: disk full") as refused:
        client.request("GET", "/api/projects/")
    assert refused.value.code == "ANN022"
    assert "run the command again" in refused.value.hint


@pytest.mark.parametrize(
    ("made", "download", "why"),
    [
        ({"status": "failed"}, None, "it is failed"),
        ({"status": "completed"}, ("[]", 500), "download answered 500"),
        ({"status": "completed", "md5": "0" * 32}, ("[]", 200), "not those the server wrote"),
    ],
)
def test_a_snapshot_that_fails_closes_nothing_and_is_not_left_lying(broken, made, download, why):
    """A wave is only closed on a whole snapshot; whatever it was, it is deleted there."""
    client, server = broken
    path = "/api/projects/7/exports/3"
    server.expect_request("/api/projects/7/exports/", method="POST").respond_with_json(
        {"id": 3, **made}, status=201
    )
    if download is not None:
        server.expect_request(f"{path}/download").respond_with_data(download[0], download[1])
    server.expect_request(path, method="DELETE").respond_with_data("", 204)
    with pytest.raises(AnnotationError, match=why) as refused:
        client.snapshot(7)
    assert refused.value.code == "ANN025"
    assert "nothing was closed" in refused.value.hint
    assert any(request.method == "DELETE" for request, _ in server.log)


def test_an_installation_that_fails_says_why_and_leaves_nothing(tmp_path, monkeypatch):
    """The last words of the installer, the command to try by hand, and no half environment."""
    command = [sys.executable, "-c", "raise SystemExit('no space left on device')"]
    monkeypatch.setattr(find, "_install_commands", lambda _: [command])
    with pytest.raises(AnnotationError, match="no space left on device") as refused:
        find.install(tmp_path / "environment")
    assert refused.value.code == "ANN032"
    assert find.COMMAND in refused.value.hint
    assert not (tmp_path / "environment").exists()


@pytest.mark.parametrize("text", ["واش كاين دوا؟", "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ", "wach kayn dwa?"])
def test_a_label_the_configuration_does_not_have_is_not_sent(text):
    """Label Studio itself would take it without a word."""
    kind = task_type("language")
    region = kind.result("ary_Arab", text)[0]
    wrong = {**region, "value": {"choices": ["klingon"]}}
    payload = {
        "data": {"key": "k1", "text": text},
        "predictions": [{"result": [wrong], "score": 0.5, "model_version": "model"}],
    }
    with pytest.raises(AnnotationError, match="does not fit the labelling configuration") as e:
        _check_with_sdk(kind, [payload])
    assert (e.value.code, e.value.where) == ("ANN041", "task k1")


def test_without_the_extra_a_push_says_what_to_install(monkeypatch):
    """The SDK is an extra: who never annotates does not carry it."""
    monkeypatch.setitem(sys.modules, "label_studio_sdk.label_interface", None)
    with pytest.raises(AnnotationError, match="extra `annotate` is not installed") as refused:
        _check_with_sdk(task_type("language"), [])
    assert refused.value.code == "ANN042"
    assert "corpusforge[annotate]" in refused.value.hint


def test_tasks_that_vanish_behind_a_push_are_counted(tmp_path, broken):
    """Everybody may delete on that server; a push does not call itself done then."""
    client, server = broken
    server.expect_request("/api/tasks").respond_with_json({"tasks": [], "total": 0})
    server.expect_request("/api/tasks/").respond_with_json({"tasks": [], "total": 0})
    with make_wave(tmp_path) as ledger:
        route = _Route(ledger, "w1", client, 7, {"k1": {}, "k2": {}}, lambda *_, **__: None, 0.0)
        with pytest.raises(AnnotationError, match="2 tasks are not in Label Studio") as refused:
            route.settle_twins()
    assert (refused.value.code, refused.value.where) == ("ANN043", f"{client.url}, project 7")


def test_a_second_server_for_a_workspace_is_refused(tmp_path):
    """One server holds the lock as long as it lives, ready or not."""
    server = LocalServer(tmp_path)
    server.folder.mkdir(parents=True)
    with (server.folder / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with (
            pytest.raises(AnnotationError, match="runs for this workspace already") as refused,
            server.serve(find.Installed(tmp_path / "label-studio", find.VERSION)),
        ):
            pass
    assert (refused.value.code, refused.value.where) == ("ANN036", str(server.folder))
    assert "--stop" in refused.value.hint
