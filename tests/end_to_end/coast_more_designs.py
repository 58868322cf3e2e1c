"""More templates for the pages of the coast web: seventeen for articles, ten for discussions."""

# ruff: noqa: E501 - markup is kept as it is served

from __future__ import annotations

from dataclasses import replace
from html import escape as E  # noqa: N812 - it stands in every line

from coast_designs import _menu, _others, words
from coast_texts import sentences


def P(d, b="<p>", a="</p>"):  # noqa: N802 - as E
    """The text, a sentence a paragraph."""
    return "".join(f"{b}{E(s)}{a}" for s in d.text)


def H(d):  # noqa: N802 - as E
    """The head of a page."""
    return f'<!doctype html><html lang="{d.tongue}" dir="{d.direction}"><head><meta charset="utf-8"><title>{E(d.title)} | Site</title></head>'


def webforms(d):
    """The whole page is one form."""
    return (
        H(d)
        + f'<body><form id="aspnetForm" method="post"><input type=hidden name=__VIEWSTATE value="{"A" * 3000}"><div id="ctl00_header">{_menu(d)}</div><div id="ctl00_cph"><span id="ctl00_lblTitre">{E(d.title)}</span><div id="ctl00_cph_body">{P(d)}</div></div><div id="ctl00_pied">{words(d)["foot"]}</div></form></body></html>'
    )


def divs(d):
    """Every paragraph is a div with a name that says nothing."""
    return (
        H(d)
        + f"<body><div class=a><ul>{_menu(d)}</ul></div><div class=b><h1>{E(d.title)}</h1>{P(d, '<div class=c>', '</div>')}</div><div class=d>{_others(d, '<div><a href={url}>{title}</a></div>')}</div><div class=e>{words(d)['foot']}</div></body></html>"
    )


def spans(d):
    """Paragraphs are spans that a style makes blocks."""
    return (
        H(d)
        + f"<body><div class=top>{_menu(d, '<a href=?{0}>{1}</a> ')}</div><h1>{E(d.title)}</h1><div>{P(d, '<span style=display:block>', '</span>')}</div><p>{words(d)['foot']}</p></body></html>"
    )


def interview(d):
    """Every other paragraph is bold."""
    return (
        H(d)
        + f"<body><nav>{_menu(d)}</nav><article><h1>{E(d.title)}</h1>"
        + "".join(
            f"<p>{'<strong>' + E(s) + '</strong>' if i % 2 == 0 else E(s)}</p>"
            for i, s in enumerate(d.text)
        )
        + f"</article><footer>{words(d)['foot']}</footer></body></html>"
    )


def live(d):
    """Entries of a live report, each under its hour."""
    return (
        H(d)
        + f'<body><header><nav>{_menu(d)}</nav></header><main><h1>{E(d.title)}</h1><ol class="liveblog">'
        + "".join(
            f'<li class="liveblog-entry"><time datetime="2026-05-04T1{i}:00">1{i}:00</time><p>{E(s)}</p></li>'
            for i, s in enumerate(d.text)
        )
        + f"</ol></main><footer>{words(d)['foot']}</footer></body></html>"
    )


def sidefirst(d):
    """A side column of cards, longer than the text, before it."""
    w = words(d)
    teas = "".join(
        f'<div class="item"><h4><a href="/o{i}">{E(s[:40])}</a></h4><p>{E(s)}</p></div>'
        for i, s in enumerate(sentences(d.language, 9000 + len(d.path), 6))
    )
    return (
        H(d)
        + f'<body><div id="wrap"><div class="col col-1"><h3>{w["more"]}</h3>{teas}</div><div class="col col-2"><h1>{E(d.title)}</h1>{P(d)}</div></div><div>{w["foot"]}</div></body></html>'
    )


