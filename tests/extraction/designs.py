"""Pages in the markup of common site software, around texts written for the tests.

Each design is a function (title, blocks) -> HTML; blocks are paragraphs, ("h2", text), ("ul",
[items]), ("ol", [items]) or ("table", [rows]). Forum designs take (title, posts), a post being a
`Post`. The markup follows what WordPress, Drupal, SPIP, Joomla, Blogger, phpBB, vBulletin, SMF,
XenForo, Discourse … put out; no two designs share their class names, so that what works on all of
them is not a list of names.
"""

# ruff: noqa: E501, ISC004 - markup is kept as site software writes it

from __future__ import annotations

from dataclasses import dataclass
from html import escape

FRENCH = [
    "La vaccination des nourrissons est gratuite dans tous les centres de santé du pays, et aucun "
    "rendez-vous n'est nécessaire le matin.",
    "Présentez le carnet de santé de l'enfant à chaque visite. Si le carnet est perdu, "
    "l'infirmière en établira un nouveau à partir du registre.",
    "Après l'injection, une rougeur ou une légère fièvre peut apparaître pendant un ou deux jours. "
    "Donnez à boire souvent et découvrez l'enfant.",
    "Consultez sans attendre si la fièvre dépasse trois jours, si l'enfant refuse de téter ou s'il "
    "devient très somnolent.",
]
ARABIC = [
    "ينصح الأطباء بشرب الماء بانتظام خلال فصل الصيف، وخاصة بالنسبة للأطفال وكبار السن الذين لا "
    "يشعرون بالعطش دائماً.",
    "تفتح المراكز الصحية أبوابها من الثامنة والنصف صباحاً، ويمكن للأمهات الحضور دون موعد مسبق لتلقيح "
    "الرضع.",
    "إذا ظهر طفح جلدي أو ارتفعت الحرارة أكثر من ثلاثة أيام فيجب عرض المريض على الطبيب في أقرب وقت.",
]
DARIJA = [
    "إلا كان الدري فيه السخانة، عطيه يشرب الما بزاف وحيد ليه الحوايج الثقال، وما تعطيهش الدوا بلا "
    "ما تسول الطبيب.",
    "السبيطار ديال القرب كيحل مع الثمنية ونص، والتلقيح ديال الدراري فابور وما محتاجش تاخد موعد.",
    "اللي عندو السكر خاصو يقلب رجليه كل نهار، وإلا شاف شي جرحة ولا حمورة يمشي عند الفرملي.",
]
TAMAZIGHT = [
    "ⴰⵙⴳⵏⴰⴼ ⵏ ⵉⵎⵥⵥⵢⴰⵏⵏ ⵉⴳⴰ ⴱⵍⴰ ⴰⵜⵉⴳ ⴳ ⵜⴳⵎⵎⴰ ⵏ ⵜⴷⵓⵙⵉ.",
    "ⵙⵙⵓ ⴰⵎⴰⵏ ⴽⵓ ⴰⵙⵙ ⴷ ⵙⵙⵉⵔⴷ ⵉⴼⴰⵙⵙⵏ ⵏⵏⴽ.",
]
LISTS = [
    ("h2", "Ce qu'il faut apporter"),
    ("ul", ["Le carnet de santé de l'enfant", "La carte nationale d'un parent"]),
    ("ol", ["S'inscrire à l'accueil du centre", "Attendre l'appel de l'infirmière"]),
    ("table", [["Âge", "Vaccin"], ["Naissance", "BCG"], ["Deux mois", "Pentavalent"]]),
]
MENU = [
    "Accueil",
    "Le ministère",
    "Actualités",
    "Régions",
    "Documents",
    "Marchés publics",
    "Contact",
]
TEASERS = [
    "Grippe : les gestes qui protègent",
    "Canicule : numéros à retenir",
    "الصحة المدرسية: انطلاق الحملة",
]


def gold(blocks):
    """The text that extraction should find."""
    lines = []
    for block in blocks:
        if isinstance(block, str):
            lines.append(block)
        elif block[0] == "h2":
            lines.append(block[1])
        elif block[0] == "table":
            lines += [" ".join(row) for row in block[1]]
        else:
            lines += block[1]
    return "\n".join(lines)


