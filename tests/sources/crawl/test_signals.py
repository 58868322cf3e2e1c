"""Opt-outs and licences as headers, host files and markup state them."""

import pytest

from corpusforge.sources.licence_names import RESERVED, licence_of
from corpusforge.sources.page import (
    attribution_of,
    decode_html,
    is_soft_404,
    markup_signals,
    needs_javascript,
    parse_html,
)
from corpusforge.sources.signals import (
    HostPolicy,
    binding,
    header_signals,
    parse_tdmrep,
    refuses_training,
)

LD = '<script type="application/ld+json">{}</script>'
ITEM = '<div itemscope itemtype="https://schema.org/{}"><a itemprop="license" href="{}">x</a></div>'
BY = "https://creativecommons.org/licenses/by/4.0/"


def _markup(text):
    return markup_signals(parse_html(text.encode(), "utf-8"), "corpusforge")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("X-Robots-Tag", "noai, noimageai", ["noai:header"]),
        ("x-robots-tag", "noindex", ["noindex:header"]),
        ("X-Robots-Tag", "none", ["noindex:header"]),
        ("X-Robots-Tag", "googlebot: noindex, nofollow", []),
        ("X-Robots-Tag", "corpusforge: noai", ["noai:header"]),
        ("X-Robots-Tag", "googlebot: noindex, corpusforge: noai", ["noai:header"]),
        ("X-Robots-Tag", "max-snippet: 20, noindex", ["noindex:header"]),
        ("X-Robots-Tag", "noimageai", []),
        ("X-Robots-Tag", "noarchive", ["noarchive:header"]),
        ("TDM-Reservation", "1", ["tdm-reservation:header"]),
        ("tdm-reservation", "0", ["tdm-granted:header"]),
        ("Content-Usage", "train-ai=n", ["content-usage:header"]),
        ("Content-Usage", "search=y, train-ai=n", ["content-usage:header"]),
        ("Content-Usage", "train-ai=y", []),
        ("Content-Signal", "ai-train=no, search=yes", ["content-signal:header"]),
        ("Content-Type", "text/html", []),
    ],
)
def test_headers_state_opt_outs(name, value, expected):
    """Each header by its own rules, and only what is said to us or to all."""
    assert header_signals([(name, value)], "corpusforge").opt_outs == expected


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<meta name="robots" content="noai">', ["noai:meta"]),
        ('<META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW">', ["noindex:meta"]),
        ('<meta name="googlebot" content="noindex">', []),
        ('<meta name="corpusforge" content="noindex">', ["noindex:meta"]),
        ('<meta name="tdm-reservation" content="1">', ["tdm-reservation:meta"]),
        ('<meta name="content-usage" content="train-ai=n">', ["content-usage:meta"]),
        ('<meta name="description" content="noai">', []),
    ],
)
def test_meta_elements_state_opt_outs(element, expected):
    """Names and values in any case; other agents' elements are not ours."""
    assert _markup(f"<html><head>{element}</head><body>نص</body></html>").opt_outs == expected


def test_nofollow_is_told_apart_from_noindex():
    """A page may be kept and its links not followed."""
    signals = _markup('<html><head><meta name=robots content="nofollow"></head></html>')
    assert signals.nofollow
    assert signals.opt_outs == []


@pytest.mark.parametrize(
    ("opt_outs", "bound"),
    [
        ([], []),
        (["noarchive:header"], []),
        (["noai:meta"], ["noai:meta"]),
        (["tdm-reservation:tdmrep.json"], ["tdm-reservation:tdmrep.json"]),
        (["tdm-reservation:tdmrep.json", "tdm-granted:header"], []),
        (["tdm-granted:tdmrep.json", "tdm-reservation:header"], ["tdm-reservation:header"]),
        (["tdm-granted:header", "tdm-reservation:meta"], ["tdm-reservation:meta"]),
        (["tdm-reservation:header", "tdm-granted:meta"], []),
        (["content-signal:robots.txt"], ["content-signal:robots.txt"]),
        (["content-signal:robots.txt", "tdm-granted:header"], []),
        (["content-signal:robots.txt", "tdm-granted:tdmrep.json"], ["content-signal:robots.txt"]),
        (["noai:header", "tdm-granted:header"], ["noai:header"]),
        (["disallow:ai.txt", "noindex:meta"], ["noindex:meta", "disallow:ai.txt"]),
    ],
)
def test_the_later_and_narrower_statement_binds(opt_outs, bound):
    """tdmrep.json, then header, then meta; a page's own grant outweighs its host's files only."""
    assert binding(opt_outs) == bound