def justify(d):
    """Tables, fonts and justified paragraphs of 2003."""
    return f"<html><head><title>{E(d.title)}</title></head><body><center><table width=780><tr><td colspan=3><img src=b.gif></td></tr><tr><td width=150 bgcolor=#eee>{_menu(d, '<p><a href=?{0}>{1}</a></p>')}</td><td><p align=center><font size=5>{E(d.title)}</font></p>{P(d, '<p align=justify><font face=Arial>', '</font></p>')}</td><td width=150><p><b>{words(d)['more']}</b></p>{_others(d, '<p><a href={url}>{title}</a></p>')}</td></tr><tr><td colspan=3 align=center><font size=1>{words(d)['foot']}</font></td></tr></table></center></body></html>"


def short(d):
    """Two sentences in a page full of furniture."""
    d = replace(d, text=d.text[:2])
    w = words(d)
    return (
        H(d)
        + f'<body class="home has-sidebar"><div class="cookie">{w["note"]}</div><header>{_menu(d)}</header><div class="content-area"><article class="post"><h1 class="entry-title">{E(d.title)}</h1><div class="entry-content">{P(d)}</div></article></div><aside>{_others(d, "<p><a href={url}>{title}</a><br>{teaser}…</p>")}<p>{w["news"]}</p></aside><footer>{w["foot"]}</footer></body></html>'
    )


def shop(d):
    """Goods with a description, a review and others like them."""
    w = words(d)
    return (
        H(d)
        + f'<body><nav>{_menu(d)}</nav><div class="product"><h1>{E(d.title)}</h1><p class="price"><span>120</span> DH</p><form class="cart"><button>Ajouter</button></form><div class="woocommerce-tabs"><ul class="tabs"><li><a href="#d">Description</a></li><li><a href="#r">Avis (2)</a></li></ul><div class="panel" id="tab-description"><h2>Description</h2>{P(d)}</div><div class="panel" id="tab-reviews"><div id="reviews"><ol class="commentlist"><li class="review"><p class="meta"><strong>Ali</strong></p><p>Très bon produit, je recommande.</p></li></ol></div></div></div><section class="related products"><h2>Produits similaires</h2><ul>{_others(d, "<li><a href={url}><h3>{title}</h3><span>90 DH</span></a></li>")}</ul></section></div><footer>{w["foot"]}</footer></body></html>'
    )


def faq(d):
    """Questions that open."""
    return (
        H(d)
        + f"<body><header>{_menu(d)}</header><section><h1>{E(d.title)}</h1>"
        + "".join(
            f"<details><summary>{E(s)}</summary><div><p>{E(t)}</p></div></details>"
            for s, t in zip(d.text[::2], d.text[1::2], strict=False)
        )
        + f"</section><footer>{words(d)['foot']}</footer></body></html>"
    )


def verses(d):
    """Lines in one paragraph."""
    return (
        H(d)
        + f'<body><div id=menu>{_menu(d)}</div><div class="poem"><h2>{E(d.title)}</h2><p>{"<br/>".join(E(s) for s in d.text)}</p></div><div id=footer>{words(d)["foot"]}</div></body></html>'
    )


def wikiinfo(d):
    """A box of facts, references and a navigation box."""
    return (
        H(d)
        + f'<body><div id=content><h1>{E(d.title)}</h1><table class="infobox"><tr><th>Pays</th><td>Maroc</td></tr><tr><th>Port</th><td>Safi</td></tr></table>{P(d)}<h2>Notes et références</h2><ol class="references"><li>↑ Le Matin, 2019</li></ol><div class="navbox"><a href=1>a</a> <a href=2>b</a></div></div><div id="mw-panel">{_menu(d)}</div><div id=footer>{words(d)["foot"]}</div></body></html>'
    )


def gov(d):
    """Fields of Drupal 7 by regions, a file to load."""
    w = words(d)
    return (
        H(d)
        + f'<body><div class="region region-header"><div class="block">{_menu(d)}</div></div><div class="region region-content"><div class="field field-name-title"><h2>{E(d.title)}</h2></div><div class="field field-name-body field-type-text-with-summary"><div class="field-items"><div class="field-item even">{P(d)}</div></div></div><div class="field field-name-field-fichier"><a href="/f.pdf">Télécharger (PDF, 2 Mo)</a></div><div class="node-links"><a href="/print/1">Imprimer</a></div></div><div class="region region-footer">{w["foot"]}</div></body></html>'
    )


