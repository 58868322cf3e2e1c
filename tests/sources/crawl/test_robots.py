"""robots.txt in the shapes in which it is found."""

import pytest

from corpusforge.sources.crawl.robots import LIMIT, parse

OURS = ("corpusforge",)


def _allows(text, path, agents=OURS):
    body = text if isinstance(text, bytes) else text.encode()
    return parse(body, agents).allows(f"http://a.ma{path}")


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /prive/\nAllow: /prive/note", "/prive/note", True),
        ("User-agent: *\nDisallow: /prive/\nAllow: /prive/note", "/prive/x", False),
        ("User-agent: *\nDisallow: /*.draft$", "/a.draft", False),
        ("User-agent: *\nDisallow: /*.draft$", "/a.draft?x=1", True),
        ("User-agent: *\nDisallow: /*?r=", "/?r=1", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/a", False),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/b", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: CorpusForge\nAllow: /", "/a", True),
        ("User-agent: CorpusForge/2.0\nDisallow: /a", "/b", True),
        ("User-agent: *\nDisallow: /صحة", "/%D8%B5%D8%AD%D8%A9/1", False),
        ("User-agent: *\nDisallow: /%D8%B5%D8%AD%D8%A9", "/%D8%B5%D8%AD%D8%A9/1", False),
        ("User-agent: *\nDisallow: /ⵜⴰ", "/%E2%B5%9C%E2%B4%B0", False),
        ("<html><body>Not found</body></html>", "/a", True),
        (b"\xff\xfe\x00garbage\x00", "/a", True),
        ("", "/a", True),
    ],
)
def test_rules_are_read_as_rfc_9309_says(text, path, allowed):
    """Longest match, wildcards, merged groups, marks, line ends, escapes, no rules at all."""
    assert _allows(text, path) is allowed


def test_other_agents_bind_where_the_recipe_says_so():
    """`also_obey` adds the groups of other agents to ours."""
    text = "User-agent: *\nAllow: /\n\nUser-agent: GPTBot\nDisallow: /"
    assert _allows(text, "/a")
    assert not _allows(text, "/a", ("corpusforge", "GPTBot"))


def test_only_the_first_500_kib_are_read():
    """What follows is not looked at, and a rule cut in the middle is no rule."""
    filler = b"# filler\n" * (LIMIT // 9)
    assert len(filler) <= LIMIT
    body = b"User-agent: *\nDisallow: /a\n" + filler + b"Disallow: /b\n"
    assert not _allows(body, "/a")
    assert _allows(body, "/b")


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: 2\n\nUser-agent: corpusforge\nCrawl-delay: 7", 7),
        ("User-agent: *\nRequest-rate: 1/5", 5),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: 0,25", 0.25),
        ("User-agent:*\r\ncrawl-delay:.5\r\n", 0.5),
        ("User-agent: *\nCrawl-delay: 10s # merci", 10),
        ("User-agent: *\nCrawl-Delay: 1500 ms", 1.5),
        ("User-agent: *\rCrawl-delay: 3\rDisallow: /a", 3),
        ("User-agent: *\nDisallow: /", None),
    ],
)
def test_the_delay_asked_for_is_read(text, delay):
    """Crawl-delay or Request-rate of our group, else of the group for all."""
    assert parse(text.encode(), OURS).delay == delay


def test_sitemaps_are_named_anywhere():
    """A Sitemap line belongs to no group."""
    robots = parse(b"Sitemap: http://a.ma/1.xml\nUser-agent: x\nSitemap: /2.xml", OURS)
    assert robots.sitemaps == ("http://a.ma/1.xml", "/2.xml")


def _preferences(text):
    return [(p.signal, p.path, p.value) for p in parse(text.encode(), OURS).preferences]


def test_preferences_of_our_group_replace_those_for_all():
    """Content-Signal follows the groups as Allow and Disallow do."""
    general = "User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n"
    assert _preferences(general) == [("content-signal", "/", "search=yes, ai-train=no")]
    ours = general + "\nUser-agent: corpusforge\nContent-Signal: ai-train=yes\n"
    assert _preferences(ours) == [("content-signal", "/", "ai-train=yes")]
    others = "User-agent: GPTBot\nContent-Signal: ai-train=no\n"
    assert _preferences(others) == []


def test_preferences_may_name_a_path():
    """Content-Usage lines of the IETF draft can begin with one."""
    text = "User-agent: *\nContent-Usage: /articles/ train-ai=n\nDisallowAITraining: /photos"
    assert _preferences(text) == [
        ("content-usage", "/articles/", "train-ai=n"),
        ("disallow-ai-training", "/photos", "ai-train=no"),
    ]
