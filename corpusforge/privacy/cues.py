"""Words that say what stands beside them, in French, Arabic, Darija, Tamazight and English.

Each word carries one bit for each kind of identifier (or look-alike) that it announces. Written
from general knowledge of Moroccan forms, letters and chats. Matching is by whole word after
folding (`fold`), so accents, case, tashkeel and hamza variants need no entries of their own;
Arabic words are also known with their article, one-letter prefixes and possessive endings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from corpusforge.privacy.fold import lowered, page
from corpusforge.privacy.words import Dictionary

#: Kinds of cue, each a bit. The first ones are the types of number that they announce.
KINDS = (
    "PHONE", "EMAIL", "CIN", "PASSPORT", "RESIDENCE_PERMIT", "DRIVING_LICENCE", "RIB", "CARD",
    "CNSS", "HEALTH_INS", "MRN", "STUDENT_ID", "PLATE", "IP", "SOCIAL", "GPS", "ICE", "TAX_ID",
    "RC", "TP", "DOB",
    # Look-alikes: order and parcel numbers, laws, versions, products; units after a number.
    "OTHER", "UNIT",
    # Cues that only count with a second sign.
    "MRN_WEAK", "HEALTH_WEAK", "ID_WEAK",
    # A number follows ("n°", "رقم"); a death or an event, not a birth.
    "NUMBER", "NOT_DOB", "HOTLINE", "MEDICAL",
)  # fmt: skip

BIT = {kind: 1 << place for place, kind in enumerate(KINDS)}

#: Cues written in Latin letters. A word in capitals here counts only in capitals.
LATIN = {
    "PHONE": """tel tél tlf tlfn telf telfon telefon téléphone telephone téléphonique téléphoniques
        portable gsm mobile mob phone fax whatsapp watsap watsapp wtsp wathsap wattsap appel appelez
        appeler appelle contactez joindre joignable rappeler rappelez numero_tel tilifun
        ttilifun utilifun tilifoun tilifon nmrto nmrti nemrto nemrti nmirti ligne sonnez 3ayet
        3ayt 3iyet 3ayto 3ayti 3eyet 3yt ssiwel siwel siwl ssiwl sawal sms wathsapp viber
        hatif telfone standard bigo joignez call cellulaire fixe""",
    "EMAIL": "email mail courriel gmail imayl limayl adresse_mail",
    "CIN": """cin CINE CNI cnie cine identité identite identity lakart lacarte lakarte lacart
        bita9a bitaqa takarda takardda tkarda nationale wataniya lwataniya watania cnién""",
    "PASSPORT": "passeport passport paspor passpor pasport pasbor pspor jawaz ljawaz apasbur visa",
    "RESIDENCE_PERMIT": """séjour sejour résident resident résidente titre_sejour immatriculation_cs
        i9ama l'i9ama i9amaty""",
    "DRIVING_LICENCE": """permis permi permit lpermi lpermis conduire conducteur driving rokhsa rukhsa
        licence siya9a syaga turagt""",
    "RIB": """rib RIB compte comptes compt virement virer bancaire banque bank lbanka banka account
        iban hsab lhsab 7sab l7sab hissab virment lkont lkonte amidan""",
    "CARD": "visa mastercard carte_bancaire cb amex cmi guichet carte bita9a card kart lakart",
    "CNSS": """cnss sociale sécu secu salarié salariée affilié affiliée affiliation daman ddaman
        damane ldaman""",
    "HEALTH_INS": """amo cnops ramed anam mutuelle mutualiste amo-tadamon tadamon assuré assurée assure
        couverture tibbi maladie ramid""",
    "MRN": """ipp nip mrn ndm DMI DPI""",
    "MRN_WEAK": "dossier dossiers dosi ddosi doussi dossi fiche milaf lmilaf archive akaram",
    "MEDICAL": """patient patiente patients médical medical médicale hospitalisation admission malade
        hospitalier hôpital hopital chu clinique consultation ordonnance sbitar ssbitar sbitar tbib
        tbiba docteur médecin urgences chirurgie laboratoire analyses radio service santé
        hospitalisé hospitalisée soins mrid mrida""",
    "STUDENT_ID": """massar masar cne etudiant étudiant étudiante etudiante élève eleve apogee apogée
        matricule_etudiant""",
    "PLATE": """matricule matriculé matriculée immatriculé immatriculée immatriculation plaque plaques
        véhicule vehicule voiture tomobil tomobile tonobil tonobila tomobila lplaka plaka nmra_d
        camion moto motocycle taxi tiguni ww tamobil ttomobil""",
    "IP": "ip ipv4 ipv6 adresse_ip serveur connexion connecté",
    "SOCIAL": """insta instagram instagrame ig facebook fb fcb facbook fésbok twitter tiktok tik_tok
        snap snapchat telegram linkedin youtube pseudo discord skype messenger threads""",
    "GPS": """gps coordonnées coordonnees latitude longitude lat long lon localisation position
        geolocalisation géolocalisation maps location coords""",
    "ICE": "ICE",
    "TAX_ID": "IF fiscal fiscale identifiant_fiscal I.F",
    "RC": "RC registre commerce R.C",
    "TP": "TP patente taxe_professionnelle professionnelle T.P",
    "DOB": """né née nee naissance naissances born dob birth birthday naquit mzyad mzyada mzyoud
        mezyad mezyada tzad tzadit tzadt tzadti tzadat tezad tzaditi zdyad lizdyad l'izdiyad izdiyad
        ilul tlul luleɣ lulegh ilula tlula talalit tlalit natif native natifs mewlid khla9 kholi9
        mzyada mezdad mezdada mazdad wld_f t.lul anniversaire""",
    "NOT_DOB": """décédé décédée décès deces mort morte depuis jusqu echeance échéance expire valable
        délivré délivrée delivre livré livrée facture rendez rdv recrute recruté embauche embauché
        marié mariée inscrit session signé""",
    "OTHER": """loi lois dahir décret decret arrêté arrete circulaire article art commande commandes cmd
        colis suivi tracking facture fact devis réf ref référence reference référencé bon
        livraison lot série serie modèle modele model version build ean isbn issn code_barres barre
        sku produit product article_n ticket token code otp erreur error vol flight bug port pmid doi
        order timestamp transaction reçu recu quittance marché marche appel_offres annonce
        isin swift bic siret siren imei technique châssis chassis firmware
        kernel python firefox chrome windows android linux ubuntu debian driver pilote ver vers logiciel
        norme iso nf update kb cve rfc release tome chapitre sourate verset ayat psaume page pages
        9anoun qanun 9anon ltalab talabiya tlabiya asaduf dépêche résolution""",
    "UNIT": """dh dhs mad dirham dirhams dirhames drahm derham drhm euro euros eur usd dollar dollars
        ryal rial ryals centimes fcfa km kms m m2 m² ha hectare hectares cm mm kg kgs g mg ml l
        litres litre tonne tonnes quintal quintaux qx habitants personnes ans mois jours heures
        unités pièces pages points voix électeurs tn tonn kilo kilos mètres metres kwh mw go mo
        ko octets hz degrés tours abonnés followers likes vues sièges cas morts millions milliards
        million milliard mlyoun iqaridn""",
    "HOTLINE": """urgence urgences gratuit hotline vert standard allo assistance police pompiers
        samu ambulance gendarmerie""",
    "NUMBER": "numéro numero num nmra nemra nmera nimra nemira nuṃra uṭṭun uttun n no nº nr number id",
}