def test_tdmrep_rules_match_paths():
    """The longest pattern answers; broken files have no rules."""
    rules = parse_tdmrep(
        b'[{"location":"/","tdm-reservation":0},{"location":"/interdit/*","tdm-reservation":1},'
        b'{"location":"*.pdf$","tdm-reservation":"1"},{"tdm-reservation":1}]'
    )
    policy = HostPolicy(tdmrep=rules)
    assert policy.opt_outs("http://a.ma/x", "corpusforge") == ["tdm-granted:tdmrep.json"]
    assert policy.opt_outs("http://a.ma/interdit/x", "corpusforge") == [
        "tdm-reservation:tdmrep.json"
    ]
    assert policy.opt_outs("http://a.ma/x.pdf", "corpusforge") == ["tdm-reservation:tdmrep.json"]
    for broken in (b"", b"{", b"[1, null]", b"\xff\xfe", b"[" * 10_000):
        assert parse_tdmrep(broken) == ()


def test_ai_txt_and_preferences_bind_paths():
    """ai.txt is read as robots.txt is; preferences by the longest path."""
    policy = HostPolicy(
        ai_txt="User-Agent: *\nDisallow: /interdit/\n",
        preferences=(
            ("content-usage", "/", "train-ai=n"),
            ("content-usage", "/libre", "train-ai=y"),
        ),
    )
    assert policy.opt_outs("http://a.ma/interdit/1", "corpusforge") == [
        "disallow:ai.txt",
        "content-usage:robots.txt",
    ]
    assert policy.opt_outs("http://a.ma/libre/1", "corpusforge") == []


def test_a_policy_survives_its_json_form():
    """What a snapshot keeps of a host gives the same policy back."""
    facts = {
        "tdmrep": [["/x", True]],
        "ai_txt": "User-agent: *",
        "preferences": [["content-signal", "/", "ai-train=no"]],
    }
    assert HostPolicy.of(facts) == HostPolicy(
        (("/x", True),), "User-agent: *", (("content-signal", "/", "ai-train=no"),)
    )


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ("train-ai=n", True),
        ("train-ai=y, search=n", False),
        ("bots=n", True),
        ("ai-train=no;search=yes", True),
        ("ai-input=no", False),
        ("", False),
    ],
)
def test_only_words_about_training_count(value, refused):
    """Search and answers at run time are other uses."""
    assert refuses_training(value) is refused


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (BY, "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/ma/", "CC-BY-NC-SA-3.0"),
        ("//creativecommons.org/licenses/by-nd/2.5", "CC-BY-ND-2.5"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.fr", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC BY", "CC-BY-4.0"),
        ("CC0", "CC0-1.0"),
        ("https://www.etalab.gouv.fr/licence-ouverte-open-licence/", "etalab-2.0"),
        ("Licence Ouverte 2.0", "etalab-2.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("https://spdx.org/licenses/CC-BY-4.0.html", "CC-BY-4.0"),
        (
            "Creative Commons Attribution - Pas d’Utilisation Commerciale 4.0 International",
            "CC-BY-NC-4.0",
        ),
        ("Creative Commons Paternité - Partage dans les mêmes conditions 3.0", "CC-BY-SA-3.0"),
        ("رخصة المشاع الإبداعي نسب المصنف - غير تجاري 4.0", "CC-BY-NC-4.0"),
        ("رخصة المشاع الإبداعي: نَسب المُصنَّف 4.0", None),
        ("/mentions-legales", None),
        ("", None),
        ("BY bus 4.0", None),
        ("tous droits réservés", None),
    ],
)  # fmt: skip
def test_licences_are_known_by_address_id_and_name(value, expected):
    """In the forms that pages use, in the languages they use."""
    assert licence_of(value) == expected


@pytest.mark.parametrize(
    "words",
    [
        "© 2026 Tous droits réservés",
        "All rights reserved.",
        "جميع الحقوق محفوظة",
        "Reproduction interdite sans autorisation",
    ],
)
def test_words_that_reserve_all_rights_are_known(words):
    """French, English, Arabic."""
    assert RESERVED.search(words)