def _html(blocks, paragraph="<p>{}</p>"):
    out = []
    for block in blocks:
        if isinstance(block, str):
            out.append(paragraph.format(escape(block)))
        elif block[0] == "h2":
            out.append(f"<h2>{escape(block[1])}</h2>")
        elif block[0] == "table":
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
                for row in block[1]
            )
            out.append(f"<table>{rows}</table>")
        else:
            items = "".join(f"<li>{escape(item)}</li>" for item in block[1])
            out.append(f"<{block[0]}>{items}</{block[0]}>")
    return "\n".join(out)


def _links(names, item="<li><a href='/{}'>{}</a></li>"):
    return "".join(item.format(number, escape(name)) for number, name in enumerate(names))


def wordpress(title, blocks):
    """A block theme: header parts, entry, tags, comments, widgets."""
    return f"""<!doctype html><html lang="fr-FR"><head><meta charset="utf-8">
<title>{escape(title)} &#8211; Santé locale</title>
<meta property="article:published_time" content="2026-03-04T09:00:00+00:00"></head>
<body class="post-template-default single has-sidebar"><a class="skip-link" href="#c">Aller</a>
<header class="wp-block-template-part"><p class="wp-block-site-title"><a href="/">Santé locale</a>
</p><nav class="wp-block-navigation"><ul>{_links(MENU)}</ul></nav></header>
<main class="wp-block-group"><h1 class="wp-block-post-title">{escape(title)}</h1>
<div class="wp-block-post-date"><time datetime="2026-03-04">4 mars 2026</time></div>
<div class="wp-block-post-content">{_html(blocks)}</div>
<div class="taxonomy-post_tag wp-block-post-terms"><a href="/tag/1">vaccin</a>, <a href="/t">bébé</a></div>
<div class="wp-block-comments"><h2>Deux réponses à cet article</h2><ol class="wp-block-comment-template">
<li><div class="wp-block-comment-author-name">Samira</div><div class="wp-block-comment-content"><p>Merci,
c'est très clair pour les jeunes mamans comme moi.</p></div><a href="#r">Répondre</a></li></ol>
<div class="comment-respond"><h3>Laisser un commentaire</h3><form><p>Votre adresse ne sera pas
publiée.</p><textarea></textarea></form></div></div></main>
<footer><p>Propulsé par WordPress</p></footer></body></html>"""


def drupal(title, blocks):
    """A portal: mega menu, breadcrumb, field wrappers, two side columns with text of their own."""
    return f"""<!DOCTYPE html><html lang="fr" dir="ltr"><head><meta charset="utf-8"/>
<title>{escape(title)} | Délégation provinciale</title></head><body class="path-node page-node-type-page">
<div class="dialog-off-canvas-main-canvas"><div class="layout-container">
<div class="region region-header"><div class="block block-system-branding-block"><a href="/">Délégation
provinciale</a></div></div><div class="region region-primary-menu"><ul class="sf-menu">{_links(MENU)}
</ul></div><div class="region region-breadcrumb"><ol><li><a href="/">Accueil</a></li><li>{escape(title)}
</li></ol></div><div class="layout-content"><div class="region region-content">
<div class="block-page-title-block"><h1 class="page-header">{escape(title)}</h1></div>
<div class="node__content"><div class="text-formatted field field--type-text-with-summary">{_html(blocks)}
</div><div class="field field--name-field-fichiers"><a href="/a.pdf">Télécharger (PDF, 2 Mo)</a></div></div>
</div></div><div class="layout-sidebar-first"><div class="region region-sidebar-first"><h2>Numéros
utiles</h2><p>Allo Samu : composez le 141 de jour comme de nuit. Centre antipoison : 0801 000 180.</p>
<h2>À la une</h2><ul>{_links(TEASERS)}</ul></div></div></div><div class="region region-footer"><p>Avenue des
FAR, immeuble de la province. Tél. 0535 00 00 00</p><p>Tous droits réservés © 2026</p></div></div></body></html>"""