#: Short words that are something else in lower case (French, English): only in capitals.
CAPITALS_ONLY = frozenset(("ICE", "IF", "RC", "TP", "DMI", "DPI", "CNI", "CINE", "ILUL"))

#: Cues in Arabic script, without the article.
ARABIC = {
    "PHONE": """هاتف هواتف تلفون تليفون تيليفون تلفن تيلي جوال محمول نقال موبايل بورطابل فاكس واتساب
        وتساب واتسآب واتس وتس خط عيط عيطي عيطو عيطوا اتصل اتصلوا اتصال اتصلي تواصل للتواصل كلمني
        صوني صونيو نمرتو نمرتي نمرتها رنلي دوي""",
    "EMAIL": "بريد ايميل ايمايل إيميل ليميل جيميل",
    "CIN": """بطاقة لاكارط كارط لاكارت لكارط كارطي هوية تعريف وطنية ب.ت.و بتو""",
    "PASSPORT": "جواز جوازات باسبور بسبور باصبور الباسبور پاسبور سفر تأشيرة فيزا",
    "RESIDENCE_PERMIT": "إقامة اقامة سجور كارت_سيجور",
    "DRIVING_LICENCE": "رخصة رخص سياقة السياقة بيرمي برمي البيرمي لبيرمي بيرميس قيادة",
    "RIB": """حساب حسابات ريب بنك بنكي بنكية كونط الكونط لكونط بنكة تحويل فيرمون فيرما حسابو ايبان
        إيبان""",
    "CARD": "فيزا ماستركارد ائتمان بنكية كيشي گيشي",
    "CNSS": """ضمان ضمّان اجتماعي اجتماعية سينيسيس كنسس منخرط منخرطة انخراط أجير أجيرة لاسينيسيس
        لاسينسيس صندوق""",
    "HEALTH_INS": "أمو امو راميد الراميد كنوبس كنوپس تعاضدية تغطية تضامن مؤمن مؤمنة لامو لاكنوبس تأمين",
    "MRN": "",
    "MRN_WEAK": "ملف ملفي دوسي ضوسي دوسيي ملفات",
    "MEDICAL": """استشفائي استشفائية مريض مريضة طبي طبية مستشفى سبيطار صبيطار مصحة طبيب طبيبة فحص
        استشفاء صحي صحية علاج وصفة مرضى مختبر تحاليل""",
    "STUDENT_ID": "مسار مصار طالب طالبة تلميذ تلميذة رمز كود",
    "PLATE": """لوحة ترقيم صفيحة سيارة عربة طوموبيل طونوبيل مركبة شاحنة دراجة ماتريكيل بلاكة بلاكا
        طوموبيلة طاكسي مطريكيل ماطريكيل لطوموبيل موطور""",
    "IP": "آيبي ايبي",
    "SOCIAL": """انستغرام انستا انستجرام إنستغرام إنستا انسطا انسطاغرام فيسبوك فايسبوك فيس فايس تويتر تيكتوك
        تيك سناب سنابشات تلغرام تيليغرام تليغرام لينكدإن يوتيوب""",
    "GPS": "إحداثيات احداثيات موقع جيبيإس جي_بي_إس عرض طول خط_العرض لوكاليزاسيون بوزيسيون",
    "TAX_ID": "ضريبي جبائي ضريبية جبائية",
    "RC": "تجاري",
    "TP": "مهنية باتنتا باتانت پاتانت مهني بتانتا",
    "ICE": "موحد مقاولة",
    "DOB": """مزداد مزدادة ازداد ازدادت ازديادي ازدياد ميلاد ميلادي مولود مولودة مواليد ولد ولدت ولادة
        ولادتي تولد تولدت تولدات تزاد تزادت تزادات تزديت تخلق خلوق تولديت زاد زادت زديت مزيود""",
    "NOT_DOB": """توفي توفيت وفاة منذ صدر صدور تسليم سلمت صلاحية انتهاء موعد فاتورة بتاريخ_اليوم""",
    "OTHER": """قانون قوانين ظهير مرسوم قرار مادة فصل دورية منشور طلبية طلب كوموند كومند كوموند طرد كولية كولي
        فاتورة مرجع نسخة إصدار موديل طراز رحلة آية سورة صفحة جلسة حكم حكمها قضية إيصال تذكرة
        رابطة_تتبع عرض_أثمان صفقة اعلان خطأ بيان رحله""",
    "UNIT": """درهم درهما دراهم دولار أورو يورو ريال ريالا سنتيم مليون مليار كلم كيلومتر متر هكتار هكتارا
        هكتارات طن طنا قنطار قنطارا قناطر كيلو كيلوغرام غرام لتر سنة عام شخص نسمة شخصا سنوات يوم يوما
        شهر شهرا ساعة دقيقة مترا كغ كلغ غ ملغ نقطة صوت مقعد دورو فرنك""",
    "HOTLINE": "أخضر مجانا مجاني مجانية طوارئ استعجال إسعاف شرطة وقاية درك الأخضر الاقتصادي",
    "NUMBER": "رقم أرقام نمرة النمرة نومرو نيميرو عدد رقمها تحت ن",
}

