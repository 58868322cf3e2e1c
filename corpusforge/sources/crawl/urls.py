"""Web addresses: one spelling for each, which are in scope, and what they look like from afar."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from corpusforge.sources.crawl.config import CrawlConfig

_MAX_LENGTH = 2_000
_MAX_SEGMENTS = 16
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~/:@!$&'()*+,;=?]*")
_SIMPLE = re.compile(r"(?:/[A-Za-z0-9\-_~][A-Za-z0-9\-._~]{0,200}){1,10}/?")
_BLANKS = re.compile(r"[\t\n\r]")

#: Parameters that name a visit or a campaign, never a page.
_VISIT = re.compile(
    r"(?i)(?:utm_.*|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|_gl|_hs(?:enc|mi)"
    r"|sid|s?sessionid|session_?id|phpsessid|jsessionid|aspsessionid.*|osc?sid|zenid|cfid|cftoken)"
)
_PATH_SESSION = re.compile(r"(?i);(?:jsessionid|phpsessid|sid)=[^/?;]*")

#: Files that hold no text for a corpus: not worth a request.
_ASSET = re.compile(
    r"(?i)\.(?:jpe?g|png|gif|webp|avif|svgz?|ico|bmp|tiff?|css|m?js|map|woff2?|ttf|eot|otf|mp[34]|m4[av]"
    r"|ogg|og[av]|wav|flac|avi|mov|mkv|webm|exe|msi|dmg|apk|iso|rar|7z|tar|tar\.gz|tgz|bz2|xz|swf|jar)$"
)
_NUMBER = re.compile(r"\d+")
#: Long figures and letters in one piece, and what stands in brackets in a path: sessions, mostly.
_TOKEN = re.compile(
    r"(?i)(?=[0-9a-f-]*\d)(?:[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f-]{27})"
    r"|(?<![0-9a-z])(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{10,}(?![0-9a-z])|\([0-9a-z]{6,}\)"
)


def _recode(text: str, safe: str) -> str:
    """Percent-encode in one way only: UTF-8, capitals, nothing encoded that need not be."""
    if _PLAIN.fullmatch(text):
        return text

    def tidy(match: re.Match[str]) -> str:
        letter = chr(int(match[1], 16))
        return letter if letter in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(tidy, quote(text, safe=safe + "%", errors="replace"))


def _stray_percent(text: str) -> str:
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text) if "%" in text else text


@lru_cache(maxsize=4096)
def _host(name: str) -> str | None:
    """The ASCII form of a host name, or None where it is none."""
    name = name.rstrip(".").lower()
    if not name:
        return None
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return None


def canonical(address: str, base: str | None = None) -> str | None:
    """One spelling of a web address, without fragment, visit parameters and default port.

    Returns None for what is no fetchable address: other schemes, user names, no host, too long.
    """
    if base is not None and _SIMPLE.fullmatch(address):
        # Most links are plain paths: nothing to encode, resolve or cut. `base` is canonical.
        return origin(base) + address
    address = _BLANKS.sub("", address.strip())
    if base is not None and address.startswith("\\"):
        address = address.replace("\\", "/")
    try:
        parts = urlsplit(urljoin(base, address) if base is not None else address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or parts.username is not None:
        return None
    host = _host(parts.hostname or "")
    if host is None:
        return None
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path = _recode(_stray_percent(parts.path), _PATH_SAFE) or "/"
    if "/." in path:
        path = _without_dots(path)
    if ";" in path:
        path = _PATH_SESSION.sub("", path) or "/"
    query = ""
    if parts.query:
        pairs = [
            pair
            for pair in parts.query.split("&")
            if pair and not _VISIT.fullmatch(pair.split("=", 1)[0])
        ]
        if pairs:
            query = "?" + _recode(_stray_percent("&".join(pairs)), _QUERY_SAFE)
    whole = f"{parts.scheme}://{netloc}{path}{query}"
    return whole if len(whole) <= _MAX_LENGTH else None


def _without_dots(path: str) -> str:
    """Dot segments resolved, as servers do (RFC 3986, 5.2.4): no way around robots.txt."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def origin(url: str) -> str:
    """Scheme, host and port of a canonical address: ``http://example.ma:8080``."""
    return url[: url.index("/", 8)]


def path_and_query(url: str) -> str:
    """What follows the origin of a canonical address."""
    return url[url.index("/", 8) :]