def spip(title, blocks):
    """A French association's site: French class names all over."""
    return f"""<!DOCTYPE HTML><html class="page_article" lang="fr"><head><meta charset="utf-8">
<title>{escape(title)} - Association Amal</title></head><body><div class="page">
<div class="entete"><strong>Association Amal</strong><p>Agir pour la santé des femmes rurales</p></div>
<div class="nav" id="nav"><ul>{_links(MENU)}</ul></div><div class="conteneur"><div class="contenu">
<p class="arbo"><a href="/">Accueil</a> &gt; <a href="/r">Santé</a></p>
<div class="cartouche"><h1 class="crayon">{escape(title)}</h1><p class="info-publi">lundi 3 novembre 2025,
par <a href="/auteur">Rédaction</a></p></div><div class="crayon texte">{_html(blocks)}</div>
<div class="partage"><a href="#">Facebook</a> <a href="#">Imprimer</a></div></div>
<div class="aside"><div class="menu rubriques"><h2>Dans la même rubrique</h2><ul>{_links(TEASERS)}</ul></div>
</div></div><div class="pied"><a href="/plan">Plan du site</a> | <a href="/m">Mentions légales</a> | SPIP
</div></div></body></html>"""


def joomla(title, blocks):
    """Item page with article info and module positions."""
    return f"""<html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>
<div id="t3-header" class="container"><div class="logo"><a href="/">Hôpital régional</a></div></div>
<div id="t3-mainnav" class="navbar"><ul class="nav">{_links(MENU)}</ul></div>
<div id="t3-mainbody" class="container t3-mainbody"><div class="item-page" itemscope>
<div class="page-header"><h2 itemprop="headline"><a href="/12">{escape(title)}</a></h2></div>
<dl class="article-info muted"><dt class="article-info-term">Détails</dt><dd class="createdby">Écrit par
Service communication</dd><dd class="hits">Affichages : 1203</dd></dl>
<div itemprop="articleBody">{_html(blocks)}</div><ul class="pager pagenav"><li><a href="/p">Préc.</a></li>
<li><a href="/n">Suivant</a></li></ul></div><div class="t3-sidebar"><div class="t3-module"><h3>Populaires</h3>
<ul class="latestnews">{_links(TEASERS)}</ul></div></div></div><div class="t3-footnav"><p>Conception :
Cellule informatique</p></div></body></html>"""


def blogger(title, blocks):
    """Main text inside a widget; archive and profile beside it."""
    body = _html(blocks, '<div style="text-align:right">{}</div><div><br></div>')
    return f"""<html dir="rtl" lang="ar"><head><meta charset="utf-8"><title>مدونة الصحة: {escape(title)}
</title></head><body class="item"><div class="outer-wrapper"><div class="section" id="header">
<div class="widget Header"><h1><a href="/">مدونة الصحة</a></h1></div></div>
<div class="main section"><div class="widget Blog"><div class="blog-posts hfeed"><h2 class="date-header">
<span>الاثنين، 2 مارس 2026</span></h2><div class="post hentry"><h3 class="post-title entry-title">
{escape(title)}</h3><div class="post-body entry-content">{body}</div><div class="post-footer">
<span class="post-author">مرسلة بواسطة سعاد</span></div></div></div></div></div>
<div class="sidebar section"><div class="widget BlogArchive"><h2>أرشيف المدونة</h2><ul>{_links(TEASERS)}</ul>
</div></div></div></body></html>"""


def soup(title, blocks):
    """No class names and no meaningful elements: only structure tells."""
    menu = " - ".join(f"<a href='/{n}'>{escape(name)}</a>" for n, name in enumerate(MENU))
    body = _html(blocks, "<div>{}</div>")
    side = "".join(
        f"<div><a href='/s{n}'>{escape(name)}</a></div>" for n, name in enumerate(TEASERS)
    )
    return f"""<html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>
<div><div><a href="/">Clinique du Sud</a></div><div>{menu}</div></div>
<div><div><div><b>{escape(title)}</b></div>{body}</div><div>{side}</div></div>
<div>Clinique du Sud, route de Tiznit. <a href="/c">Nous écrire</a></div></body></html>"""


