"""Templates of the coast web: magazines, portals, an old school site, and six kinds of forum.

Each takes a page (see `coast_site.Doc`) and gives its markup, furniture and all.
"""

# ruff: noqa: E501 - markup is kept as it is served

from html import escape as E  # noqa: N812 - it stands in every line

FURNITURE = {
    "fra_Latn": {
        "menu": ["Accueil", "Ports", "Écoles", "Météo marine", "Annonces", "Qui sommes-nous ?"],
        "note": "Nous utilisons des traceurs pour améliorer votre expérience. Accepter ou refuser.",
        "foot": "Mentions légales – Politique de confidentialité – Plan du site – Nous écrire",
        "more": "Dans la même rubrique", "by": "Par", "desk": "La rédaction", "read": "Lire aussi",
        "news": "Recevez chaque matin l'essentiel de la côte dans votre boîte mail.",
    },
    "arb_Arab": {
        "menu": ["الرئيسية", "الموانئ", "المدارس", "أحوال البحر", "إعلانات", "من نحن"],
        "note": "نستعمل ملفات الارتباط لتحسين تجربتكم على الموقع. قبول أو رفض.",
        "foot": "شروط الاستعمال – سياسة الخصوصية – خريطة الموقع – راسلونا",
        "more": "في نفس الركن", "by": "بقلم", "desk": "هيئة التحرير", "read": "اقرأ أيضا",
        "news": "توصلوا كل صباح بأهم أخبار الساحل في بريدكم الإلكتروني.",
    },
    "zgh_Tfng": {
        "menu": ["ⴰⵙⵏⵓⴱⴳ", "ⵉⵏⵎⴰⵍⵏ", "ⵜⵉⵏⵎⵍⵉⵡⵉⵏ", "ⴰⵏⵣⵡⵉ", "ⵎⴰⵎⵏⴽ ⴷ ⵏⴰⵡⴹ"],
        "note": "ⴰⵔ ⵏⵙⵎⵔⴰⵙ ⵉⴼⴰⵢⵍⵓⵜⵏ ⵏ ⵓⵣⴷⴰⵢ.", "foot": "ⵉⵣⵔⴼⴰⵏ – ⵜⴰⴽⴰⵔⴹⴰ ⵏ ⵡⴰⵙⵉⵜ",
        "more": "ⴳ ⵓⴳⵣⵓⵎ ⴰⴷ", "by": "ⵙⵖⵓⵔ", "desk": "ⴰⵎⴰⵔⴰ", "read": "ⵖⵔ ⴰⵡⴷ",
        "news": "ⴰⵎⵥ ⵉⵏⵖⵎⵉⵙⵏ ⴽⵓ ⵜⵉⴼⴰⵡⵜ.",
    },
}  # fmt: skip


def words(doc):
    """The furniture in the page's own script."""
    family = {"ary_Arab": "arb_Arab", "ary_Latn": "fra_Latn"}.get(doc.language, doc.language)
    return FURNITURE[family]


def _menu(doc, item="<li><a href='/?m={0}'>{1}</a></li>"):
    return "".join(item.format(n, E(text)) for n, text in enumerate(words(doc)["menu"]))


def _others(doc, item):
    return "".join(
        item.format(
            url=E(other.path, quote=True), title=E(other.title), teaser=E(other.text[0][:50])
        )
        for other in doc.others
    )


def _paragraphs(doc, before="<p>", after="</p>"):
    return "".join(f"{before}{E(sentence)}{after}" for sentence in doc.text)