def labels(d):
    """The text stands under names of furniture."""
    # text under unlucky class names
    return (
        H(d)
        + f'<body><div class="top-banner">{_menu(d)}</div><div class="sidebar-layout"><div class="main-widget"><h1>{E(d.title)}</h1><div class="widget-content">{P(d)}</div></div></div><div class="foot">{words(d)["foot"]}</div></body></html>'
    )


def amp(d):
    """A page for phones, with elements of its own."""
    return (
        H(d)
        + f'<body><amp-sidebar id="s" layout="nodisplay"><ul>{_menu(d)}</ul></amp-sidebar><amp-consent><div>{words(d)["note"]}</div></amp-consent><article><h1>{E(d.title)}</h1><amp-img src=x></amp-img>{P(d)}<amp-social-share type=x></amp-social-share></article><amp-ad>Publicité</amp-ad></body></html>'
    )


def captions(d):
    """A picture with a caption after every paragraph."""
    return (
        H(d)
        + f"<body><nav>{_menu(d)}</nav><main><h1>{E(d.title)}</h1>"
        + "".join(
            f'<p>{E(s)}</p><div class="wp-caption"><img src=x><p class="wp-caption-text">Légende de la photo {i}</p></div>'
            for i, s in enumerate(d.text)
        )
        + f"</main><footer>{words(d)['foot']}</footer></body></html>"
    )


def steps(d):
    """A list of steps, each with a label."""
    return (
        H(d)
        + f"<body><nav>{_menu(d)}</nav><main><h1>{E(d.title)}</h1><p>{E(d.text[0])}</p><ol>"
        + "".join(f"<li><b>Étape</b> <span>{E(s)}</span></li>" for s in d.text[1:])
        + f"</ol></main><footer>{words(d)['foot']}</footer></body></html>"
    )


def pp(d, post):
    """Every post, put out by `post`."""
    return "".join(post(number, one) for number, one in enumerate(d.posts))


def FH(d, body, foot=""):  # noqa: N802 - as E
    """The frame of a forum."""
    return (
        H(d)
        + f"<body><div class=nav>{_menu(d)}</div><h1>{E(d.title)}</h1>{body}<div class=foot>{foot} {words(d)['foot']}</div></body></html>"
    )


def bbpress(d):
    """A head and a reply in each item, replies short."""
    return FH(
        d,
        '<ul class="forums bbp-replies">'
        + pp(
            d,
            lambda i, p: (
                f'<li><div class="bbp-reply-header"><span class="bbp-reply-post-date">{d.date} à 1{i}h20</span><a class="bbp-reply-permalink" href="#{i}">#{i}</a></div><div class="topic reply hentry"><div class="bbp-reply-author"><a class="bbp-author-link" href="/participants/{i}">{E(p.author)}</a><div class="bbp-author-role">Participant</div></div><div class="bbp-reply-content">'
                + (f"<blockquote>{E(p.quoted.text)}</blockquote>" if p.quoted else "")
                + f"<p>{E(p.text)}</p></div></div></li>"
            ),
        )
        + "</ul>",
        "bbPress",
    )


def qa(d):
    """Votes, a question, answers."""
    q = d.posts[0]
    return FH(
        d,
        f'<div class="question"><div class="vote"><button>▲</button><span>3</span><button>▼</button></div><div class="post-text"><p>{E(q.text)}</p></div><div class="post-menu"><a href=#>partager</a> <a href=#>signaler</a></div><div class="user-info">demandé le {d.date} par <a href="/users/1">{E(q.author)}</a></div></div><h2>{len(d.posts) - 1} réponses</h2><div id="answers">'
        + "".join(
            f'<div class="answer"><div class="vote"><button>▲</button><span>{i}</span><button>▼</button></div><div class="post-text"><p>{E(p.text)}</p></div><div class="post-menu"><a href=#>partager</a> <a href=#>signaler</a></div><div class="user-info">répondu le {d.date} par <a href="/users/{i}">{E(p.author)}</a></div></div>'
            for i, p in enumerate(d.posts[1:])
        )
        + "</div>",
        "Q&A",
    )


