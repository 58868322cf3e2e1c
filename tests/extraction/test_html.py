"""Main text of pages in the markup of common site software."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from designs import (
    ARABIC,
    DARIJA,
    DESIGNS,
    FORUMS,
    FRENCH,
    LISTS,
    SIGNATURES,
    SIGNED,
    TAMAZIGHT,
    THREAD,
    gold,
    phpbb3,
    thread_gold,
    wordpress,
)
from odd_designs import ODD_DESIGNS, ODD_FORUMS

from corpusforge.extraction.html import extract_html
from corpusforge.extraction.page import NotExtractedError, Options

TEXTS = {
    "french with lists and a table": FRENCH + LISTS,
    "standard arabic": ARABIC,
    "darija": DARIJA,
    "tamazight": TAMAZIGHT + TAMAZIGHT[::-1],
    "one sentence": FRENCH[:1],
}


def extract(page, *, url=None, **options):
    """The document in a page given as text."""
    return extract_html(page.encode(), charset=None, url=url, options=Options(**options))


def token_f1(found, wanted):
    """F1 over words as multisets: 1 where nothing is lost and nothing added."""
    a, b = (Counter(re.findall(r"\w+", text.lower())) for text in (found, wanted))
    common = sum((a & b).values())
    return 2 * common / max(1, sum(a.values()) + sum(b.values()))


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.__name__)
@pytest.mark.parametrize("name", TEXTS)
def test_the_text_and_nothing_else_is_read_from_every_design(design, name):
    """Menus, teasers, dates, tags, licences and side columns are not text; lists and tables are."""
    blocks = TEXTS[name]
    found = extract(design("Conseils de saison", blocks))
    assert token_f1(found.text, gold(blocks)) >= 0.99
    assert found.title == "Conseils de saison"


@pytest.mark.parametrize("design", FORUMS, ids=lambda design: design.__name__)
@pytest.mark.parametrize("posts", [6, 3, 1])
def test_posts_are_read_without_profiles_quotes_and_signatures(design, posts):
    """Of a thread remain the posters' own words, whatever the forum software."""
    found = extract(design("Fièvre du petit", THREAD[:posts]))
    assert token_f1(found.text, thread_gold(THREAD[:posts])) >= 0.97
    assert found.title == "Fièvre du petit"


@pytest.mark.parametrize("design", ODD_DESIGNS, ids=lambda design: design.__name__)
@pytest.mark.parametrize("name", ["french", "darija"])
def test_the_text_is_read_from_pages_built_by_hand(design, name):
    """Glossaries, questions that open, introductions set apart, menus in a line."""
    page, wanted = design("Vaccins et santé", FRENCH if name == "french" else DARIJA)
    assert token_f1(extract(page).text, wanted) >= 0.99


@pytest.mark.parametrize("design", ODD_FORUMS, ids=lambda design: design.__name__)
@pytest.mark.parametrize("posts", [6, 3])
def test_posts_are_read_from_forums_built_by_hand(design, posts):
    """Names in bold, definition lists, notes of editing."""
    page, wanted = design("Fièvre du petit", THREAD[:posts])
    found = extract(page, url="https://a.example/forum/viewtopic.php?t=3")
    assert token_f1(found.text, wanted) >= 0.97


def test_posts_are_apart():
    """A blank line stands between two posts, and only there."""
    found = extract(phpbb3("Fièvre", THREAD))
    assert found.text == "\n\n".join("\n".join(post.text) for post in THREAD)
    assert found.method == "forum"


@pytest.mark.parametrize("design", FORUMS, ids=lambda design: design.__name__)
def test_quotes_and_signatures_are_kept_apart_where_they_are_wanted(design):
    """A quote is lines that begin with ``> ``, a signature stands last under a line ``--``."""
    found = extract(design("Fièvre", THREAD), quotes="keep", signatures="keep")
    written = []
    for post in THREAD:
        quoted = [] if post.quoted is None else [f"> {line}" for line in THREAD[post.quoted].text]
        signed = ["--", SIGNATURES[post.author]] if design in SIGNED else []
        written.append([*quoted, *post.text, *signed])
    wanted = "\n\n".join("\n".join(lines) for lines in written)
    assert found.text == wanted