@pytest.mark.parametrize(
    ("markup", "kind", "licence"),
    [
        (f'<link rel="license" href="{BY}">', "link", "CC-BY-4.0"),
        (f'<p>رخصة <a rel="license noopener" href="{BY}">CC</a></p>', "a", "CC-BY-4.0"),
        (f'<meta name="dcterms.license" content="{BY}">', "meta dcterms.license", "CC-BY-4.0"),
        ('<meta name="dc.rights" content="CC0">', "meta dc.rights", "CC0-1.0"),
        (
            LD.format(f'{{"@type":"NewsArticle","license":"{BY}"}}'),
            "json-ld",
            "CC-BY-4.0",
        ),
        (
            LD.format(f'{{"@graph":[{{"@type":"WebPage","license":{{"url":"{BY}"}}}}]}}'),
            "json-ld",
            "CC-BY-4.0",
        ),
        (
            ITEM.format("Article", BY),
            "microdata",
            "CC-BY-4.0",
        ),
        (f'<span property="dct:license" content="{BY}">x</span>', "rdfa", "CC-BY-4.0"),
        ("<footer>Contenu sous licence CC BY-SA 4.0</footer>", "text", "CC-BY-SA-4.0"),
        (f'<footer><a href="{BY}"><img alt=""></a></footer>', "anchor", "CC-BY-4.0"),
        (
            f'<article class="post has-comments comment-open"><a rel=license href="{BY}">x</a>',
            "a",
            "CC-BY-4.0",
        ),
        ('<p class="copyright">رخصة المشاع الإبداعي نسب 4.0</p>', "text", "CC-BY-4.0"),
        ('<a rel="license" href="/mentions">Conditions</a>', "a", None),
    ],
)
def test_a_page_states_its_licence_in_many_ways(markup, kind, licence):
    """Each way with its evidence."""
    found = _markup(f"<html><body>{markup}</body></html>").licences
    assert [(statement.kind, statement.license) for statement in found] == [(kind, licence)]


@pytest.mark.parametrize(
    "markup",
    [
        f'<figure><figcaption>Photo <a rel="license" href="{BY}">CC</a></figcaption></figure>',
        LD.format(f'{{"@type":"ImageObject","license":"{BY}"}}'),
        ITEM.format("ImageObject", BY),
        f"<p>{'Un long texte sur les licences Creative Commons CC BY 4.0. ' * 10}</p>",
        '<script type="application/ld+json">{broken</script>',
        f'<p>Lisez <a href="{BY}">cette page</a>.</p>',
        f'<p>Sous licence <a href="{BY}">CC BY</a> : la photo du vaccin.</p>',
        "<article><p>Le manuel est sous licence CC BY 4.0.</p></article>",
        f'<blockquote>Texte de <a rel="license" href="{BY}">X</a></blockquote>',
        f'<div class="comments"><a rel="license" href="{BY}">mon blog</a></div>',
        "<ol id=comment-list class=x><li>Tous droits réservés ;-)</li></ol>",
    ],
)
def test_the_licence_of_a_picture_or_in_prose_is_not_the_page_s(markup):
    """Only what is said of the page itself counts."""
    assert _markup(f"<html><body>{markup}</body></html>").licences == []


@pytest.mark.parametrize(
    "markup",
    [
        f'<link rel="DCTERMS.license" href="{BY}">',
        f'<span rel="cc:license" resource="{BY}">الرخصة</span>',
        f'<link property="http://schema.org/license" href="{BY}">',
        LD.format(f'{{"@type":"Article","license":"{BY}",}}'),
        LD.format(f'/*<![CDATA[*/{{"@type":"Article","license":"{BY}"}}/*]]>*/'),
        LD.format(f'<!-- {{"@type":"Article","headline":"ⴰⵎⴰⵏ\n","license":"{BY}"}} -->'),
        LD.format(f'{{"@type":"Article","schema:license":{{"@id":"{BY}"}}}}'),
        LD.replace("ld+json", "ld+json; charset=utf-8").format(
            f'{{"@type":"Article","license":"{BY}"}}'
        ),
    ],
)
def test_marks_for_machines_are_read_as_pages_write_them(markup):
    """In comments, with commas and line breaks too many, prefixed, with a charset."""
    found = _markup(f"<html><body>{markup}</body></html>").licences
    assert [statement.license for statement in found] == ["CC-BY-4.0"]


RUNNING = "<p>هذا نص طويل بما يكفي ليكون من صلب المقال لا من حواشيه، سطر بعد سطر.</p>"


@pytest.mark.parametrize(
    ("before", "after", "licence"),
    [
        ("", f'<div id=x><a href="{BY}"><img alt="Licence" src=cc.png></a></div>', "CC-BY-4.0"),
        ("", "<div>Sauf mention contraire, sous licence CC BY-SA 4.0</div>", "CC-BY-SA-4.0"),
        ("", "<div>هذا المحتوى منشور برخصة المشاع الإبداعي نسب 4.0</div>", "CC-BY-4.0"),
        ("", "<p>ⴰⴹⵕⵉⵚ ⴰⴷ ⵙ ⵜⵓⵔⴰⴳⵜ CC BY 4.0</p>", "CC-BY-4.0"),
        ("<p>Article sous licence Creative Commons BY 4.0</p>", "", "CC-BY-4.0"),
        ("", f'<div id="bas"><a href="{BY}">conditions</a></div>', "CC-BY-4.0"),
        ("", "<div>Le manuel dont il parle est sous licence CC BY 4.0</div>", None),
        ("", "<div>Photos sous licence CC BY 4.0</div>", None),
        ("", f'<p>Lisez <a href="{BY}">ce résumé</a></p>', None),
        ("", "<div>Propulsé par un thème sous licence MIT</div>", None),
        ("", f'<div>Photo : <a href="{BY}">CC BY</a></div>', None),
        (f'<a href="{BY}"><img alt="cc"></a>', "", None),
        ("", f"<p>Ce texte est sous licence CC BY 4.0.</p>{RUNNING}", None),
    ],
)
def test_notices_without_a_name_count_over_and_under_the_text(before, after, licence):
    """Badges under the text, and lines over or under it that speak of this page."""
    page = f"<html><body><h1>T</h1>{before}{RUNNING * 2}{after}</body></html>"
    found = _markup(page).licences
    assert [statement.license for statement in found] == ([licence] if licence else [])