def facebookish(d):
    """Comments as a thread, without any name for their authors."""
    return FH(
        d,
        '<div class="thread">'
        + pp(
            d,
            lambda _, p: (
                f'<div class="cmt"><img class="av" src=x><div><b>{E(p.author)}</b><p>{E(p.text)}</p><small>{d.date} · J\'aime · Répondre</small></div></div>'
            ),
        )
        + "</div>",
    )


def nodebb(d):
    """Items with attributes, a signature after the buttons."""
    return FH(
        d,
        '<ul component="topic" class="posts">'
        + pp(
            d,
            lambda i, p: (
                f'<li component="post" class="pt-4" data-pid="{i}"><meta itemprop="datePublished" content="{d.date}"><a href="/user/{E(p.author)}"><span class="avatar">R</span></a><div class="post-header"><a href="/user/{E(p.author)}">{E(p.author)}</a> <a class="permalink" href="/post/{i}"><span class="timeago" title="{d.date}T10:00">{d.date}</span></a></div><div class="content" component="post/content">'
                + (
                    f'<blockquote><p><a href="/user/x">@{E(p.quoted.author)}</a> a dit :</p><p>{E(p.quoted.text)}</p></blockquote>'
                    if p.quoted
                    else ""
                )
                + f'<p>{E(p.text)}</p></div><div class="post-footer"><a href="#">Répondre</a> <a href="#">Citer</a> 0</div>'
                + (f'<div component="post/signature" class="post-signature">{E(p.signature)}</div>')
                + "</li>"
            ),
        )
        + "</ul>",
        "Powered by NodeBB",
    )


def fluxbb(d):
    """Odd and even rows, dates as linked headings."""
    return FH(
        d,
        pp(
            d,
            lambda i, p: (
                f'<div id="p{i}" class="blockpost row{"odd" if i % 2 else "even"}"><h2><span><span class="conr">#{i + 1}</span> <a href="viewtopic.php?pid={i}">{d.date} 10:0{i}</a></span></h2><div class="box"><div class="inbox"><div class="postbody"><div class="postleft"><dl><dt><strong><a href="profile.php?id={i}">{E(p.author)}</a></strong></dt><dd class="usertitle">Membre</dd><dd>Inscrit : 2011</dd><dd>Messages : {i + 7}</dd></dl></div><div class="postright"><h3>Re : {E(d.title)}</h3><div class="postmsg">'
                + (
                    f'<div class="quotebox"><cite>{E(p.quoted.author)} a écrit :</cite><blockquote><div><p>{E(p.quoted.text)}</p></div></blockquote></div>'
                    if p.quoted
                    else ""
                )
                + f'<p>{E(p.text)}</p></div><div class="postsignature postmsg"><hr><p>{E(p.signature)}</p></div></div></div></div><div class="inbox"><div class="postfoot clearb"><ul><li><a href="misc.php?report">Signaler</a></li><li><a href="post.php">Répondre</a></li></ul></div></div></div></div>'
            ),
        ),
        "Propulsé par FluxBB",
    )


def plain(d):
    """Paragraphs between rules, quotes in italics."""
    return FH(
        d,
        "<hr>".join(
            f"<p><b>{E(p.author)}</b> ({d.date} 1{i}:00)<br>"
            + (
                f"<i>{E(p.quoted.author)} a écrit : « {E(p.quoted.text)} »</i><br>"
                if p.quoted
                else ""
            )
            + f"{E(p.text)}</p>"
            for i, p in enumerate(d.posts)
        ),
        "forum",
    )