def magazine(doc):
    """BEM names, a lead apart, figures with captions, a paywall teaser, share icons."""
    lead, *rest = doc.text
    w = words(doc)
    body = "".join(
        f'<p class="story-text__paragraph">{E(sentence)}</p>'
        + (
            f'<figure class="story-media"><img src="/i.jpg" alt=""><figcaption>Photo : archives'
            f'</figcaption></figure><div class="story-inread"><strong>{w["read"]} :</strong> '
            f'<a href="/?x=1">{w["news"]}</a></div>'
            if number == 0
            else ""
        )
        for number, sentence in enumerate(rest)
    )
    return f"""<!DOCTYPE html><html lang="{doc.tongue}" dir="{doc.direction}"><head><meta charset="utf-8">
<title>{E(doc.title)} - Le Phare</title>{doc.head}</head><body class="tpl-story"><div class="tcf-modal"
role="alertdialog"><p>{w["note"]}</p></div><header class="masthead"><a href="/">Le Phare</a><nav>
<ul>{_menu(doc)}</ul></nav></header><nav aria-label="breadcrumb"><a href="/">{w["menu"][0]}</a> ›
<a href="/?m=1">{w["menu"][1]}</a></nav><main><div class="story"><h1 class="story-title">{E(doc.title)}</h1>
<p class="story-lead">{E(lead)}</p><div class="story-byline">{w["by"]} <a rel="author" href="/u/1">{w["desk"]}</a>
<time datetime="{doc.date}T07:30:00+01:00">{doc.date}</time></div><ul class="story-share"><li><a href="#f">
Facebook</a></li><li><a href="#w">WhatsApp</a></li></ul><div class="story-text">{body}</div>
<div class="story-newsletter"><p>{w["news"]}</p><input type="email"><button>OK</button></div></div>
<section class="story-more"><h2>{w["more"]}</h2>{_others(doc, '<article><a href="{url}">{title}</a><p>{teaser}…</p></article>')}
</section></main><footer class="colophon"><p>{w["foot"]}</p>{doc.foot}</footer></body></html>"""


def portal(doc):
    """A ministry: three languages, side menu before the text, numbers, accessibility bar."""
    w = words(doc)
    alternates = " ".join(
        f'<a hreflang="{tongue}" href="{E(path)}">{tongue}</a>' for tongue, path in doc.alternates
    )
    return f"""<!doctype html><html lang="{doc.tongue}" dir="{doc.direction}"><head><meta charset="utf-8">
<title>{E(doc.title)} | Portail</title>{doc.head}</head><body><div id="a11y">A- A A+ | {alternates}</div>
<table id="bandeau"><tr><td>المملكة المغربية</td><td>Royaume du Maroc</td><td>ⵜⴰⴳⵍⴷⵉⵜ ⵏ ⵍⵎⵖⵔⵉⴱ</td></tr></table>
<div id="gauche"><ul>{_menu(doc)}</ul><h5>{w["more"]}</h5><ul>{_others(doc, '<li><a href="{url}">{title}</a></li>')}</ul>
</div><div id="centre"><h3 class="titre">{E(doc.title)}</h3><span class="maj">{doc.date}</span>
<div class="texte">{_paragraphs(doc)}{doc.extra}</div></div><div id="droite"><b>Numéro vert</b> 080 000 00 00</div>
<div id="bas">{w["foot"]}{doc.foot}</div></body></html>"""


def school(doc):
    """Tag soup of 1999: frames of tables, fonts, breaks for paragraphs, no closing tags."""
    text = "<BR><BR>".join(E(sentence) for sentence in doc.text)
    return f"""<HTML><HEAD><TITLE>{E(doc.title)}</TITLE>{doc.head}</HEAD><BODY BGCOLOR=white
dir={doc.direction}><TABLE BORDER=0 WIDTH="100%"><TR><TD WIDTH=120 VALIGN=TOP><FONT SIZE=1>
{_menu(doc, "<A HREF='/?m={0}'>{1}</A><BR>")}</FONT><TD VALIGN=TOP><FONT FACE=Arial><CENTER><B>{E(doc.title)}</B>
</CENTER><BR>{text}<BR><HR><FONT SIZE=1>{words(doc)["foot"]}{doc.foot}</FONT></TABLE></BODY>"""


def notebook(doc):
    """A blog by utility classes only: nothing in the markup names its parts."""
    w = words(doc)
    return f"""<!doctype html><html lang="{doc.tongue}" dir="{doc.direction}"><head><meta charset="utf-8">
<title>{E(doc.title)}</title>{doc.head}</head><body class="bg-white"><div class="flex p-4"><a href="/">
Carnets du large</a><div class="flex gap-2">{_menu(doc, "<a class='px-2' href='/?m={0}'>{1}</a>")}</div></div>
<div class="mx-auto max-w-2xl"><h1 class="text-3xl">{E(doc.title)}</h1><p class="text-gray-500">{doc.date}</p>
<div class="mt-6 leading-7">{_paragraphs(doc, '<p class="mb-4">')}</div><hr><h3 class="text-xl">{w["more"]}</h3>
<div class="grid">{_others(doc, '<a class="block" href="{url}"><span>{title}</span></a>')}</div>
{doc.comments}</div><div class="text-xs">{w["foot"]} {doc.foot}</div></body></html>"""