def tables(title, blocks):
    """Laid out with nested tables and FONT, as before 2005."""
    body = _html(blocks, '<font face="Tahoma" size="3">{}</font><br><br>')
    menu = "".join(
        f'<tr><td><a href="{n}.htm">{escape(m)}</a></td></tr>' for n, m in enumerate(MENU)
    )
    return f"""<HTML><HEAD><meta charset="utf-8"><TITLE>{escape(title)}</TITLE></HEAD><BODY>
<TABLE width="100%" border=0><TR><TD colspan=3 bgcolor=navy><FONT color=white>Laboratoire
d'analyses</FONT></TD></TR><TR><TD width=140 valign=top><TABLE>{menu}</TABLE></TD>
<TD valign=top><CENTER><FONT size=5>{escape(title)}</FONT></CENTER><P>{body}</TD>
<TD width=120><FONT size=1>Visiteurs : 10293<BR>Dernière mise à jour : 12/04/2003</FONT></TD></TR>
<TR><TD colspan=3 align=center><FONT size=1>&copy; 2003 Laboratoire d'analyses</FONT></TD></TR></TABLE>
</BODY></HTML>"""


def bootstrap(title, blocks):
    """Utility classes only; cards of other articles with teasers under the text."""
    cards = "".join(
        f'<div class="col-md-4"><div class="card h-100"><div class="card-body"><h5 class="card-title">'
        f'<a href="/n/{n}">{escape(name)}</a></h5><p class="card-text">Les équipes de la région se '
        f"mobilisent cette semaine pour…</p></div></div></div>"
        for n, name in enumerate(TEASERS)
    )
    return f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title></head>
<body class="d-flex flex-column"><div class="bg-primary text-white py-2"><div class="container d-flex">
{_links(MENU, '<a class="px-2" href="/{}">{}</a>')}</div></div><div class="container my-5"><div class="row">
<div class="col-lg-8"><h1 class="display-5 fw-bold">{escape(title)}</h1><p class="text-muted small">Publié le
12 janvier 2026 par <span class="fw-bold">La rédaction</span></p><div class="fs-5">{_html(blocks)}</div></div>
<div class="col-lg-4"><div class="p-3 bg-light rounded"><h4>Newsletter</h4><form><input><button>S'abonner
</button></form></div></div></div><h3 class="mt-5">À lire également</h3><div class="row g-4">{cards}</div></div>
<div class="bg-dark text-white-50 p-4 mt-auto"><div class="container small">© 2026 Revue de santé. Mentions
légales</div></div></body></html>"""


def mediawiki(title, blocks):
    """Table of contents, edit links, navigation box, categories."""
    return f"""<!DOCTYPE html><html class="client-js vector-feature" dir="rtl" lang="ar"><head>