def grid(d):
    """A table of rows: name cell, text cell, names that are no words."""
    return FH(
        d,
        '<table class="topic" cellspacing=0>'
        + "".join(
            f'<tr><td class="auth"><b>{E(p.author)}</b><br>Fellah<br>{12 + i} msgs</td><td class="txt"><span class="dt">{d.date} 0{i}:15</span><br>'
            + (
                f'<div class="cit">{E(p.quoted.author)} : {E(p.quoted.text)}</div>'
                if p.quoted
                else ""
            )
            + f"{E(p.text)}<br><br>--<br>{E(p.signature)}</td></tr>"
            for i, p in enumerate(d.posts)
        )
        + "</table>",
        "Forum maison",
    )


def reddit(d):
    """Comments in forms, points, plain tools."""
    return FH(
        d,
        '<div class="commentarea"><div class="sitetable">'
        + pp(
            d,
            lambda i, p: (
                f'<div class="thing comment"><div class="entry"><p class="tagline"><a href="/user/{i}" class="author">{E(p.author)}</a> <span class="score">{i} points</span> <time datetime="{d.date}">il y a {i + 1} jours</time></p><form><div class="usertext-body"><div class="md"><p>{E(p.text)}</p></div></div></form><ul class="flat-list buttons"><li><a href=#>permalien</a></li><li><a href=#>répondre</a></li></ul></div></div>'
            ),
        )
        + "</div></div>",
    )


def boxes(d):
    """Boxes with names that are no words, Arabic labels, a signature without a rule."""
    return FH(
        d,
        pp(
            d,
            lambda i, p: (
                f'<div class="msg-box" data-id="{i}"><div class="u"><span class="nick">{E(p.author)}</span><span class="lvl">مستوى {i}</span></div><div class="m"><div class="when">منذ {i + 1} ساعات</div>'
                + (
                    f'<div class="reply-to"><span>{E(p.quoted.author)} كتب:</span><p>{E(p.quoted.text)}</p></div>'
                    if p.quoted
                    else ""
                )
                + f'<div class="t">{E(p.text)}</div><div class="s">{E(p.signature)}</div></div><div class="act"><a href=#>رد</a><a href=#>أعجبني ({i})</a><a href=#>تبليغ</a></div></div>'
            ),
        ),
    )


def mails(d):
    """An archive of mail: fields in a table over each message, quotes by angle."""
    return FH(
        d,
        pp(
            d,
            lambda i, p: (
                f'<div class="mail"><table class="hdr"><tr><td>De :</td><td>{E(p.author)}</td></tr><tr><td>Date :</td><td>{d.date} 0{i}:00</td></tr><tr><td>Sujet :</td><td>Re: {E(d.title)}</td></tr></table><div class="body">'
                + (
                    f"Le {d.date}, {E(p.quoted.author)} a écrit :<br>&gt; {E(p.quoted.text)}<br><br>"
                    if p.quoted
                    else ""
                )
                + f"{E(p.text)}<br><br>-- <br>{E(p.signature)}</div></div>"
            ),
        ),
        "Liste de diffusion forum",
    )


def gold(design, d):
    """What a reader would copy from a page in this design."""
    if design is faq:
        pairs = zip(d.text[::2], d.text[1::2], strict=False)
        return "\n".join(line for pair in pairs for line in pair)
    if design is steps:
        return "\n".join((d.text[0], *(f"Étape {line}" for line in d.text[1:])))
    if design is short:
        return "\n".join(d.text[:2])
    return d.gold


ARTICLES = (
    webforms,
    divs,
    spans,
    interview,
    live,
    sidefirst,
    justify,
    short,
    shop,
    faq,
    verses,
    wikiinfo,
    gov,
    labels,
    amp,
    captions,
    steps,
)
FORUMS = (boxes, mails, bbpress, qa, facebookish, nodebb, fluxbb, plain, grid, reddit)