@pytest.mark.parametrize("design", FORUMS, ids=lambda design: design.__name__)
def test_quotes_alone_and_signatures_alone_are_a_choice(design):
    """Each is kept without the other."""
    quotes = extract(design("Fièvre", THREAD), quotes="keep").text
    signatures = extract(design("Fièvre", THREAD), signatures="keep").text
    assert "> diri lih lma bared f rass, w 3tih ychreb bzaf" in quotes
    assert SIGNATURES["driss75"] not in quotes
    assert (f"--\n{SIGNATURES['driss75']}" in signatures) is (design in SIGNED)
    assert "> " not in signatures


def test_lines_quoted_as_in_mail_are_quotes():
    """Plain forums and lists quote with an angle."""
    posts = [
        f"""<div class="post"><a href="/user/{name}">{name}</a> le {day} mars 2026 à 10:30<p>{text}
        </p><a href="/reply">Répondre</a></div>"""
        for name, day, text in [
            ("hind", 3, "واش كاين شي دوا مزيان للسعلة ديال الدراري الصغار؟"),
            ("ali", 4, "&gt; واش كاين شي دوا مزيان<br>العسل والحامض، وإلى طالت سير عند الطبيب"),
            ("ⵜⵉⵜⵔⵉⵜ", 5, "> ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ<br>ⵜⴰⵎⵎⵏⵜ ⵜⵖⵓⴷⴰ ⵉ ⵜⵓⵙⵓⵜ ⵏ ⵉⵎⵥⵥⵢⴰⵏⵏ, ⵙⵓ ⴰⵎⴰⵏ ⵔⵖⴰⵏⵉⵏ"),
        ]
    ]
    page = f"<html><head><title>Toux</title></head><body><div>{''.join(posts)}</div></body></html>"
    url = "https://a.example/forum/t/1"
    assert "> " not in extract(page, url=url).text
    kept = extract(page, url=url, quotes="keep").text.split("\n")
    assert "> واش كاين شي دوا مزيان" in kept
    assert "> ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ" in kept


@pytest.mark.parametrize(("choice", "there"), [("keep", True), ("drop", False)])
def test_comments_are_a_choice(choice, there):
    """Readers' comments come after the text if they are wanted, without names and buttons."""
    text = extract(wordpress("Vaccins", FRENCH), comments=choice).text
    assert ("jeunes mamans" in text) is there
    assert "Samira" not in text
    assert "Répondre" not in text


def test_comments_are_apart_from_each_other_and_from_their_answers():
    """A blank line stands between two comments, also between one and its answer."""
    thread = """<section id="comments"><h2>3 commentaires</h2><ol class="comment-list">
    <li class="comment even" id="comment-4"><b class="fn author">Hind</b><time>3 mars</time>
    <p>Merci beaucoup, c'est clair.</p><p>Je le montre à ma sœur.</p><a href="#r">Répondre</a>
    <ol class="children"><li class="comment odd" id="comment-5"><b class="author">علي</b>
    <p>بصح، شرح مزيان بزاف</p></li></ol></li>
    <li class="comment" id="comment-6"><b class="author">Titrit</b><p>ⵜⴰⵏⵎⵎⵉⵔⵜ ⵏⵏⵓⵏ</p></li>
    </ol></section>"""
    page = wordpress("Vaccins", FRENCH)
    start = page.index('<div class="wp-block-comments">')
    text = extract(page[:start] + thread + page[start:], comments="keep").text
    assert (
        "\n\nMerci beaucoup, c'est clair.\nJe le montre à ma sœur.\n\nبصح، شرح مزيان بزاف\n\n"
        "ⵜⴰⵏⵎⵎⵉⵔⵜ ⵏⵏⵓⵏ"
    ) in text
    assert "Hind" not in text
    assert "Répondre" not in text


def test_tables_can_be_left_out():
    """Without tables the text around them stays."""
    text = extract(wordpress("Vaccins", FRENCH + LISTS), tables="drop").text
    assert "Pentavalent" not in text
    assert "carte nationale" in text