<meta charset="UTF-8"><title>{escape(title)} - موسوعة</title></head><body class="mediawiki ltr ns-0">
<div id="mw-panel" role="navigation"><ul>{_links(MENU)}</ul></div><div id="content" class="mw-body"><h1
id="firstHeading">{escape(title)}</h1><div id="siteSub">من موسوعة الصحة</div><div id="mw-content-text">
<div class="mw-parser-output"><div id="toc" class="toc"><h2>المحتويات</h2><ul><li><a href="#a">1 الوقاية</a>
</li><li><a href="#b">2 العلاج</a></li></ul></div>{_html(blocks)}<h2><span class="mw-headline">مراجع</span>
<span class="mw-editsection">[<a href="/e">عدل</a>]</span></h2></div></div><div id="catlinks"><a href="/c">تصنيف
</a>: <a href="/d">صحة</a></div></div><div id="footer"><ul><li>آخر تعديل لهذه الصفحة كان يوم 3 مارس 2026</li>
</ul></div></body></html>"""


DESIGNS = [wordpress, drupal, spip, joomla, blogger, soup, tables, bootstrap, mediawiki]


@dataclass(frozen=True)
class Post:
    """What somebody wrote in a thread, and whom they quote."""

    author: str
    text: list[str]
    quoted: int | None = None


THREAD = [
    Post(
        "fatima_agadir",
        ["salam 3likom, weldi fih sxana 3 iyyam", "wach ndih l sbitar wla ntsenna?"],
    ),
    Post("driss75", ["diri lih lma bared f rass, w 3tih ychreb bzaf"], quoted=0),
    Post(
        "sara.k",
        ["عندي نفس المشكل مع بنتي، والطبيب قال ليا نعطيها غير دوليبران", "الله يشافيهم كاملين"],
    ),
    Post("fatima_agadir", ["chokran bzaf, ghadi nmchi ghda sbah nchalah"], quoted=1),
    Post("infirmier_rachid", ["Au-delà de trois jours de fièvre il faut toujours consulter."]),
    Post("driss75", ["sa7bi 3ndek l7e9, sbitar dyal l7ouma mzyan"], quoted=4),
]
SIGNATURES = {
    "fatima_agadir": "سبحان الله وبحمده",
    "driss75": "Agadir o nssnt",
    "sara.k": "لا إله إلا الله",
    "infirmier_rachid": "La santé avant tout",
}


def thread_gold(posts):
    """Each post's own words."""
    return "\n".join(line for post in posts for line in post.text)


def _lines(post):
    return "<br>".join(escape(line) for line in post.text)


def phpbb3(title, posts):
    """prosilver: div posts with a profile dl, quotes with cite, signature, button list."""
    out = []
    for number, post in enumerate(posts):
        quote = ""
        if post.quoted is not None:
            other = posts[post.quoted]
            quote = f"""<blockquote><div><cite>{other.author} a écrit :</cite>{_lines(other)}</div>
</blockquote>"""
        out.append(f"""<div id="p{900 + number}" class="post has-profile bg{1 + number % 2}"><div class="inner">
<dl class="postprofile"><dt><a href="./memberlist.php?mode=viewprofile&u={number}" class="username">
{post.author}</a></dt><dd class="profile-rank">Membre actif</dd><dd class="profile-posts"><strong>Messages :
</strong> {120 + number}</dd><dd><strong>Enregistré le :</strong> 12 mars 2019, 10:4{number}</dd></dl>
<div class="postbody"><h3><a href="#p{900 + number}">Re: {escape(title)}</a></h3><ul class="post-buttons"><li>
<a href="./posting.php?mode=quote" title="Répondre en citant">Citer</a></li></ul><p class="author"><span>Message
par <strong>{post.author}</strong> » </span>0{number + 1} nov. 2025, 18:2{number}</p><div class="content">{quote}
{_lines(post)}</div><div class="signature">{SIGNATURES[post.author]}</div></div></div></div>
<hr class="divider">""")
    return f"""<!DOCTYPE html><html dir="ltr" lang="fr"><head><meta charset="utf-8"><title>{escape(title)} -
Forum santé</title></head><body id="phpbb" class="nojs section-viewtopic ltr"><div id="wrap" class="wrap">
<div class="headerbar"><p>Le forum des familles</p><ul class="linklist navlinks">{_links(MENU)}</ul></div>
<div class="page-body"><h2 class="topic-title"><a href="./viewtopic.php?t=4">{escape(title)}</a></h2>
{"".join(out)}<div class="action-bar"><a class="button" href="./posting.php">Répondre</a></div></div>
<div class="copyright">Développé par phpBB® Forum Software</div></div></body></html>"""


