"""Sentences of the coast web, written for it: sea, harbours and schools, in five languages.

A page takes sentences and fillers by a number, so each page has a text of its own and the same one
in every run.
"""

# ruff: noqa: E501 - one sentence a line

import hashlib

SENTENCES = {
    "arb_Arab": [
        "أعلنت مندوبية الصيد البحري في {place} عن فتح موسم صيد {fish} ابتداء من فجر الاثنين المقبل.",
        "ويشترط على البحارة التصريح بالكمية المصطادة قبل الرسو في ميناء {place}.",
        "وقال رئيس التعاونية إن ثمن الصندوق الواحد من {fish} بلغ هذا الأسبوع {number} درهما.",
        "وتستعد مدارس {place} لاستقبال التلاميذ الجدد بعد إصلاح السقوف وصباغة الأقسام.",
        "ونبهت مصالح الأرصاد إلى أن علو الأمواج قرب {place} قد يتجاوز ثلاثة أمتار ليلا.",
        "ويستفيد {number} بحارا من دورة تكوينية حول السلامة واستعمال أجهزة الإنقاذ.",
        "كما خصصت الجماعة شاحنة مبردة لنقل {fish} إلى أسواق المدن الداخلية.",
        "وطالبت جمعية الآباء بتوفير النقل المدرسي لأطفال القرى المجاورة لمدينة {place}.",
        "ويرى الباحثون أن حرارة الماء المرتفعة أبعدت أسراب {fish} عن الساحل.",
        "وستفتح المكتبة البلدية أبوابها للطلبة إلى الساعة الثامنة مساء طيلة فترة الامتحانات.",
    ],
    "fra_Latn": [
        "La criée de {place} a rouvert ce matin après trois jours de mer agitée.",
        "Les marins déclarent désormais leurs prises de {fish} sur une application gratuite.",
        "Le directeur de l'école annonce {number} places de plus à la cantine dès la rentrée.",
        "Une caisse de {fish} s'est vendue {number} dirhams, un prix jamais atteint en cette saison.",
        "Les gardes-côtes rappellent que la zone de frai reste fermée jusqu'à la fin du mois.",
        "À {place}, les parents d'élèves ont repeint eux-mêmes la salle de classe du rez-de-chaussée.",
        "La coopérative des femmes transforme le {fish} en conserves vendues dans tout le royaume.",
        "Le brise-lames sera prolongé de {number} mètres pour abriter les petites barques.",
        "Chaque jeudi, un bus relie gratuitement {place} à la bibliothèque de la province.",
        "Selon les chercheurs, l'eau plus chaude éloigne les bancs de {fish} du littoral.",
    ],
    "ary_Arab": [
        "البارح رجعو الفلايك ديال {place} عامرين ب{fish} والناس فرحانين بزاف.",
        "السعر طلع حتى ل{number} درهم للصندوق، وهادشي ما بقاش كيقد عليه الدرويش.",
        "ولدي كيقرا ف المدرسة ديال {place} وكيمشي على رجليه نص ساعة كل صباح.",
        "كاين اللي كيقول البحر سخون هاد العام وداكشي علاش {fish} هرب للوسط.",
        "خاصهم يصاوبو المرسى قبل ما تجي الشتا، راه الموج كيدخل حتى للقهوة.",
        "حنا ف التعاونية كنصبرو {fish} وكنبيعوه ف السوق نهار الخميس.",
        "الله يعطيكم الصحة على هاد المبادرة، راه {number} ديال الدراري استافدو منها.",
        "ماشي معقول الواحد يخرج للبحر بلا جيلي ديال النجاة، والله حتى خطر.",
    ],
    "ary_Latn": [
        "lbare7 rj3o lflayk dyal {place} 3amrin b {fish} w nass fr7anin bezzaf.",
        "taman tle3 7ta l {number} dh l sndo9, hadchi ma b9ach kay9ed 3lih lmeskin.",
        "weldi kay9ra f lmadrasa dyal {place} w kaymchi 3la rejlih kol sba7.",
        "wach kayn chi wa7ed 3arf fin yt9iyed wa7ed f dawra dyal lb7ara?",
        "rah lmouj kaydkhel 7ta l 9ahwa, khas ywejdo lmersa 9bel chta.",
        "7na f ta3awniya kansbro {fish} w kanbi3oh f souk nhar lkhmis.",
        "lah y3tikom sa7a khouti, rah {number} dyal drari stafdo men had lmobadara.",
    ],
    "zgh_Tfng": [
        "ⵉⵔⵥⵎ ⵓⵏⵎⴰⵍ ⵏ {place} ⵉ ⵉⵎⴳⵎⴰⵔⵏ ⵣⵉⴽ ⵜⵉⴼⴰⵡⵜ ⵏ ⵡⴰⵙⵙ ⴰⴷ.",
        "ⵜⴰⵎⵙⵙⵓⵏⵜ ⵏ ⵜⵎⵖⴰⵔⵉⵏ ⴰⵔ ⵜⵙⵙⵓⴼⵓⵖ {fish} ⴰⵔ ⵜ ⵜⵣⵣⵏⵣⴰ ⴳ ⵓⴳⴰⴷⵉⵔ.",
        "ⵉⵎⵃⴹⴰⵕⵏ ⵏ {place} ⵓⴼⴰⵏ ⵜⵉⵏⵎⵍ ⵜⴰⵎⴰⵢⵏⵓⵜ ⵉⴳⴰⵏ ⵜⴰⵎⵇⵇⵔⴰⵏⵜ.",
        "ⴰⵎⴰⵏ ⵏ ⵢⵉⵍⵍ ⵔⵖⴰⵏ ⴰⵙⴳⴳⵯⴰⵙ ⴰⴷ, ⵉⵔⵡⵍ {fish} ⵙ ⵜⵓⵣⵣⵓⵎⵜ.",
        "ⵉⴷⴷⴰ ⵓⵎⵙⵎⵓⵏ ⵙ ⵜⵎⴷⵉⵏⵜ ⴰⴷ ⵉⵙⴰⵡⵍ ⴷ ⵓⵏⵎⵀⴰⵍ ⵏ ⵜⵉⵏⵎⵍ.",
        "ⵉⴼⵔⵓⵅⵏ ⴰⵔ ⴰⵇⵇⵔⴰⵏ ⵜⴰⵎⴰⵣⵉⵖⵜ ⴽⵓ ⴰⵙⵙ ⴳ ⵜⵖⴰⵔⵎⵜ ⵏ {place}.",
        "ⵉⵅⵚⵚⴰ ⴰⴷ ⵏⵃⴹⵓ ⵉⵍⵍ ⵏⵏⵖ ⴷ ⵉⵙⵍⵎⴰⵏ ⵏⵏⵙ ⵉ ⵜⴰⵔⵡⴰ ⵏⵏⵖ.",
    ],
}
#: How a sentence goes on.
ENDINGS = {
    "arb_Arab": [
        "حسب ما جاء في بلاغ صدر أمس",
        "رغم احتجاج بعض المهنيين في {place}",
        "وهو ما رحب به سكان الحي",
        "قبل حلول شهر رمضان",
        "بشراكة مع جامعة محلية",
        "لأول مرة منذ {number} شهرا",
        "وذلك بعد تأخر دام سنتين كاملتين",
        "في انتظار المصادقة على الميزانية",
    ],
    "fra_Latn": [
        "malgré la grève des dockers",
        "d'après un communiqué publié hier soir",
        "ce qui réjouit les riverains de {place}",
        "avant le début du ramadan",
        "grâce à un don de l'université",
        "pour la première fois depuis {number} mois",
        "en attendant le vote du budget",
        "au terme de longues discussions",
    ],
    "ary_Arab": [
        "على ود هادشي الناس ولات كتشكى",
        "وخا قالو لينا غير صبرو شوية",
        "بحال اللي وقع عام {number} لهيه",
        "والله أعلم شنو غادي يوقع من بعد",
        "هكا سمعت من عند الجيران ديال {place}",
        "وحتى واحد ما جا يشوف حالتنا",
        "إلى بغيتو تسولو راه حنا هنا",
        "من نهار بدات السيزون",
    ],
    "ary_Latn": [
        "wakha galou lina ghir sebro chwiya",
        "w hta wa7ed ma ja ychouf 7altna",
        "bhal li w9e3 3am {number} temma",
        "hakka sme3t men 3end jiran dyal {place}",
        "ila bghito tsewlo rah 7na hna",
        "men nhar bdat saison",
        "wallah a3lam achno ghadi yw9e3",
        "3la wed hadchi nass wellat katchka",
    ],
    "zgh_Tfng": [
        "ⵙⴳ ⵓⵙⵙⴰⵏ ⵏ ⵉⴹⴳⴰⵎ",
        "ⴰⵛⴽⵓ ⵓⵔ ⵉⵍⵍⵉ ⵡⴰⵎⴰⵏ",
        "ⵎⴽⴰⵏⵏ ⴰⴷ ⵙⵍⵍⵉⵖ ⴳ {place}",
        "ⴷⴰⵜ ⵏ ⵜⴳⵔⵙⵜ",
        "ⵙ ⵜⵡⵉⵙⵉ ⵏ ⵜⵙⴷⴰⵡⵉⵜ",
        "ⴷⴼⴼⵉⵔ ⵏ {number} ⵏ ⵡⴰⵢⵢⵓⵔⵏ",
        "ⵎⴰⴽⴰ ⵉⵔⴰ ⵓⴳⴷⵓⴷ ⴰⴷ ⵉⵥⵕ",
        "ⴳ ⵡⴰⵙⵙ ⵏ ⵓⵙⵉⵏⴰⵙ",
    ],
}
FILLERS = {
    "arb_Arab": (["آسفي", "الداخلة", "الصويرة", "العرائش", "طانطان", "المضيق"],
                 ["السردين", "الأخطبوط", "الإسقمري", "القمرون", "الأنشوبة"]),
    "fra_Latn": (["Safi", "Dakhla", "Essaouira", "Larache", "Tan-Tan", "M'diq"],
                 ["sardine", "poulpe", "maquereau", "merlan", "anchois"]),
    "ary_Arab": (["آسفي", "الداخلة", "الصويرة", "العرايش", "طانطان", "المضيق"],
                 ["السردين", "البوليب", "الكابايلا", "القيمرون", "الشطون"]),
    "ary_Latn": (["asfi", "dakhla", "swira", "l3rayech", "tantan", "mdi9"],
                 ["sardin", "poulpo", "kabayla", "9imron", "chton"]),
    "zgh_Tfng": (["ⴰⵙⴼⵉ", "ⴷⴷⴰⵅⵍⴰ", "ⵜⴰⵚⵓⵕⵜ", "ⵍⵄⵔⴰⵢⵛ", "ⵟⴰⵏⵟⴰⵏ"],
                 ["ⴰⵙⵍⵎ", "ⴰⵣⵍⵎⵎⴰ", "ⵜⴰⵙⵔⴷⵉⵏⵜ", "ⴰⵇⵛⵔⵓⵏ"]),
}  # fmt: skip
TITLES = {
    "arb_Arab": ["موسم {fish} في {place}", "مدارس {place} تستعد", "ميناء {place} وأثمان {fish}"],
    "fra_Latn": ["Le {fish} revient à {place}", "À {place}, l'école se prépare", "Port de {place}"],
    "ary_Arab": ["ثمن {fish} ف {place}", "المدرسة ديال {place}", "البحر والفلايك ف {place}"],
    "ary_Latn": ["taman {fish} f {place}", "lmadrasa dyal {place}", "lb7er w lflayk f {place}"],
    "zgh_Tfng": ["ⵉⵍⵍ ⵏ {place}", "ⵜⵉⵏⵎⵍ ⵏ {place}", "{fish} ⴳ {place}"],
}
DIRECTION = {"arb_Arab": "rtl", "ary_Arab": "rtl"}
HTML_LANGUAGE = {
    "arb_Arab": "ar", "fra_Latn": "fr", "ary_Arab": "ar-MA", "ary_Latn": "fr", "zgh_Tfng": "zgh",
}  # fmt: skip


def _figures(*names):
    """An endless row of figures that belongs to these names."""
    seed = "/".join(map(str, names)).encode()
    while True:
        seed = hashlib.sha256(seed).digest()
        yield int.from_bytes(seed[:4], "big") % 997


def _filled(pattern, language, figures):
    places, fishes = FILLERS[language]
    return pattern.format(
        place=places[next(figures) % len(places)],
        fish=fishes[next(figures) % len(fishes)],
        number=20 + next(figures),
    )


def sentences(language, number, count):
    """So many different sentences of page `number`."""
    figures = _figures(language, number)
    waiting, more = list(SENTENCES[language]), list(ENDINGS[language])
    found = []
    for _ in range(min(count, len(waiting))):
        pattern = waiting.pop(next(figures) % len(waiting))
        ending = more.pop(next(figures) % len(more)) if more else ""
        whole = f"{pattern[:-1]} {ending}{pattern[-1]}"
        found.append(_filled(whole, language, figures))
    return found


def title(language, number):
    """The title of page `number`, with its number, so that no two are the same."""
    figures = _figures("title", language, number)
    patterns = TITLES[language]
    return f"{_filled(patterns[next(figures) % len(patterns)], language, figures)} {number}"