def test_lists_and_tables_stay_readable():
    """An item is a line with a mark, a row is a line with its cells."""
    lines = extract(wordpress("Vaccins", FRENCH + LISTS)).text.split("\n")
    assert "- Le carnet de santé de l'enfant" in lines
    assert "Deux mois | Pentavalent" in lines


def test_date_and_author_are_those_the_page_states():
    """A date in running text is not the page's date."""
    page = """<html><head><title>T</title><meta name="author" content="سعاد"></head><body><article>
    <h1>T</h1><p>Depuis le 3 mars 2009 la campagne continue dans toutes les provinces du sud.</p>
    </article></body></html>"""
    found = extract(page)
    assert (found.title, found.date, found.author) == ("T", None, "سعاد")
    dated = page.replace("<h1>", '<time datetime="2026-11-05T08:00:00Z">5/11</time><h1>')
    assert extract(dated).date == "2026-11-05"


SPA = """<html><head><title>App</title>{head}</head><body><noscript>Activez JavaScript.</noscript>
<div id="root"></div><script src="/app.js"></script></body></html>"""


def test_a_page_that_needs_javascript_is_recognised():
    """An empty application is a drop of its own kind, not an empty text."""
    with pytest.raises(NotExtractedError) as refusal:
        extract(SPA.format(head=""))
    assert refusal.value.reason == "js_only"


def test_what_an_application_says_to_machines_is_used():
    """JSON-LD's articleBody is the text of a page that shows it only by script."""
    data = '{"@type": "Article", "headline": "عنوان", "articleBody": "نص المقال كاملا"}'
    found = extract(SPA.format(head=f'<script type="application/ld+json">{data}</script>'))
    assert (found.text, found.method) == ("نص المقال كاملا", "json-ld")


def test_a_page_with_scripts_and_text_needs_no_javascript():
    """Scripts beside a text do not make it an application."""
    page = wordpress("Vaccins", FRENCH).replace("</body>", "<script>var a=1</script></body>")
    assert "nourrissons" in extract(page).text


def test_an_index_of_teasers_has_no_main_text():
    """A page that only lists other pages is not a text."""
    cards = "".join(
        f'<div><h3><a href="/{n}">Titre numéro {n}</a></h3><p>Les équipes de la région…</p></div>'
        for n in range(8)
    )
    page = f"<html><head><title>Actualités</title></head><body>{cards}</body></html>"
    with pytest.raises(NotExtractedError) as refusal:
        extract(page)
    assert refusal.value.reason == "no_main_text"


def test_a_blog_index_is_no_discussion():
    """Articles listed with author, date and the beginning of each are not posts."""
    posts = "".join(
        f"""<article class="post"><h2><a href="/{n}">Titre {n}</a></h2><p class="meta">Par <a
        href="/author/sara">Sara</a> le {n + 1} mars 2026</p><p>{FRENCH[n % 4]}</p>
        <a href="/{n}">Lire la suite</a> <a href="/{n}#c">Répondre</a></article>"""
        for n in range(6)
    )
    page = f"<html><head><title>Blog</title></head><body><div id=m>{posts}</div></body></html>"
    with pytest.raises(NotExtractedError) as refusal:
        extract(page, url="https://a.example/forum/")
    assert refusal.value.reason == "no_main_text"


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        "<!-- -->",
        "<p>",
        "<html><body><script>x</script></body></html>",
        "<" * 5000,
        "<div>" * 3000 + "نص" + "</div>" * 3000,
        "<table><tr><td>" * 400 + "نص قصير",
        "<html><body>&#0;&#xD800;&#x110000;</body></html>",
    ],
)
def test_odd_pages_are_texts_or_refusals(page):
    """Whatever the markup, the outcome is a document or a reason."""
    try:
        outcome = type(extract(page).text).__name__
    except NotExtractedError as refusal:
        outcome = refusal.reason
    assert outcome in ("str", "empty", "no_main_text", "js_only")


def test_extraction_is_the_same_every_time():
    """Nothing that was read before changes what is read now."""
    pages = [design("Conseils", FRENCH) for design in DESIGNS]
    first = [extract(page).text for page in pages]
    again = [extract(page).text for page in reversed(pages)]
    assert first == again[::-1]