def without_parameter(url: str, name: str) -> str:
    """The address without the query parameter `name`."""
    path, mark, query = url.partition("?")
    if not mark:
        return url
    kept = [pair for pair in query.split("&") if pair.split("=", 1)[0] != name]
    return f"{path}?{'&'.join(kept)}" if kept else path


def shape(url: str) -> str:
    """What addresses of one generator have in common: numbers and tokens blurred, values gone."""
    path, _, query = path_and_query(url).partition("?")
    names = sorted({pair.split("=", 1)[0] for pair in query.split("&")}) if query else []
    blurred = _NUMBER.sub("0", _TOKEN.sub("x", path))
    return blurred + ("?" + "&".join(names) if names else "")


def is_asset(url: str) -> bool:
    """Whether the path ends like a picture, a style sheet, a film."""
    return bool(_ASSET.search(url.partition("?")[0]))


def is_endless(url: str) -> bool:
    """Whether the path grows without end: too many segments, or one of them three times."""
    segments = [part for part in path_and_query(url).partition("?")[0].split("/") if part]
    if len(segments) > _MAX_SEGMENTS:
        return True
    return len(segments) >= 5 and any(segments.count(part) >= 3 for part in segments)


def readable(url: str) -> str:
    """The address with its escapes read as UTF-8 where they are, for people and patterns."""
    return unquote_to_bytes(url).decode("utf-8", "replace")


@dataclass(frozen=True, eq=False)
class Scope:
    """Which addresses a crawl may ask for."""

    config: CrawlConfig
    #: host:port pairs that seeds and `hosts` name, and host names with any default port.
    named: frozenset[str]
    globs: tuple[str, ...]
    domains: tuple[str, ...]

    def refusal(self, url: str) -> str | None:
        """Why the address is out of bounds, or None."""
        return _refusal(self, origin(url))

    def refusal_of_host(self, url: str) -> str | None:
        """Why a host (its origin) is out of bounds, or None."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not self.is_named(url):
            # Elsewhere than on named hosts, only the ports of the web are asked.
            if parts.port not in (None, 80, 443):
                return "out_of_scope"
            if self.config.follow == "domains":
                if not any(host.endswith(f".{domain}") for domain in self.domains):
                    return "out_of_scope"
            elif self.config.follow != "any":
                return "out_of_scope"
        return None

    def is_named(self, url: str) -> bool:
        """Whether the host is one that the steward wrote into the recipe."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        if f"{host}:{port}" in self.named:
            return True
        return port in (80, 443) and any(fnmatch.fnmatchcase(host, glob) for glob in self.globs)

    def pattern_refusal(self, url: str) -> str | None:
        """Why the recipe's own patterns exclude the page, or None."""
        allow, deny = _patterns(self.config.allow), _patterns(self.config.deny)
        if not allow and not deny:
            return None
        text = readable(url)
        if any(pattern.search(text) or pattern.search(url) for pattern in deny):
            return "denied_by_recipe"
        if allow and not any(pattern.search(text) or pattern.search(url) for pattern in allow):
            return "not_allowed_by_recipe"
        return None


@lru_cache(maxsize=4096)
def _refusal(scope: Scope, host: str) -> str | None:
    return scope.refusal_of_host(host)


@lru_cache(maxsize=64)
def _patterns(expressions: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    import re2

    return tuple(re2.compile(expression) for expression in expressions)


def scope_of(config: CrawlConfig) -> Scope:
    """The bounds that a recipe draws."""
    named: set[str] = set()
    globs: list[str] = []
    domains: list[str] = []
    for seed in config.seeds:
        url = canonical(seed)
        if url is None:
            continue
        parts = urlsplit(url)
        host = parts.hostname or ""
        named.add(f"{host}:{parts.port or _DEFAULT_PORTS[parts.scheme]}")
        if parts.port is None:
            # http and https of a name, with and without www, are one site.
            bare = host.removeprefix("www.")
            named.update(f"{name}:{port}" for name in (bare, f"www.{bare}") for port in (80, 443))
        domains.append(host.removeprefix("www."))
    for entry in config.hosts:
        name = entry.lower()
        if name.startswith("*."):
            globs.append(name)
        elif re.search(r":\d+$", name):
            named.add(name)
        else:
            named.update((f"{name}:80", f"{name}:443"))
    return Scope(config, frozenset(named), tuple(globs), tuple(domains))