def sections(doc):
    """HTML5 without a main element: header and footer in the article, details, lists."""
    w = words(doc)
    items = "".join(f"<li>{E(sentence)}</li>" for sentence in doc.text[2:])
    first = "".join(f"<p>{E(sentence)}</p>" for sentence in doc.text[:2])
    return f"""<!doctype html><html lang="{doc.tongue}" dir="{doc.direction}"><head><meta charset="utf-8">
<title>{E(doc.title)} :: Archipel</title>{doc.head}</head><body><header><h2><a href="/">Archipel</a></h2>
<menu>{_menu(doc)}</menu></header><article><header><h1>{E(doc.title)}</h1><p><small>{doc.date}</small></p>
</header><section>{first}<ul>{items}</ul></section><footer><p>{w["by"]} {w["desk"]}</p></footer></article>
<aside><h4>{w["more"]}</h4>{_others(doc, '<p><a href="{url}">{title}</a> {teaser}…</p>')}</aside>
<footer>{w["foot"]} {doc.foot}</footer></body></html>"""


# --- forums ----------------------------------------------------------------------------------


def mybb(doc):
    """MyBB: legacy post tables, quotes as blockquote with cite, a signature under a rule."""
    posts = "".join(
        f"""<table class="tborder tb-post" id="post_{900 + n}"><tbody><tr><td class="post_head">
<span class="largetext"><a href="member.php?action=profile&amp;uid={n}">{E(p.author)}</a></span> <span class="smalltext">
Pêcheur confirmé</span></td></tr><tr><td class="trow1"><div class="float_right smalltext"><a href="#pid{n}">#{n + 1}
</a></div><span class="post_date">{doc.date}, 0{n + 1}:12 PM</span><div class="post_body scaleimages" id="pid_{n}">
{f'<blockquote class="mycode_quote"><cite><span> ({doc.date})</span>{E(p.quoted.author)} a écrit :</cite>{E(p.quoted.text)}</blockquote>' if p.quoted else ""}
{E(p.text)}</div><div class="signature scaleimages">{E(p.signature)}</div></td></tr><tr><td class="post_buttons">
<a href="newreply.php">Répondre</a> <a href="report.php">Signaler</a></td></tr></tbody></table>"""
        for n, p in enumerate(doc.posts)
    )
    return _forum(doc, f'<div id="posts">{posts}</div>', "Moteur MyBB 1.8")


def flarum(doc):
    """Flarum without scripts: articles with a heading for the name."""
    posts = "".join(
        f"""<article class="PostStream-item"><div class="Post-header"><h3>{E(p.author)}</h3><ul><li><a href="/d/1/{n}">
<time datetime="{doc.date}T1{n}:00:00">{doc.date}</time></a></li></ul></div><div class="Post-body">
{f'<blockquote class="uncited"><div>{E(p.quoted.text)}</div></blockquote>' if p.quoted else ""}<p>{E(p.text)}</p></div></article>"""
        for n, p in enumerate(doc.posts)
    )
    return _forum(doc, f'<div class="PostStream">{posts}</div>', "Flarum")


def smf2(doc):
    """SMF 2: wrappers by turns, a poster column, quotes under a line of their own."""
    posts = "".join(
        f"""<div class="windowbg" id="msg{n}"><div class="post_wrapper"><div class="poster"><h4><a
href="index.php?action=profile;u={n}">{E(p.author)}</a></h4><ul class="user_info"><li class="membergroup">Membre</li>
<li class="postcount">Messages: {40 + n}</li></ul></div><div class="postarea"><div class="keyinfo"><div class="smalltext">
« Réponse #{n} le: {doc.date}, 1{n}:45:00 »</div></div><div class="post"><div class="inner">
{f'<div class="quoteheader">Citation de: {E(p.quoted.author)} le {doc.date}</div><blockquote class="bbc_standard_quote">{E(p.quoted.text)}</blockquote>' if p.quoted else ""}
{E(p.text)}</div></div></div><div class="moderatorbar"><a href="?report">Signaler au modérateur</a>
<div class="signature">{E(p.signature)}</div></div></div></div><hr class="post_separator">"""
        for n, p in enumerate(doc.posts)
    )
    return _forum(doc, f'<div id="forumposts">{posts}</div>', "SMF 2.0.19 | Simple Machines")