def phpbb2(title, posts):
    """subSilver: one table, rows of name and body, a row of buttons under each."""
    out = []
    for number, post in enumerate(posts):
        quote = ""
        if post.quoted is not None:
            other = posts[post.quoted]
            quote = f"""<table width="90%" align="center"><tr><td><span class="genmed"><b>{other.author} a écrit
:</b></span></td></tr><tr><td class="quote">{_lines(other)}</td></tr></table><br>"""
        out.append(f"""<tr><td width="150" align="left" valign="top" class="row{1 + number % 2}"><span class="name"><a
name="{number}"></a><b>{post.author}</b></span><br><span class="postdetails">Inscrit le: 0{number + 1} Mai
2006<br>Messages: {44 + number}<br>Localisation: Agadir</span></td><td class="row{1 + number % 2}" width="100%">
<table width="100%"><tr><td><span class="postdetails">Posté le: Lun Nov 0{number + 1}, 2008 9:1{number} pm
&nbsp; Sujet du message: {escape(title)}</span></td><td><a href="posting.php?mode=quote">Citer</a></td></tr>
<tr><td colspan="2"><hr></td></tr><tr><td colspan="2"><span class="postbody">{quote}{_lines(post)}</span><span
class="gensmall"><br>_________________<br>{SIGNATURES[post.author]}</span></td></tr></table></td></tr>
<tr><td class="row{1 + number % 2}"><a href="#top">Revenir en haut</a></td><td><a href="profile.php?u=2">Profil</a>
<a href="privmsg.php">MP</a></td></tr><tr><td class="spaceRow" colspan="2"></td></tr>""")
    return f"""<html dir="ltr"><head><meta charset="utf-8"><title>{escape(title)}</title></head><body><table
width="100%"><tr><td><a href="index.php">Forum Maman</a></td><td>{_links(MENU, '<a href="/{}">{}</a> ')}</td></tr>
</table><table width="100%"><tr><td><a class="maintitle" href="viewtopic.php?t=7">{escape(title)}</a></td></tr>
</table><table class="forumline" width="100%" cellspacing="1" border="0"><tr><th>Auteur</th><th>Message</th></tr>
{"".join(out)}</table><table><tr><td>Powered by phpBB © 2001, 2005 phpBB Group</td></tr></table></body></html>"""


def vbulletin(title, posts):
    """Arabic vBulletin 3: a table a post, the date in its head."""
    out = []
    for number, post in enumerate(posts):
        quote = ""
        if post.quoted is not None:
            other = posts[post.quoted]
            quote = f"""<div style="margin:20px"><div class="smallfont">اقتباس:</div><table><tr><td class="alt2"><div>
المشاركة الأصلية كتبت بواسطة <strong>{other.author}</strong></div><div style="font-style:italic">{_lines(other)}
</div></td></tr></table></div>"""
        out.append(f"""<div id="edit{number}"><table id="post{number}" class="tborder" width="100%"><tr><td
class="thead">0{number + 1}-11-2012, 0{number + 1}:15 PM</td><td class="thead">#{number + 1}</td></tr><tr><td
class="alt2" width="175"><div id="postmenu_{number}"><a class="bigusername" href="member.php?u={number}">{post.author}
</a></div><div class="smallfont">عضو نشيط</div><div class="smallfont"><div>تاريخ التسجيل: Jan 2010</div>
<div>المشاركات: {300 + number}</div></div></td><td class="alt1"><div id="post_message_{number}">{quote}
{_lines(post)}</div><div>__________________<br>{SIGNATURES[post.author]}</div></td></tr><tr><td class="alt2">
<a href="report.php">تبليغ</a></td><td class="alt1"><a href="newreply.php">رد مع اقتباس</a></td></tr></table></div>""")
    return f"""<html dir="rtl" lang="ar"><head><meta charset="utf-8"><meta name="generator" content="vBulletin 3.8.4">
<title>{escape(title)} - منتديات الأسرة</title></head><body><table class="tborder"><tr><td class="navbar">
<a href="/">منتديات الأسرة</a> &gt; <a href="/f">الصحة</a></td></tr></table><div id="posts">{"".join(out)}</div>
<div class="smallfont">Powered by vBulletin® Version 3.8.4, جميع الحقوق محفوظة</div></body></html>"""


