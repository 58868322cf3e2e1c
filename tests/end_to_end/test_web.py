"""A recipe that crawls the development web, built and scored as its own scorer does."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import run

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.shared, pytest.mark.floor]

FLOORS = json.loads((Path(__file__).parents[1] / "eval" / "web_floors.json").read_text("utf-8"))

RECIPE = """
schema_version: 1
name: commons/web
version: 1.0.0
released: 2026-11-22
title: The development web
description: Pages of a loopback site with sixteen hosts, in four languages and more.
domain: health
tier: open
mode: collection
contact: {{name: corpusforge tests, email: takedown@example.org}}
sources:
  - id: web
    kind: crawl
    seeds: [{seeds}]
    contact: takedown@example.org
    license: detect
    delay: 0.05
    max_minutes: 20
    max_retry_after: 10
    timeout: 20
    allow_addresses: [127.11.0.0/24]
    host_licenses:  # files carry no mark of their own: the steward knows this portal's terms
      127.11.0.2:{port}/documents/:
        license: etalab-2.0
        evidence: {{statement: Terms of use of the portal.}}
stages:
  - kind: admit
  - kind: extract
  - kind: boilerplate
  - kind: identify
  - kind: filter
    min_words: 3
  - kind: dedup
  - kind: scrub
  - kind: shard
"""


def _wait(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.11.0.16", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="module")
def score(shared, tmp_path_factory):
    """Crawl, build, score; what the scorer says."""
    web = shared / "web"
    root = tmp_path_factory.mktemp("web")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = subprocess.Popen(
        [
            *(sys.executable, str(web / "serve.py"), "--port", str(port)),
            *("--log", str(root / "access.jsonl"), "--fast"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        seeds = ", ".join(f"http://127.11.0.{n}:{port}/" for n in range(1, 16))
        (root / "web.yaml").write_text(RECIPE.format(seeds=seeds, port=port), "utf-8")
        run(
            *("corpusforge", "build", root / "web.yaml", "--no-publish"),
            *("--workspace", root / "w", "--output", root / "out"),
        )
    finally:
        site.terminate()
        site.wait(10)
    done = subprocess.run(
        [
            *(sys.executable, str(web / "score_crawl.py"), "--truth", str(web / "truth.jsonl")),
            *("--site", str(web / "pages/site.json"), "--out", str(root / "out" / "data")),
            *("--log", str(root / "access.jsonl"), "--json", str(root / "scores.json")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)  # noqa: T201 - the score is worth reading in a log
    return json.loads((root / "scores.json").read_text("utf-8"))


def test_nothing_forbidden_is_fetched_and_nothing_reserved_is_published(score):
    """Robots, opt-outs and licences hold without exception."""
    assert score["forbidden_fetches"] == 0, score["forbidden_examples"]
    assert score["hosts_fetched_before_robots"] == []
    assert score["published_but_forbidden"] == 0, score["published_forbidden_examples"]


def test_no_personal_data_listed_there_reaches_the_release(score):
    """Phones, e-mails, identity numbers and accounts planted in the forum are masked."""
    assert score["pii_leaks"] == 0, score["pii_leak_examples"]


@pytest.mark.parametrize("name", ["coverage", "text_f1_mean", "lang_accuracy"])
def test_quality_is_at_its_floor(score, name):
    """Coverage, text and language are at least what they were; floors only rise."""
    assert score[name] >= FLOORS[name], score["missing_examples"]


@pytest.mark.parametrize(
    "name", ["license_found", "exact_duplicates_removed", "near_duplicates_removed"]
)
def test_shares_are_at_their_floor(score, name):
    """Licences found and duplicates removed, as shares of what there was."""
    found, all_of_them = map(int, score[name].split("/"))
    assert found / all_of_them >= FLOORS[name]