TIFINAGH = {
    "PHONE": "ⵜⵉⵍⵉⴼⵓⵏ ⵓⵜⵉⵍⵉⴼⵓⵏ ⵜⵜⵉⵍⵉⴼⵓⵏ ⵙⵙⵉⵡⵍ ⵙⵉⵡⵍ ⴰⵜⵉⵍⵉⴼⵓⵏ ⵜⵉⵍⵉⴼⵓⵏⵏⵓ",
    "CIN": "ⵜⴰⴽⴰⵕⴹⴰ ⵜⴽⴰⵕⴹⴰ ⵜⴰⵏⴰⵎⵓⵔⵜ ⵜⴰⵎⴰⴳⵉⵜ ⵜⴰⴽⴰⵔⴹⴰ ⵜⴰⴽⴰⵔⴷⴰ",
    "PASSPORT": "ⴰⵙⵉⴽⵍ ⵓⵙⵉⴽⵍ ⴱⴰⵙⴱⵓⵔ ⵒⴰⵙⴱⵓⵔ ⴰⵣⵔⵔⴰⵢ",
    "RIB": "ⴰⵎⵉⴹⴰⵏ ⵓⵎⵉⴹⴰⵏ ⵔⵉⴱ ⵍⴱⴰⵏⴽⴰ ⵜⴱⴰⵏⴽⴰ",
    "DRIVING_LICENCE": "ⵜⵓⵔⴰⴳⵜ ⵜⵓⵔⴰⴳⵜ ⵓⵙⵡⵉⵔⵉ",
    "MRN_WEAK": "ⴰⵙⴷⴰⵡ ⵓⵙⴷⴰⵡ",
    "MEDICAL": "ⴰⵙⴳⵏⴰⴼ ⵓⵙⴳⵏⴰⴼ ⴰⵎⵓⴹⵉⵏ ⵜⴰⵎⵓⴹⵉⵏⵜ ⵓⵎⵓⴹⵉⵏ",
    "PLATE": "ⵜⴰⵎⵓⴱⵉⵍ ⵟⵟⵓⵎⵓⴱⵉⵍ ⵜⵓⵎⵓⴱⵉⵍ ⵜⴰⵀⵉⵔⵜ",
    "DOB": "ⵉⵍⵓⵍ ⵜⵍⵓⵍ ⵍⵓⵍⵖ ⵜⴰⵍⴰⵍⵉⵜ ⵜⵍⴰⵍⵉⵜ ⵉⵍⵓⵍⴰ",
    "OTHER": "ⴰⵙⴰⴹⵓⴼ ⵓⵙⴰⴹⵓⴼ",
    "UNIT": "ⴷⵔⵀⵎ ⵉⴷⵔⵉⵎⵏ ⴷⵉⵔⵀⴰⵎ ⴰⴷⵔⵉⵎ ⵉⵇⴰⵔⵉⴹⵏ",
    "NUMBER": "ⵓⵟⵟⵓⵏ ⵓⵟⵟⵓⵏⵏⵙ ⵏⵓⵎⵔⴰ",
}

