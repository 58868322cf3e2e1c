"""The coast web, served: one loopback address a host, and everything asked for is remembered."""

# ruff: noqa: E501 - markup is kept as it is served

from __future__ import annotations

import email.utils
import gzip
import http.server
import json
import threading
import time
from urllib.parse import parse_qs, quote, unquote, urlsplit

from coast_pages import BOARD, COPIES, LIST, NEWS, PORTAL, SCHOOL, SEA, WISHES, documents
from coast_site import MARKS, digest
from coast_traps import LINKS, Answer, html, moved, reef

REEF = "recifs"
HOSTS = (
    NEWS, PORTAL, BOARD, LIST, SCHOOL, COPIES, WISHES, SEA, REEF,
    "robots-503", "robots-403", "robots-html", "robots-cr", "robots-boucle", "robots-gzip", "interne",
)  # fmt: skip
#: Delays that hosts ask for, each written another way.
DELAYS = {NEWS: ("0.15", 0.15), LIST: (".2", 0.2), BOARD: ("0,25", 0.25)}
ROBOTS = {
    NEWS: "User-Agent: *\nCrawl-Delay: 0.15\nDisallow: /*?imprimer=\nDisallow: /recherche\n"
    "Sitemap: /plan.xml\n",
    BOARD: "User-agent: *\nCrawl-delay: 0,25\nDisallow: /posting.php\nDisallow: /*sid=\n"
    "User-agent: AutreBot\nDisallow: /\n",
    LIST: "user-agent:*\r\ncrawl-delay:.2\r\n",
    WISHES: "User-agent: *\nDisallow: /prive\nAllow: /prive/ouvert\n"
    "Content-Signal: /signal/ search=yes, ai-train=no\n\nUser-agent: AutreBot\n"
    "Content-Signal: ai-train=no\n",
    SEA: "Sitemap: {root}/plan/index.xml\nSitemap: {root}/plan/absent.xml\n",
    REEF: "User-agent: *\nDisallow: /mur/\nDisallow: /*.brouillon$\nDisallow: /facettes?*tri=\n",
    "robots-cr": "User-agent: *\rDisallow: /ferme\rAllow: /ferme/ouverte\r",
}
FLAKY = {"/plus%20tard": 2, "/occupe": 1}


