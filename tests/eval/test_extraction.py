"""Quality of extraction on the development web, with floors that only move up.

To raise them: ``python tests/eval/test_extraction.py --update`` after a measured improvement.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote

import pytest

from corpusforge.extraction.document import Options, extract_document
from corpusforge.extraction.normalise import normalise
from corpusforge.extraction.page import NotExtractedError

FLOORS = Path(__file__).with_name("extraction_floors.json")
#: A crawler may not ask for these, or they are there only later.
_LEFT_OUT = ("must_not_fetch", "js_only")


def fetch(shared):
    """Every page that may be fetched: its truth, content type and bytes, from the real server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(shared / "web" / "serve.py"), "--port", str(port), "--fast"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        for line in (shared / "web" / "truth.jsonl").read_text("utf-8").splitlines():
            truth = json.loads(line)
            status, kind, body = _get(truth, port)
            if status == 200:
                yield truth, kind, body
    finally:
        server.terminate()
        server.wait(10)


def _wait(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.11.0.16", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the development web did not come up")


def _get(truth, port):
    for _ in range(4):  # two pages answer 503 and 429 at first
        connection = http.client.HTTPConnection(truth["ip"], port, timeout=20)
        try:
            connection.request("GET", quote(truth["path"], safe="/?&=%;:,@+~!$'()*"))
            answer = connection.getresponse()
            found = answer.status, answer.headers.get("Content-Type") or "", answer.read()
        finally:
            connection.close()
        if found[0] not in (429, 503):
            break
    return found


def measure(shared):
    """Mean token F1 by kind of page and by language, and what could not be read."""
    sys.path.insert(0, str(shared / "web"))
    try:
        from score_crawl import f1
    finally:
        sys.path.pop(0)
    scores = defaultdict(list)
    unread = []
    for truth, kind, body in fetch(shared):
        if any(truth.get(flag) for flag in _LEFT_OUT):
            continue
        media, _, charset = kind.partition("charset=")
        row = {
            "payload": body, "media_type": media.strip("; "), "charset": charset or None,
            "key": truth["url"], "url": truth["url"],
        }  # fmt: skip
        try:
            text = normalise(extract_document(row, Options(ocr="never")).text)
        except NotExtractedError as refusal:
            unread.append((truth["url"], refusal.reason))
            text = ""
        wanted = [truth["text"], f"{truth['title']}\n{truth['text']}"]
        score = max(f1(text, each) for each in wanted)
        for name in ("all", truth.get("template") or truth["kind"], truth["labels"][0]):
            scores[name].append(score)
    means = {name: round(sum(each) / len(each), 4) for name, each in sorted(scores.items())}
    return means, unread


def digest(shared):
    """Of the truth, so that floors are never compared over other data."""
    return hashlib.sha256((shared / "web" / "truth.jsonl").read_bytes()).hexdigest()


@pytest.mark.shared
@pytest.mark.server
@pytest.mark.slow
@pytest.mark.floor
def test_extraction_does_not_fall_below_its_floors(shared):
    """Mean F1 of every kind of page and every language stays where it was brought."""
    floors = json.loads(FLOORS.read_text("utf-8"))
    if digest(shared) != floors["truth_sha256"]:
        pytest.skip("the development web has changed: measure and set the floors anew")
    means, unread = measure(shared)
    assert unread == []
    below = {
        name: (means.get(name), floor)
        for name, floor in floors["f1"].items()
        if means.get(name, 0.0) < floor
    }
    assert below == {}


def update(shared):
    """Write floors a little under what is measured now; they never go down."""
    means, unread = measure(shared)
    known = json.loads(FLOORS.read_text("utf-8"))["f1"] if FLOORS.exists() else {}
    floors = {
        name: max(known.get(name, 0.0), round(mean - 0.003, 3)) for name, mean in means.items()
    }
    FLOORS.write_text(
        json.dumps({"truth_sha256": digest(shared), "f1": floors}, indent=1) + "\n", "utf-8"
    )
    print(json.dumps({"measured": means, "unread": unread}, indent=1))  # noqa: T201


if __name__ == "__main__" and "--update" in sys.argv:
    update(Path(sys.argv[-1]) if Path(sys.argv[-1]).is_dir() else Path("../shared"))
