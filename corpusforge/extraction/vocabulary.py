"""Words by which pages name their parts, in class names and in print.

Class names are words of the trade (English, and French on Moroccan sites) and are matched whole,
never as parts of words; printed words are those of forum and blog software in Arabic, French,
English and Spanish.
"""

# ruff: noqa: SIM905 - word lists read best as running words

from __future__ import annotations

import re

#: Parts around a text: navigation, furniture of the site, offers, notices.
AROUND = frozenset(
    """
    nav navbar navigation navbox navi menu menus megamenu submenu topmenu sitemap breadcrumb
    breadcrumbs crumb crumbs ariane filariane footer foot pied piedpage footnav colophon copyright
    contentinfo sidebar sidebars sidepanel rightbar leftbar rail aside complementary widget widgets
    related relateds similar similaires recommended recommendations suggestions reco recos readmore
    lire voiraussi alire upsell crosssell share sharing sharebar shares social socials partage
    partager addthis addtoany sharethis cookie cookies consent gdpr rgpd banner bandeau popup modal
    overlay newsletter subscribe subscription abonnement optin signup login signin connexion
    registration search searchform recherche promo promotion promos ad ads adslot advert
    advertisement advertising publicite pub sponsor sponsored pagination paginator pager paging
    pages tags tagcloud taglist keywords motscles toolbar topbar topnav skip skiplink
    skiplinks printonly catlinks categories langswitch languages hreflang switcher carousel slider
    slideshow ticker breaking trending popular mostread latest recent alert alerts credits
    infobar utility utilities disclaimer mentions legal licence license lic metadata postmetadata
    caption legende imgcaption references reflist
    byline entrymeta postmeta articlemeta editsection mwjump printfooter sitesub toc rating ratings
    stars vote votes button buttons btn feedback noprint rss feedlink contactinfo cta outils
    """.split()
)
#: Readers' comments under a text.
COMMENTS = frozenset(
    """
    comment comments commentaire commentaires commentlist respond replies disqus livefyre
    commentarea reactions reaction commentform facebookcomments avis reviews
    """.split()
)
#: The text itself; protects an element from the words above.
TEXT = frozenset("article content contenu main entry post story body texte text principal".split())
#: A line about the text: author, date, section.
ABOUT = frozenset(
    "meta byline dateline posted postdate published pubdate timestamp submitted auteur".split()
)

ROLES_AROUND = frozenset(
    "navigation banner contentinfo complementary search dialog menu menubar toolbar alertdialog "
    "tablist form".split()
)

#: Furniture of a forum post: who wrote it, their signature, buttons.
POSTER = frozenset(
    """
    profile postprofile author poster postauthor user userinfo userdetails username member avatar
    memberinfo userbit auth nick nickname pseudo
    authorinfo auteur profil membre mprofile rank ranks userstats
    """.split()
)
SIGNATURE = frozenset("sig signature signatures postsignature usersig".split())
QUOTE = frozenset(
    "cit quote quotes quoted quotebox bbquote citation quotecontent quoteheader".split()
)
POST_DATE = frozenset("date postdate posttime timestamp posted time postmeta".split())
POST_TOOLS = frozenset(
    """
    actions action buttons button btn tools toolbar controls reply report report quotelink
    postbuttons postlinks likes like reputation karma vote votes share permalink postnum
    postnumber options postfooter footer foot links editnote edited attachments thanks
    """.split()
)
POST = frozenset(
    """
    post posts postbit postbitlegacy message messages msg reply topic thread comment entry
    postcontainer forumpost windowbg answer question response reponse sujet discussion
    """.split()
)