def xenforo(title, posts):
    """Articles with a user cell and a main cell; quotes that expand."""
    out = []
    for number, post in enumerate(posts):
        quote = ""
        if post.quoted is not None:
            other = posts[post.quoted]
            quote = f"""<blockquote class="bbCodeBlock bbCodeBlock--quote"><div class="bbCodeBlock-title"><a href="/g">
{other.author} a dit:</a></div><div class="bbCodeBlock-content">{_lines(other)}</div></blockquote>"""
        out.append(f"""<article class="message message--post js-post" data-author="{post.author}"><div
class="message-inner"><div class="message-cell message-cell--user"><section class="message-user"><h4
class="message-name"><a href="/members/x.{number}/" class="username">{post.author}</a></h4><h5 class="userTitle">
Membre bien connu</h5></section></div><div class="message-cell message-cell--main"><header
class="message-attribution"><a href="/p{number}"><time datetime="2024-05-0{number + 1}T10:00:00">{number + 1} mai
2024</time></a><ul><li>#{number + 1}</li></ul></header><div class="message-content"><div class="bbWrapper">{quote}
{_lines(post)}</div></div><footer class="message-footer"><a href="/l">J'aime</a> <a href="/r">Répondre</a></footer>
</div></div></article>""")
    return f"""<!DOCTYPE html><html id="XF" lang="fr-FR"><head><meta charset="utf-8"><title>{escape(title)} | Forum
des parents</title></head><body data-template="thread_view"><div class="p-pageWrapper"><header class="p-header">
<ul>{_links(MENU)}</ul></header><div class="p-body"><h1 class="p-title-value">{escape(title)}</h1><div
class="block-body js-replyNewMessageContainer">{"".join(out)}</div></div><footer class="p-footer">Conditions</footer>
</div></body></html>"""


def unnamed(title, posts):
    """A home-made forum: no class names, no software named; tables and bold only."""
    out = []
    for number, post in enumerate(posts):
        quote = ""
        if post.quoted is not None:
            other = posts[post.quoted]
            quote = f"<div>{other.author} a écrit : <i>{_lines(other)}</i></div>"
        out.append(f"""<table width="100%" border="1"><tr><td width="20%"><b><a href="voir_membre.php?membre={number}">
{post.author}</a></b><br>Inscrit : 200{number + 1}<br>Messages : {7 + number}</td><td>Posté le 0{number + 1}/11/2011 à
12:0{number}<hr>{quote}<div>{_lines(post)}</div><div>-- {SIGNATURES[post.author]}</div><a href="r">Répondre</a> |
<a href="s">Signaler</a></td></tr></table>""")
    return f"""<html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body><a href="/">Forum</a> |
<a href="/i">Inscription</a><h2>{escape(title)}</h2>{"".join(out)}<p>Page 1 <a href="?p=2">2</a></p></body></html>"""


def discourse(title, posts):
    """The version Discourse serves to readers without scripts."""
    out = []
    for number, post in enumerate(posts):
        quote = ""
        if post.quoted is not None:
            other = posts[post.quoted]
            quote = f"""<aside class="quote"><div class="title">{other.author}:</div><blockquote><p>{_lines(other)}</p>
</blockquote></aside>"""
        out.append(f"""<div id="post_{number + 1}" class="topic-body crawler-post"><div class="crawler-post-meta"><span
class="creator"><a href="/u/{post.author}"><span itemprop="name">{post.author}</span></a></span><span
class="crawler-post-infos"><time class="post-time" datetime="2025-02-0{number + 1}">février {number + 1}, 2025</time>
<span itemprop="position">{number + 1}</span></span></div><div class="post" itemprop="text">{quote}<p>{_lines(post)}
</p></div><div class="crawler-linkback-list"></div></div>""")
    return f"""<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)} - Santé - Communauté
</title><meta name="generator" content="Discourse 3.2"></head><body class="crawler"><header><a href="/">Communauté</a>
</header><div id="main-outlet" class="wrap"><div id="topic-title"><h1><a href="/t/1">{escape(title)}</a></h1></div>
{"".join(out)}</div><footer class="crawler-nav"><a href="/">Accueil</a></footer></body></html>"""


FORUMS = [phpbb3, phpbb2, vbulletin, xenforo, unnamed, discourse]
#: Those whose posts end in a signature.
SIGNED = [phpbb3, phpbb2, vbulletin, unnamed]
