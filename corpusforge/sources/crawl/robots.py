"""robots.txt as RFC 9309 wants it read, and the preferences that sites write beside its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from protego import Protego

#: RFC 9309 section 2.5: at least this much is parsed; what follows is not looked at.
LIMIT = 500 * 1024

_COMMENT = re.compile(r"#.*")
_DELAY = re.compile(
    r"(?im)^([ \t]*crawl-?delay[ \t]*:[ \t]*)(\d*[.,]?\d+)[ \t]*(ms\w*|s\w*|)(?=[ \t]*(?:#.*)?$)"
)
_AGENT = ("user-agent", "useragent")
#: Lines that state a preference about the use of content, not about fetching.
_PREFERENCES = {
    "content-usage": "content-usage",
    "content-signal": "content-signal",
    "content-signals": "content-signal",
    "disallowaitraining": "disallow-ai-training",
}


@dataclass(frozen=True)
class Preference:
    """One line such as ``Content-Signal: ai-train=no``, and the paths it is about."""

    signal: str
    path: str
    value: str


@dataclass(frozen=True)
class Robots:
    """The rules of one host for our agents."""

    rules: Protego
    agents: tuple[str, ...]
    preferences: tuple[Preference, ...]

    def allows(self, url: str) -> bool:
        """Whether the address may be fetched."""
        return all(self.rules.can_fetch(url, agent) for agent in self.agents)

    @property
    def delay(self) -> float | None:
        """The longest Crawl-delay or Request-rate asked of any of our agents, in seconds."""
        asked: list[float] = []
        for agent in self.agents:
            delay = self.rules.crawl_delay(agent)
            if delay is not None:
                asked.append(float(delay))
            rate = self.rules.request_rate(agent)
            if rate is not None and rate.requests > 0:
                asked.append(rate.seconds / rate.requests)
        return max(asked, default=None)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that the file names."""
        return tuple(self.rules.sitemaps)


def decode(body: bytes) -> str:
    """The text of a robots.txt: UTF-8 with or without a mark, cut after the last whole line."""
    if len(body) > LIMIT:
        body = body[:LIMIT]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r"), 0)]
    text = body.decode("utf-8", "replace")
    return text.lstrip("\ufeff")


def parse(body: bytes, agents: tuple[str, ...]) -> Robots:
    """Rules of a robots.txt for `agents` (the first is ours, the others we choose to obey too)."""
    text = decode(body)
    rules = Protego.parse(_DELAY.sub(_in_seconds, text))
    return Robots(rules, agents, tuple(preferences(text, agents[0])))


def _in_seconds(line: re.Match[str]) -> str:
    """A delay as people write it (``0,5``, ``10s``, ``500 ms``) in the form that is read."""
    value = float(line[2].replace(",", "."))
    return f"{line[1]}{value / 1000 if line[3].lower().startswith('ms') else value:g}"


def preferences(text: str, agent: str) -> list[Preference]:
    """The content preferences of the group for `agent`, or of the group for all."""
    ours: list[Preference] = []
    general: list[Preference] = []
    outside: list[Preference] = []
    for agents, line in _lines(text):
        if agent.lower() in agents:
            ours.append(line)
        elif "*" in agents:
            general.append(line)
        elif not agents:
            outside.append(line)
    named = any(agent.lower() in agents for agents, _ in _groups(text))
    # A group of our own replaces the general one, as it does for Allow and Disallow.
    return (ours if named else general) + outside


def _groups(text: str) -> Iterator[tuple[frozenset[str], str]]:
    agents: set[str] = set()
    open_group = True
    for raw in text.splitlines():
        name, mark, value = _COMMENT.sub("", raw).partition(":")
        name, value = name.strip().lower(), value.strip()
        if not mark:
            continue
        if name in _AGENT:
            if not open_group:
                agents = set()
            open_group = True
            agents.add(value.split("/")[0].strip().lower())
        elif name != "sitemap":
            open_group = False
        yield frozenset(agents), f"{name}:{value}"


def _lines(text: str) -> Iterator[tuple[frozenset[str], Preference]]:
    for agents, line in _groups(text):
        name, _, value = line.partition(":")
        signal = _PREFERENCES.get(name)
        if signal is None or not value:
            continue
        if signal == "disallow-ai-training":
            yield agents, Preference(signal, value, "ai-train=no")
            continue
        path, rest = "/", value
        if value.startswith("/"):
            path, _, rest = value.partition(" ")
        yield agents, Preference(signal, path, rest.strip())