class Coast:
    """Every host of the web, until `close`."""

    def __init__(self):
        self.docs = documents()
        self.places = {(doc.host, doc.path): doc for doc in self.docs}
        self.log = []
        self.tries = {}
        self._servers = []
        self.port = 0
        for number, name in enumerate(HOSTS, 1):
            server = _Server((f"127.23.0.{number}", self.port), _handler(self, name))
            self.port = server.server_address[1]
            self._servers.append(server)
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def root(self, host):
        """The origin of a host."""
        return f"http://127.23.0.{HOSTS.index(host) + 1}:{self.port}"

    def url(self, doc):
        """The address of a page, escaped as browsers do."""
        return self.root(doc.host) + quote(doc.path, safe="/?=&;%.,-_")

    def close(self):
        """Stop serving."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    # --- what is where -------------------------------------------------------------------------

    def answer(self, host, path, query, headers):
        """The answer of a host to one request."""
        if path == "/robots.txt":
            return self._robots(host)
        own = getattr(self, "_" + host.replace("-", "_"), None)
        found = own(path, query, headers) if own is not None else None
        if found is None:
            asked = path + (f"?{query}" if query else "")
            doc = self.places.get((host, unquote(asked))) or self.places.get((host, asked))
            if doc is not None:
                found = self._document(doc, headers)
        if found is None and path == "/":
            found = self._home(host)
        return found or Answer(b"<h1>404</h1>", 404)

    def _document(self, doc, headers):
        wait = FLAKY.get(doc.path, 0)
        if wait and self.tries.setdefault(doc.path, 0) < wait:
            self.tries[doc.path] += 1
            date = email.utils.formatdate(time.time() + 2, usegmt=True)
            return Answer(b"", 503, {"Retry-After": date}) if wait == 2 else Answer(b"", 429)
        body = doc.body()
        sent = {
            **MARKS[doc.mark][2],
            **doc.headers,
            "ETag": digest(body),
            "Cache-Control": "no-cache",
        }
        if headers.get("If-None-Match") == sent["ETag"]:
            return Answer(b"", 304, sent)
        kind = doc.media_type
        if kind == "text/html" and doc.declared:
            kind += f"; charset={doc.declared}"
        return Answer(body, 200, sent, kind)

    def _home(self, host):
        links = [quote(d.path, safe="/?=&;%.,-_") for d in self.docs if d.host == host and d.listed]
        more = {
            NEWS: ["/archives?page=1", "/recherche?q=port", "/2025/port-1?imprimer=1",
                   "/2025/port-1?utm_source=x"],
            BOARD: ["/posting.php?mode=reply", "/viewtopic.php?f=2&amp;t=1&amp;sid=ab12cd34ef56ab78",
                    "/viewtopic.php?t=1&amp;f=2"],
            REEF: LINKS,
        }.get(host, ["/ferme/x", "/ferme/ouverte"] if host.startswith("robots") else [])  # fmt: skip
        heads = {
            NEWS: '<link rel="alternate" type="application/feed+json" href="/fil.json">',
            SEA: '<link rel="alternate" type="application/rss+xml" href="/fil.rss">'
            '<link rel="alternate" type="application/atom+xml" href="fil.atom">'
            '<link rel="alternate" type="application/feed+json" href="/fil.json">'
            '<link rel="alternate" type="application/rdf+xml" href="/fil.rdf">',
        }
        sea = ["/base/", "/relais/depart", "/relais/vieux", "/relais/court", "/xhtml", "/octets",
               "/sans-type", "/plus%20tard", "/occupe", "/cookie", "/liste?page=1", "/Majuscules/Page",
               "/fin//double"]  # fmt: skip
        found = html(host, [*links, *more, *(sea if host == SEA else [])], heads.get(host, ""))
        if host == NEWS:
            found.body = found.body.replace(b"</body>", self._friends().encode() + b"</body>")
        return found

    def _friends(self):
        return "".join(f'<a href="{self.root(host)}/">{host}</a>' for host in HOSTS)

    def _robots(self, host):
        match host:
            case "robots-503":
                return Answer(b"busy", 503)
            case "robots-403":
                return Answer(b"no", 403)
            case "robots-html":
                return Answer(b"<html><body>User-agent: *<br>Disallow: /</body></html>")
            case "robots-boucle":
                return moved("/robots.txt")
            case "robots-gzip":
                body = gzip.compress(b"User-agent: *\nDisallow: /ferme\n")
                return Answer(body, 200, {"Content-Encoding": "gzip"}, "text/plain")
        text = ROBOTS.get(host)
        if text is None:
            return Answer(b"", 404)
        return Answer(text.replace("{root}", self.root(host)).encode(), media_type="text/plain")

    def _phare(self, path, query, _headers):
        if path == "/archives":
            number = int((parse_qs(query).get("page") or ["1"])[0])
            text = "Aucun article ne correspond à cette page des archives du Phare."
            return html(text, [f"/archives?page={number + 1}", f"/archives?page={number + 2}"])
        if path == "/plan.xml":
            docs = [d for d in self.docs if d.host == NEWS and d.listed][::2]
            return _sitemap(
                [self.url(doc) for doc in docs], "http://www.google.com/schemas/sitemap/0.84"
            )
        if path == "/2025/port-1" and query in ("imprimer=1", "utm_source=x"):
            return self._document(self.places[NEWS, "/2025/port-1"], {})
        if path == "/fil.json":
            return Answer(b'{"version": "https://jsonfeed.org/version/1.1", "items": "none"}')
        return None

    def _forum_large(self, path, query, _headers):
        values = parse_qs(query)
        if (
            path == "/viewtopic.php"
            and "t" in values
            and ("sid" in values or query.startswith("t="))
        ):
            doc = self.places.get((BOARD, f"/viewtopic.php?f=2&t={values['t'][0]}"))
            return self._document(doc, {}) if doc else None
        return None

    def _portail(self, path, _query, _headers):
        if path == "/":
            return html(
                "Redirection", head='<meta http-equiv="Refresh" content="0;URL=\'/accueil.html\'">'
            )
        if path == "/accueil.html":
            return self._home(PORTAL)
        return None

    def _souhaits(self, path, _query, _headers):
        if path == "/.well-known/tdmrep.json":
            rules = [{"location": "/reserve/*", "tdm-reservation": 1},
                     {"location": "/reserve/libre/*", "tdm-reservation": 0},
                     {"location": "/v/3", "tdm-reservation": 0}]  # fmt: skip
            return Answer(json.dumps(rules).encode(), media_type="application/json")
        if path == "/ai.txt":
            return Answer(
                b"User-Agent: *\nDisallow: /sans-ia/\nAllow: /\n", media_type="text/plain"
            )
        return None

    def _haute_mer(self, path, query, headers):  # noqa: C901, PLR0911, PLR0912 - a table of paths
        root = self.root(SEA)
        match path:
            case "/plan/index.xml":
                parts = ["relatif.xml", f"{root}/plan/gzip.xml.gz", f"  {root}/plan/mots.txt \n",
                         f"{root}/plan/casse.xml", f"{root}/plan/index.xml"]  # fmt: skip
                body = "".join(f"<sitemap><loc>{part}</loc></sitemap>" for part in parts)
                return Answer(
                    f"<sitemapindex>{body}</sitemapindex>".encode(), media_type="text/plain"
                )
            case "/plan/relatif.xml":
                return _sitemap(
                    ["/plan/relatif", f"\n   {root}/plan/espace\n", "/plan/absent"], "urn:x"
                )
            case "/plan/gzip.xml.gz":
                inner = _sitemap(
                    [f"{root}/plan/gzip"], "http://www.sitemaps.org/schemas/sitemap/0.9"
                ).body
                # A server that takes the file's own compression for one of its own, and says nothing.
                return Answer(gzip.compress(inner), media_type="application/octet-stream")
            case "/plan/mots.txt":
                return Answer(f"{root}/plan/texte\n\n".encode(), media_type="text/plain")
            case "/plan/casse.xml":
                return Answer(b"<urlset><url><loc>", 500)
            case "/fil.rss":
                return Answer(
                    f"<rss version='2.0'><channel><link>{root}</link><item><title>x</title><guid "
                    f"isPermaLink='false'>urn:1</guid><link>{root}/fil/rss</link></item></channel></rss>"
                    .encode(), media_type="application/rss+xml")  # fmt: skip
            case "/fil.atom":
                return Answer(
                    b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/fil/'><entry>"
                    b"<link rel='alternate' href='atom'/></entry></feed>",
                    media_type="application/atom+xml")  # fmt: skip
            case "/fil.json":
                feed = {"version": "https://jsonfeed.org/version/1.1", "items": [
                    {"id": "1", "url": f"{root}/fil/json"}, {"id": "2"}]}  # fmt: skip
                return Answer(json.dumps(feed).encode(), media_type="application/feed+json")
            case "/fil.rdf":
                return Answer(
                    f"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl."
                    f"org/rss/1.0/'><item rdf:about='{root}/fil/rdf'><link>{root}/fil/rdf</link></item>"
                    "</rdf:RDF>".encode(), media_type="application/rdf+xml")  # fmt: skip
            case "/base/":
                return html("Base", ["page", "http:page"], '<base href="/base/dossier/">')
            case "/relais/depart":
                return html("…", head='<meta http-equiv=refresh content="3; url=refresh">')
            case "/relais/vieux":
                return moved("/relais/بحر#texte", 301)
            case "/relais/court":
                return moved("/relais/308", 308)
            case "/cookie":
                if "Cookie" not in headers and not query:
                    return Answer(b"", 302, {"Location": "/cookie?sans=1", "Set-Cookie": "a=b"})
            case "/liste":
                number = int((parse_qs(query).get("page") or ["1"])[0])
                return html(f"Liste {number}", [f"/liste?page={number + 1}", f"/pagination/{number}"]) \
                    if number < 14 else None  # fmt: skip
        return None

    def _recifs(self, path, query, _headers):
        return reef(path, query, self.root("interne") + "/secret")


def _sitemap(addresses, namespace):
    body = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return Answer(
        f'<?xml version="1.0"?><urlset xmlns="{namespace}">{body}</urlset>'.encode(),
        media_type="application/xml",
    )


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass  # clients hang up on purpose here


def _handler(coast, host):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            parts = urlsplit(self.path)
            started = time.monotonic()
            answer = coast.answer(host, parts.path, parts.query, self.headers)
            coast.log.append((host, self.path, started, answer.status, dict(self.headers)))
            try:
                if callable(answer.body):
                    self.close_connection = True
                    answer.body(self.wfile)
                    return
                self.send_response(answer.status)
                if answer.media_type and answer.status != 304:
                    self.send_header("Content-Type", answer.media_type)
                for name, value in answer.headers.items():
                    # As servers do that do not know better: raw UTF-8.
                    self.send_header(name, value.encode().decode("latin-1"))
                if answer.status != 304:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                self.close_connection = True

        def log_message(self, *args):
            pass

    return Handler
