"""The reef: endless generators, lies and bait, on one host of the coast web."""

# ruff: noqa: E501 - markup is kept as it is served

from __future__ import annotations

import gzip
import hashlib
import itertools
import re
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import parse_qs

CC_BY = "https://creativecommons.org/licenses/by/4.0/"


@dataclass
class Answer:
    """What is sent; a function as body writes to the open connection itself."""

    body: object = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    media_type: str = "text/html; charset=utf-8"


def html(text, links=(), head="", title="Page"):
    """A page of furniture."""
    anchors = " ".join(f'<a href="{link}">Lien {n}</a>' for n, link in enumerate(links, 1))
    return Answer(
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><p>{text}</p>{anchors}"
        "</body></html>".encode()
    )


def moved(to, status=302):
    """A redirect."""
    return Answer(b"", status, {"Location": to})


_COUNT = itertools.count()


def _token(length):
    return hashlib.sha256(str(next(_COUNT)).encode()).hexdigest()[:length]


def _tides(query):
    values = {name: int(value[0]) for name, value in parse_qs(query).items()}
    year, month = values.get("annee", 2026), values.get("mois", 1)
    days = [f"/agenda?annee={year}&amp;mois={month}&amp;jour={day}" for day in range(1, 29, 4)]
    after = f"/agenda?annee={year + month // 12}&amp;mois={month % 12 + 1}"
    before = f"/agenda?mois={(month - 2) % 12 + 1}&amp;annee={year - (month == 1)}"
    return html(
        f"Marées du mois {month} de {year}", [*days, after, before], title=f"{month}/{year}"
    )


def _events(path):
    year, month = (int(part) for part in path.split("/")[2:4])
    days = [f"/calendrier/{year}/{month:02}/{day:02}/" for day in range(1, 29, 5)]
    after = f"/calendrier/{year + month // 12}/{month % 12 + 1:02}/"
    return html("Aucun événement n'est prévu à cette date dans notre port.", [after, *days])


def _facets(query):
    chosen = {name: value[0] for name, value in parse_qs(query).items()}
    links = []
    for name, choices in (
        ("port", "safi dakhla agadir"), ("taille", "s m l xl"), ("tri", "a b"),
        ("couleur", "bleu vert gris noir"),
    ):  # fmt: skip
        for choice in choices.split():
            pairs = sorted({**chosen, name: choice}.items())
            links.append("/facettes?" + "&amp;".join(f"{key}={value}" for key, value in pairs))
    return html("Tous les filets et casiers de notre boutique en ligne, livrés partout.", links)


def _session(path):
    name = re.search(r"/(\w+)\.aspx$", path)[1]
    links = [f"/(S({_token(8)}))/{other}.aspx" for other in ("accueil", "menu", "liste", "aide")]
    return html(f"Bienvenue dans notre espace {name}, votre session est ouverte.", links)


def _visit(_path):
    links = [f"/{_token(12)}/visite/{number}" for number in range(4)]
    return html("Votre visite commence ici, suivez le guide.", links)


def _same(path):
    number = int(path.rsplit("/", 1)[1])
    links = [f"/identique/{number * 3 + step}" for step in range(3)]
    return html("La même page sous mille adresses, mot pour mot.", links)


def _lost(_path):
    menu = "".join(
        f'<li><a href="/">Rubrique du menu numéro {n} du site</a></li>' for n in range(40)
    )
    return Answer(
        f"<html><head><title>Récifs</title><link rel=license href='{CC_BY}'></head><body><ul>{menu}</ul>"
        "<h1>Oups ! Page introuvable</h1><p>La page demandée n'existe plus. Vérifiez l'adresse ou "
        "revenez à l'accueil.</p></body></html>".encode()
    )


def _application(root):
    return Answer(
        f"<html><head><title>App</title><link rel=license href='{CC_BY}'></head><body>{root}<script "
        f"id='__NEXT_DATA__'>{'x' * 4000}</script><script src='/a.js'></script></body></html>".encode()
    )


def _raw(body):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    return lambda out: [out.write(piece) for piece in (head, *body)]


def _endless(out):
    out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(20_000):
        out.write(b"<p>encore et encore</p>" * 200)


def _slow(out):
    out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(60):
        out.write(b". ")
        out.flush()
        time.sleep(0.2)


def _deflated(data):
    """The deflate that some servers send: without its wrapper."""
    worker = zlib.compressobj(wbits=-15)
    return worker.compress(data) + worker.flush()


#: By first segment of the path: endless ones.
_GENERATORS = {
    "calendrier": _events, "(S(": _session, "identique": _same, "perdu-1": _lost, "perdu-2": _lost,
    "pile": lambda _path: html("Dossier vide, voir les sous-dossiers.", ["sous/", "copie/", "ancien/"]),
}  # fmt: skip
#: By path.
_SINGLE = {
    "/boucle/a": moved("/boucle/b"),
    "/boucle/b": moved("/boucle/a"),
    "/meta/a": html("…", head='<meta http-equiv="refresh" content="0; url=/meta/b">'),
    "/meta/b": html("…", head='<meta http-equiv="refresh" content="0; url=/meta/a">'),
    "/canonique/a": html("Deux pages.", head='<link rel=canonical href="/canonique/b">'),
    "/canonique/b": html("Deux pages.", head='<link rel=canonical href="/canonique/a">'),
    "/vers/mur": moved("/mur/2"),
    "/vers/fichier": moved("file:///etc/passwd"),
    "/vers/metadonnees": moved("http://169.254.169.254/latest/meta-data/"),
    "/vers/rien": Answer(b"", 302),
    "/bombe": Answer(gzip.compress(b"0" * 40_000_000), 200, {"Content-Encoding": "gzip"}),
    "/infini": Answer(_endless),
    "/menteur": Answer(_raw((b"Content-Length: 900\r\n\r\n<p>court",))),
    "/deflate": Answer(_deflated(b"<p>Une page.</p>"), 200, {"Content-Encoding": "deflate"}),
    "/casse": Answer(b"\x1f\x8b\x08\x00 pas du gzip", 200, {"Content-Encoding": "gzip"}),
    "/image": Answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    "/spa": _application("<app-root></app-root>"),
    "/spa-next": _application('<div id="__next"><div>Chargement…</div></div>'),
    "/attente": Answer(_slow),
    "/trop-long": html("Chaîne", ["/trop-long/" + "a" * 3000]),
    "/ordre": html("L'ordre des paramètres ne change rien à cette page.", ["/ordre?a=1&amp;b=3"]),
}

LINKS = [
    "/agenda?annee=2026&amp;mois=5", "/calendrier/2026/05/", "/facettes", "/(S(k3jd8fj2))/accueil.aspx",
    "/abc123def456/visite/", "/pile/", "/mur/1", "/x.brouillon", "/vers/interne", "/perdu-1", "/perdu-2",
    "/identique/1", "/ordre?b=2&amp;a=1", *_SINGLE,
]  # fmt: skip


def reef(path, query, inside):
    """What the reef answers; None for nothing. `inside` is an address that must never be asked."""
    if path in _SINGLE:
        return _SINGLE[path]
    if path == "/vers/interne":
        return moved(inside)
    if path == "/agenda":
        return _tides(query)
    if path == "/facettes":
        return _facets(query)
    if re.match(r"/[a-f0-9]{12}/visite/", path):
        return _visit(path)
    first = "(S(" if path.startswith("/(S(") else path.split("/")[1]
    generator = _GENERATORS.get(first)
    return generator(path) if generator is not None else None