_PREFIXES = ("", "و", "ف", "ب", "ل", "ك", "ه")
_POSSESSIVES = ("ه", "ها", "ي", "ك", "هم", "و", "نا", "كم", "تي")


def arabic_forms(word: str) -> Iterator[str]:
    """`word` with the article, one-letter prefixes and possessive endings."""
    bare = word[2:] if word.startswith("ال") and len(word) > 4 else word
    for prefix in _PREFIXES:
        yield prefix + bare
        yield prefix + "ال" + bare
    yield from ("لل" + bare, "ولل" + bare)
    yield from ("وب" + bare, "ول" + bare, "وف" + bare, "وبال" + bare, "فل" + bare, "دال" + bare)
    yield from ("د" + bare, "د" + "ال" + bare, "هاد" + bare, "ل" + bare)
    stem = bare[:-1] + "ت" if bare.endswith(("ة", "ه")) else bare
    for ending in _POSSESSIVES:
        yield stem + ending
        yield "و" + stem + ending
        yield "ب" + stem + ending


@cache
def number_cues() -> Dictionary:
    """Bits of `BIT` for every cue word of numbers and dates."""

    def entries() -> Iterator[tuple[str, int]]:
        for kind, words in LATIN.items():
            for word in words.split():
                if word.isupper() and word in CAPITALS_ONLY:
                    yield word, BIT[kind] | CAPITALS_BIT
                else:
                    yield word, BIT[kind]
                    if word[0].isalpha() and len(word) > 2:
                        yield "l" + word, BIT[kind]
        for kind, words in ARABIC.items():
            for word in words.split():
                for form in {*arabic_forms(word)}:
                    yield form, BIT[kind]
        for kind, words in TIFINAGH.items():
            for word in words.split():
                yield word, BIT[kind]

    return Dictionary.of_bits(entries())


