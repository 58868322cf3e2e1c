"""`corpusforge crawl` as a steward sees it."""

import json

import pytest
from crawl_site import Reply, html, words
from typer.testing import CliRunner

from corpusforge.cli.app import application
from corpusforge.cli.crawl import REASONS
from corpusforge.errors import SourceError

RECIPE = """
schema_version: 1
name: commons/web
version: 1.0.0
released: 2026-11-22
title: A site
description: A site on loopback.
domain: health
tier: open
mode: collection
contact: {{name: maintainers, email: takedown@example.org}}
sources:
  - id: web
    kind: crawl
    seeds: ["{seed}"]
    contact: takedown@example.org
    allow_addresses: [127.21.0.0/24]
    delay: 0
    max_crawl_delay: 0.01
    license: detect
stages:
  - kind: admit
  - kind: extract
  - kind: identify
  - kind: scrub
    policy: law-09-08
  - kind: shard
"""


@pytest.fixture
def command(tmp_path, site):
    """Run the command on a recipe that crawls the site."""
    recipe = tmp_path / "web.yaml"
    recipe.write_text(RECIPE.format(seed=f"{site.url}/"), encoding="utf-8")

    def run(*options):
        arguments = ["crawl", str(recipe), "--workspace", str(tmp_path / "workspace"), *options]
        result = CliRunner().invoke(application(), arguments, catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    return run


def test_a_crawl_says_what_came_and_what_was_refused_and_why(site, command):
    """By host; a second run says that nothing changed."""
    site.pages.update(
        {
            "/robots.txt": Reply(b"User-agent: *\nDisallow: /prive\nCrawl-delay: 60"),
            "/": html(words(1), links=["/prive", "/gone", "http://ailleurs.example/"]),
        }
    )
    first = command()
    assert "web: 1 pages (1 new), 0 gone" in first
    assert f"{site.url}: 6 requests, asks for 60 s between requests, CUT to 0.01 s" in first
    assert "1  robots                 robots.txt disallows it" in first
    assert "1  http_404               not there" in first
    assert "1  links led out of scope" in first
    assert "refused.parquet" in first
    assert "web: 1 pages (1 same), 0 gone" in command()


def test_pages_that_only_javascript_fills_are_reported(site, command):
    """Their number stands beside the host, and in the facts for machines."""
    frame = "<html><body><div id=root></div><script src=/a.js></script></body></html>"
    site.pages["/"] = html(words(1), links=["/app/1", "/app/2"])
    for path in ("/app/1", "/app/2"):
        site.pages[path] = Reply(frame.encode(), headers={"Content-Type": "text/html"})
    assert "2 pages show nothing without JavaScript" in command()


def test_machines_read_one_json_object_a_line(site, command):
    """Events, then the facts."""
    site.pages["/"] = html(words(1))
    lines = [json.loads(line) for line in command("--json").splitlines()]
    assert lines[-1]["event"] == "crawled"
    assert lines[-1]["pages"] == 1
    assert len(lines[-1]["snapshot"]) == 64


def test_a_source_that_is_not_there_is_an_error(command):
    """SRC011, with what there is."""
    with pytest.raises(SourceError) as caught:
        command("--source", "nothing")
    assert caught.value.code == "SRC011"
    assert "kind: crawl" in caught.value.hint


def test_every_reason_a_crawl_gives_is_explained():
    """The words under which addresses are refused in the code have a line for people."""
    import re
    from pathlib import Path

    import corpusforge.sources.crawl as package

    folder = Path(package.__file__).parent
    text = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    patterns = (
        r'"(?:refused|failed)", "(\w+)"',
        r'return "(\w+)", (?:f?"|reason)',
        r'close\(host, "(\w+)"',
        r'problem, answer.detail = "(\w+)"',
        r'stopped = "(\w+)"',
    )
    reasons = {word for pattern in patterns for word in re.findall(pattern, text)}
    assert len(reasons) > 15
    assert reasons <= set(REASONS)


def test_the_guide_names_every_key_and_every_reason():
    """docs/crawl.md is complete, and its example is a crawl."""
    from pathlib import Path

    import yaml

    from corpusforge.sources.crawl import CrawlConfig
    from corpusforge.sources.source import SourceConfig

    guide = (Path(__file__).parents[3] / "docs" / "crawl.md").read_text("utf-8")
    keys = set(CrawlConfig.model_fields) - set(SourceConfig.model_fields) - {"kind"}
    assert {key for key in keys if f"`{key}`" not in guide} == set()
    assert {reason for reason in REASONS if f"| `{reason}` |" not in guide} == set()
    example = yaml.safe_load(guide.partition("```yaml\n")[2].partition("```")[0])
    (source,) = example["sources"]
    assert CrawlConfig(**source).follow == "domains"