def invision(doc):
    """Invision 4: aside for the author, quotes with data attributes and a citation line."""
    posts = "".join(
        f"""<article id="elComment_{n}" class="cPost ipsBox ipsComment"><aside class="ipsComment_author cAuthorPane"><h3>
<strong><a href="/profile/{n}-x/">{E(p.author)}</a></strong></h3><ul><li>Members</li><li>{50 + n} messages</li></ul></aside>
<div class="ipsComment_content"><div class="ipsComment_meta"><a href="?c={n}"><time datetime="{doc.date}T09:0{n}:00Z">
{doc.date}</time></a></div><div data-role="commentContent" class="ipsType_richText">
{f'<blockquote class="ipsQuote"><div class="ipsQuote_citation">Il y a 2 heures, {E(p.quoted.author)} a dit :</div><div class="ipsQuote_contents"><p>{E(p.quoted.text)}</p></div></blockquote>' if p.quoted else ""}
<p>{E(p.text)}</p></div><ul class="ipsComment_controls"><li><a href="#r">Citer</a></li></ul></div></article>"""
        for n, p in enumerate(doc.posts)
    )
    return _forum(doc, f'<div id="elPostFeed">{posts}</div>', "Powered by Invision Community")


def pipermail(doc):
    """An archive of a list: one preformatted page, quotes by angle, a signature after two dashes."""
    posts = "".join(
        f"""<li class="msg"><b>{E(p.author)}</b> <i>{doc.date} 0{n + 1}:0{n}</i><pre>{"&gt; " + E(p.quoted.text) + chr(10) if p.quoted else ""}{E(p.text)}
{"-- " + chr(10) + E(p.signature) if p.signature else ""}</pre><a href="/reply/{n}">Répondre</a></li>"""
        for n, p in enumerate(doc.posts)
    )
    return _forum(doc, f"<ul>{posts}</ul>", "Archives de la liste – forum des pêcheurs")


def montada(doc):
    """An Arabic forum of rows by turns: head row with the name, row with the message."""
    posts = "".join(
        f"""<tr class="catbar"><td><a href="u{n}">{E(p.author)}</a></td><td>نشرت في: {doc.date} - 1{n}:20</td></tr>
<tr class="msgrow"><td width="150">عضو جديد<br>المشاركات: {12 + n}<br>تاريخ التسجيل: 2019</td><td>
{f'<table width="90%"><tr><td><b>{E(p.quoted.author)} كتب :</b></td></tr><tr><td class="quote">{E(p.quoted.text)}</td></tr></table>' if p.quoted else ""}
<div>{E(p.text)}</div><br>_________________<br>{E(p.signature)}</td></tr>"""
        for n, p in enumerate(doc.posts)
    )
    return _forum(doc, f'<table class="forumline" width="100%">{posts}</table>', "منتدى أهل البحر")


def _forum(doc, posts, engine):
    return f"""<!DOCTYPE html><html lang="{doc.tongue}" dir="{doc.direction}"><head><meta charset="utf-8">
<title>{E(doc.title)} - Forum du large</title>{doc.head}</head><body><div id="top"><a href="/">Forum du large</a>
<a href="/inscription">Inscription</a> <a href="/connexion">Connexion</a></div><div class="navbits"><a href="/">
Forum</a> » <a href="/?f=2">Discussions</a></div><h1>{E(doc.title)}</h1>{posts}<div class="pages">Page 1 sur 1</div>
<div class="similar"><h4>Sujets proches</h4><ul>{_others(doc, '<li><a href="{url}">{title}</a></li>')}</ul></div>
<div id="foot">{engine} {doc.foot}</div></body></html>"""