def social_names() -> tuple[list[str], list[str]]:
    """Names of networks, folded: in Latin script, and how they begin in others, articles left off."""
    latin = sorted({re.escape(lowered(page(word))) for word in LATIN["SOCIAL"].split()})
    others = [*ARABIC["SOCIAL"].split(), *TIFINAGH.get("SOCIAL", "").split()]
    # Endings and what is glued before a name change nothing between.
    stems = {page(word.removeprefix("ال").rstrip("ةه")) for word in others}
    return latin, sorted(re.escape(stem) for stem in stems if stem)


#: Abbreviations whose dots cut them into single letters.
_DOTTED = (
    ("CIN", r"C\.I\.N|C\.N\.I\.?E?|ب ?\. ?ت ?\. ?و|ر\.ب\.و|ب-ت-و|ب\.و\.ت"),
    ("RIB", r"R\.I\.B"),
    ("CNSS", r"C\.N\.S\.S|ص\.و\.ض\.إ"),
    ("HEALTH_INS", r"A\.M\.O"),
    ("MRN", r"I\.P\.P"),
    ("STUDENT_ID", r"C\.N\.E"),
    ("PHONE", r"G\.S\.M"),
    ("ICE", r"I\.C\.E"),
    ("TAX_ID", r"I\.F"),
    ("RC", r"R\.C"),
    ("TP", r"T\.P"),
)


@cache
def dotted_cues() -> tuple[object, tuple[tuple[object, int], ...]]:
    """One pattern (re2, over symbols) for all dotted abbreviations, and each with its bit."""
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = True
    alone = [(re.compile(page(f"(?:{pattern})")), BIT[kind]) for kind, pattern in _DOTTED]
    union = page("|".join(pattern for _, pattern in _DOTTED))
    return re2.compile(f"(?:{union})".encode("latin-1"), options), tuple(alone)


#: Set on words that count only when written in capitals.
CAPITALS_BIT = 1 << 63