PRINTED_TOOLS = re.compile(
    r"(?:re:? ?)?(?:répondre|repondre|citer|signaler(?: ce message| un abus)?|modifier|supprimer|"
    r"éditer|editer|imprimer|partager|j['’]aime|remonter|permalien|"
    r"(?:revenir en |retour en )?haut(?: de (?:la )?page)?|lien direct|"
    r"envoyer un (?:mp|message privé)|mp|profil|site web|alerter|voter|utile|"
    r"reply|quote|report(?: post)?|edit|delete|share|like|likes|top|permalink|link|pm|"
    r"profile|www|e-?mail|website|back to top|multi-?quote|thanks|"
    r"رد|الرد|اقتباس|تبليغ|إبلاغ|ابلاغ|مشاركة|تعديل|حذف|أعجبني|إعجاب|أعلى|للأعلى|"
    r"رد مع اقتباس|رسالة خاصة|شارك|إضافة رد|"
    r"responder|citar|reportar|denunciar|editar)(?: ?[:(]? ?\d+\)?)?",
    re.IGNORECASE,
)
PRINTED_POSTER = re.compile(
    r"(?:\d+ (?:messages?|msgs?|posts?|مشاركة|مشاركات)|"
    r"messages?|posts?|inscrite?|inscription|membre|member|joined|registered|location|"
    r"localisation|lieu|ville|date d['’]inscription|réputation|reputation|karma|points?|statut|"
    r"status|rang|rank|groupe|group|"
    r"المشاركات|عدد المشاركات|مشاركات|تاريخ التسجيل|التسجيل|المدينة|البلد|الدولة|عضو|رقم العضوية|"
    r"mensajes|registrado)\b",
    re.IGNORECASE,
)
#: Fields over a message in archives of mail; the first two names say who wrote it.
PRINTED_HEADER = re.compile(
    r"(?:(?P<who>de|from|expéditeur|من|المرسل)|date|le|sent|sujet|objet|subject|à|to|cc|"
    r"التاريخ|الموضوع|إلى)\s*:\s*(?P<value>.*)",
    re.IGNORECASE,
)
PRINTED_POSTED = re.compile(
    r"[«*\[(–-]?\s*(?:re ?: ?.{0,80}?)?(?:posté|poste|publié|publie|écrit|envoyé|envoye|ajouté|"
    r"message|réponse|demandé|répondu|mis à jour|mise à jour|dernière mise à jour|modifié|"
    r"posted|published|written|sent|asked|answered|reply|last updated|last modified|by|par|le|"
    r"كتب|نشر|نُشر|أضيف|بتاريخ|تاريخ|في|مشاركة|آخر تحديث|publicado|escrito)\b.{0,80}",
    re.IGNORECASE,
)
PRINTED_EDITED = re.compile(
    r"[«*\[(–-]?\s*(?:(?:dernière|last|آخر)\s+)?(?:modifié|modification|édité|édition|edited|edit|"
    r"تم التعديل|تعديل|عدّل|عدل|editado)\b.{0,100}",
    re.IGNORECASE,
)
PRINTED_QUOTE = re.compile(
    r"[^\n:]{1,60}?(?:a écrit|a ecrit|a dit|écrivait|wrote|said|writes|dixit|"
    r"كتب|كتبت|قال|قالت|escribió|dijo)\s*(?:le [^:\n]{1,30})?\s*:|"
    r"(?:citation|quote|اقتباس|المشاركة الأصلية|originally posted|message initial|cita)\s*"
    r"(?:(?:de|by|par|envoyé par|(?:كتبت? )?بواسطة|من)\s[^:\n]{1,40})?\s*:?",
    re.IGNORECASE,
)
#: Before links to other pages, between paragraphs and under a text.
PRINTED_MORE = re.compile(
    r"[^\w]{0,3}(?:(?:à |a )?(?:lire|voir|découvrir|consulter)(?: également| aussi)\b|"
    r"lire la suite\b|sur le même (?:sujet|thème)|dans la même rubrique|(?:à|a) lire\s*:|"
    r"articles? (?:liés|similaires)|(?:read|see) (?:also|more|next)\b|related\s*:|"
    r"you may also|recommended\s*:|[إا]قر[أا][ئو]?\s*(?:أيضا|ايضا|المزيد)|"
    r"(?:طالع|شاهد)(?:وا)? (?:أيضا|ايضا)|مواضيع (?:ذات صلة|مشابهة)|أخبار ذات صلة|"
    r"في نفس (?:الركن|الموضوع)|ⵖⵔ ⴰⵡⴷ|(?:leer|ver) también)",
    re.IGNORECASE,
)
PRINTED_RIGHTS = re.compile(
    r"(?:©|\(c\) ?\d|copyright\b|tous droits réservés|all rights reserved|جميع الحقوق محفوظة|"
    r"حقوق النشر|contenu sous licence|content (?:is )?(?:licensed|available) under|"
    r"(?:هذا |ال)?محتوى متاح تحت رخصة|المحتوى متاح تحت|todos los derechos)",
    re.IGNORECASE,
)