def test_a_reservation_in_the_footer_is_a_statement():
    """It is kept with its words."""
    found = _markup("<html><body><p>نص</p><footer>© Tous droits réservés</footer></body></html>")
    assert [(s.kind, s.value) for s in found.licences] == [("reserved", "© Tous droits réservés")]


def test_a_link_header_states_licence_and_canonical():
    """RFC 8288, several links in one header."""
    value = f'<{BY}>; rel="license", </a>; rel=canonical, </b>; rel="next"'
    signals = header_signals([("Link", value)], "corpusforge")
    assert [s.license for s in signals.licences] == ["CC-BY-4.0"]
    assert signals.canonical == "/a"


@pytest.mark.parametrize(
    ("payload", "charset"),
    [
        ("الصحة".encode(), "windows-1252"),
        ("الصحة".encode("windows-1256"), None),
        ("الصحة".encode("iso-8859-6"), "iso-8859-6"),
        ("\ufeffالصحة".encode(), None),
        ("الصحة".encode("utf-16"), None),
        ("<p>الصحة".encode("utf-16-le"), "utf-16-le"),
        (b"<meta charset=windows-1256>" + "الصحة".encode("windows-1256"), "utf-8"),
    ],
)
def test_markup_is_decoded_whatever_is_declared(payload, charset):
    """UTF-8 by its form, then marks, header, meta."""
    assert "الصحة" in decode_html(payload, charset)


SPA = (
    "<html><body><noscript>Activez JavaScript.</noscript><div id=root></div>"
    "<script>render({})</script>{}</body></html>"
)


def test_an_empty_frame_for_scripts_is_recognised():
    """No visible text, a container, a script."""
    text = "ⵜⴰⴷⵓⵙⵉ نص طويل من الكلام " * 20
    assert needs_javascript(parse_html(SPA.format("[]", "").encode(), None))
    assert not needs_javascript(parse_html(SPA.format("[]", f"<p>{text}</p>").encode(), None))
    assert not needs_javascript(parse_html(b"<html><body><p>Court.</p></body></html>", None))


def test_a_frame_whose_json_ld_holds_the_text_is_not_lost():
    """The article's body stands in the page after all."""
    body = '<script type="application/ld+json">{"articleBody":"%s"}</script>' % ("كلام " * 40)
    assert not needs_javascript(parse_html(SPA.format("[]", body).encode(), None))


@pytest.mark.parametrize(
    ("title", "missing"),
    [
        ("Page introuvable", True),
        ("404 Not Found", True),
        ("Erreur 404", True),
        ("الصفحة غير موجودة", True),
        ("Grippe : 404 cas à Rabat", False),
        ("robots 404", False),
        ("الصحة", False),
    ],
)
def test_error_pages_sent_as_pages_are_recognised(title, missing):
    """By title or heading, and only where there is little text."""
    page = f"<html><head><title>{title}</title></head><body><p>Court.</p></body></html>"
    assert is_soft_404(parse_html(page.encode(), None)) is missing
    menu = '<a href="/">Une rubrique du menu de ce grand site</a> ' * 40
    assert is_soft_404(parse_html(page.replace("<p>", f"{menu}<p>").encode(), None)) is missing
    long = page.replace("Court.", "Un texte qui continue longtemps. " * 40)
    assert not is_soft_404(parse_html(long.encode(), None))


def test_attribution_names_author_and_site():
    """What a licence asks to be named."""
    tree = parse_html(
        b'<html><head><script type="application/ld+json">{"author":{"name":"A. Alami"}}</script>'
        b'<meta property="og:site_name" content="Sihha"></head></html>',
        None,
    )
    assert attribution_of(tree, "http://a.ma/x") == "A. Alami, Sihha"
    assert attribution_of(parse_html(b"<p>x", None), "http://a.ma/x") == "a.ma"
