"""What is found and what is left alone, in every language form and way of writing."""

from __future__ import annotations

from itertools import pairwise

import pytest

from corpusforge.privacy import detect

NBSP, LRM, RLM, ZWSP = "\u00a0", "\u200e", "\u200f", "\u200b"
RIB = "127640155043303556326208"
IBAN = "MA64127330512609594453402909"


def found(text):
    """Type and exact text of each span."""
    return [(span.type, text[span.start : span.end]) for span in detect([text])[0]]


def values(text, kind):
    return [value for name, value in found(text) if name == kind]


PHONES = [
    "0612345678", "06 12 34 56 78", "06-12-34-56-78", "06.12.34.56.78", "06/12/34/56/78", "0612 34 56 78",
    "0612-345678", "+212612345678", "+212 6 12 34 56 78", "+212-612-345678", "00212612345678", "00212 6 12 34 56 78",
    "+212 (0)6 12 34 56 78", "٠٦١٢٣٤٥٦٧٨", "٠٦ ١٢ ٣٤ ٥٦ ٧٨", "۰۶۱۲۳۴۵۶۷۸", "０６１２３４５６７８",
    f"06{NBSP}12{NBSP}34{NBSP}56{NBSP}78", f"0612{RLM}345678", f"06{ZWSP}12{ZWSP}34{ZWSP}56{ZWSP}78", "061234\n5678", "0522 12 34 56", "0712345678",
]  # fmt: skip


@pytest.mark.parametrize("number", PHONES)
@pytest.mark.parametrize(
    "text",
    [
        "Appelez-moi au {}, merci.",
        "عيط ليا ف {} دابا",
        "nmra dyali {} sift liya",
        "ⵙⵙⵉⵡⵍ ⵉ {} ⴰⵙⵙⴰ",
        "Mon numéro : {}",
    ],
)
def test_finds_a_phone_however_it_is_written(number, text):
    """Separators, digits of another script and invisible marks change nothing."""
    assert values(text.format(number), "PHONE") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Appelez gratuitement le 0801004747.", "Numéro vert 080 2 00 47 47", "اتصل مجانا بالرقم 177",
        "Commande CMD-0622152583 livrée", "Colis n° 0622152583 expédié", "Le prix est de 0612345678 DH", "généré à 1642025496",
    ],
)  # fmt: skip
def test_leaves_hotlines_orders_and_amounts(text):
    """Numbers of public services and of things are no person's."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("CIN : AB123456", "CIN", "AB123456"), ("cin dyali ab123456 ok", "CIN", "ab123456"), ("N° CIN : AB 123456", "CIN", "AB 123456"),
        ("CIN AB-123456", "CIN", "AB-123456"), ("رقم البطاقة الوطنية BJ83073", "CIN", "BJ83073"), ("ب.ت.و رقم K 45871", "CIN", "K 45871"),
        ("ⵜⴰⴽⴰⵕⴹⴰ I568041 ⵜⴳⴰ ⵜⵉⵏ", "CIN", "I568041"), ("C.N.I.E. bk 451278", "CIN", "bk 451278"), ("بطاقتي AE١٢٣٤٥٦", "CIN", "AE١٢٣٤٥٦"),
        ("Passeport n° HG7224954", "PASSPORT", "HG7224954"), ("جواز سفر رقم df4301169", "PASSPORT", "df4301169"),
        ("carte de séjour C097913J", "RESIDENCE_PERMIT", "C097913J"), ("رقم الإقامة D020589Q", "RESIDENCE_PERMIT", "D020589Q"),
        ("permis de conduire 57/367850", "DRIVING_LICENCE", "57/367850"), ("رخصة السياقة رقم ٥٧/٣٦٧٨٥٠", "DRIVING_LICENCE", "٥٧/٣٦٧٨٥٠"),
        (f"RIB {RIB}", "RIB", RIB), ("127 640 1550433035563262 08 mon compte", "RIB", "127 640 1550433035563262 08"),
        (f"{RIB[:12]}\n{RIB[12:]}", "RIB", f"{RIB[:12]}\n{RIB[12:]}"), ("١٢٧٦٤٠١٥٥٠٤٣٣٠٣٥٥٦٣٢٦٢٠٨", "RIB", "١٢٧٦٤٠١٥٥٠٤٣٣٠٣٥٥٦٣٢٦٢٠٨"),
        (f"IBAN {IBAN}", "IBAN", IBAN), (f"iban {IBAN.lower()}", "IBAN", IBAN.lower()), ("MA64 1273 3051 2609 5944 5340 2909", "IBAN", "MA64 1273 3051 2609 5944 5340 2909"),
        ("carte 4564 8930 6348 1202 refusée", "CARD", "4564 8930 6348 1202"), ("٤٥٦٤ ٢٤٢٦ ٤٣٩٠ ٦١٨١", "CARD", "٤٥٦٤ ٢٤٢٦ ٤٣٩٠ ٦١٨١"),
        ("n° CNSS 945073154", "CNSS", "945073154"), ("affilié n°945073154 à la CNSS", "CNSS", "945073154"), ("الضمان الاجتماعي برقم 815777176", "CNSS", "815777176"), ("CNSS : 945 073 154", "CNSS", "945 073 154"),
        ("AMO n° 213312345", "HEALTH_INS", "213312345"), ("بطاقة راميد رقم ١٠١٠٢٢٥٥", "HEALTH_INS", "١٠١٠٢٢٥٥"),
        ("N° IPP 163539", "MRN", "163539"), ("dossier médical n° H-974220", "MRN", "H-974220"), ("رقم الملف الطبي 2023/49555", "MRN", "2023/49555"),
        ("code Massar T198299486", "STUDENT_ID", "T198299486"), ("رمز مسار b035838093", "STUDENT_ID", "b035838093"), ("CNE : 1512345678", "STUDENT_ID", "1512345678"),
        ("IP 160.170.222.27", "IP", "160.170.222.27"), ("depuis 2a02:8440:abcd::9a1f:22", "IP", "2a02:8440:abcd::9a1f:22"),
        ("ICE 001561191000066", "ICE", "001561191000066"), ("patente 45484880", "TP", "45484880"), ("IF 3661271", "TAX_ID", "3661271"), ("RC 45652 Casablanca", "RC", "45652"),
    ],
)  # fmt: skip
def test_finds_identifiers_beside_their_words(text, kind, value):
    """Check digits where there are any, words of every language where there are none."""
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "plate",
    [
        "12345-A-6",
        "12345 | أ | 6",
        "67869|H|60",
        "12345-ب-6",
        "6-أ-12345",
        "12345/د/45",
        "1248 | هـ | 2",
        "WW 123456",
        "١٢٣٤٥ | ط | ٤",
        "12345أ6",
    ],
)
def test_finds_plates_in_every_order_and_script(plate):
    """Serial, letter and region: Arabic or Latin, either way round."""
    assert values(f"La voiture {plate} est garée", "PLATE") == [plate]


@pytest.mark.parametrize(
    "address",
    [
        "k.raji@example.com", "K.RAJI@EXAMPLE.COM", "raji+maroc@example.org", "raji (at) example (dot) org", "raji[at]example[dot]com",
        "raji at example dot com", "raji arobase example point net", "raji @ example . com", "raji آت example نقطة org", f"{LRM}raji@example.net{LRM}", "raji＠example.com",
    ],
)  # fmt: skip
def test_finds_mail_addresses_in_signs_and_words(address):
    """Obfuscation for machines is legible for people."""
    assert [value.strip(LRM) for value in values(f"Écrivez à {address} vite", "EMAIL")] == [
        address.strip(LRM)
    ]


def test_leaves_the_mailboxes_of_public_bodies():
    """A function answers there, no person."""
    assert found("Écrivez à contact@sante.gov.ma ou reclamation@justice.gov.ma.") == []


@pytest.mark.parametrize(
    "profile",
    [
        "@nora_officiel61",
        "instagram.com/nora_officiel61",
        "https://www.facebook.com/karim.raji",
        "https://www.tiktok.com/@karim.raji",
        "t.me/karim_raji",
        "https://www.linkedin.com/in/karim-raji",
        "x.com/karim_raji",
    ],
)
def test_finds_profiles_and_handles(profile):
    """A name on a network leads to the person."""
    assert values(f"Suivez {profile} maintenant", "SOCIAL") == [profile]


@pytest.mark.parametrize(
    "place",
    [
        "31.6295, -7.9811",
        "29°59'13\"N 5°04'51\"W",
        "33.57310° N, 7.58980° W",
        "٣١٫٦٢٩٥، -٧٫٩٨١١",
        "31.62954,-7.98110",
        "29°59′13″N, 5°04′51″W",
    ],
)
def test_finds_coordinates(place):
    """Decimal or in degrees, in either digits."""
    assert values(f"Le puits est à {place} exactement", "GPS") == [place]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("née le 09.03.1964 à Fès", "09.03.1964"), ("Date de naissance : 1990-02-28", "1990-02-28"), ("مزداد بتاريخ ١٢/٠٣/١٩٩٠", "١٢/٠٣/١٩٩٠"),
        ("من مواليد 15 أكتوبر 1974", "15 أكتوبر 1974"), ("تزاد نهار 3 غشت 2001 ف كازا", "3 غشت 2001"), ("tzad nhar 12/03/1990", "12/03/1990"),
        ("né à Oujda le 1er juin 1988", "1er juin 1988"), ("ilul ass n 05/07/1985", "05/07/1985"), ("ⵜⵍⵓⵍ ⴰⵙⵙ ⵏ 28.02.1998", "28.02.1998"),
    ],
)  # fmt: skip
def test_finds_dates_of_birth(text, date):
    """A date beside birth, in every language."""
    assert values(text, "DOB") == [date]


@pytest.mark.parametrize(
    "text",
    [
        "à retirer avant le 2007-10-06",
        "depuis 15/11/2019",
        "صدر بتاريخ ٢١/١٠/٢٠٠٤",
        "Session du 3 juin 2019",
    ],
)
def test_leaves_other_dates(text):
    """A date is personal only as a date of birth."""
    assert found(text) == []


@pytest.mark.parametrize(
    "address",
    [
        "187 avenue Al Massira, appt 19, Kénitra 14000", "Hay Essalam, rue 12, n° 45, Salé", "Lot Annakhil n° 7, Tanger", "Résidence Al Amal, imm B, appt 4, Rabat",
        "Douar Tamaloukt, commune Ida Ou Gnidif", "تجزئة محمد الخامس رقم ١٨٩، بني ملال", "شارع يعقوب المنصور، عمارة ٣٠، الشقة ٦، مراكش",
        "حي السلام، زنقة 12، رقم 45، سلا", "zan9a 30 nemra 173 hay riad tiznit", "رقم 45 زنقة 12 حي الأمل فاس",
    ],
)  # fmt: skip
def test_finds_addresses_whole(address):
    """From house number to town and postcode."""
    assert values(f"adresse : {address}\nmerci", "ADDRESS") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "Il habite près de l'avenue Mohammed V.",
        "مرحبا بكم في شارع محمد الخامس",
        "le quartier Hay Mohammadi à Casablanca",
    ],
)
def test_leaves_streets_without_a_door(text):
    """The name of a street is a place, not an address."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Numéro technique 386567572199186300067020", "wrong RIB"), ("Carte 4564 8930 6348 1203 refusée", "wrong card"), ("MA65127330512609594453402909", "wrong IBAN"),
        ("ICE 001561191000067", "wrong ICE"), ("code 6110637429933", "EAN"), ("version 10.2.4.1 installée", "version"), ("ISBN 978-9954-123-45-6", "ISBN"),
        ("La loi 09-08 et la loi 31-08", "law"), ("ظهير رقم 1.09.15 الصادر", "law"), ("آل عمران ٢٢", "verse"), ("Match nul 3-0", "score"), ("الماتش سالا ٤-١ صافي", "score"),
        ("874 quintaux et 5 689 485,50 dhs", "amounts"), ("223,50 درهما و3252 طن", "amounts"), ("build 867364", "version"), ("pile CR2032, NPK 15-15-15", "product"),
        ("de 11:00-19:00, le 12/03/2020 10:30:00", "time"), ("RN 9, vol AT 755, code I10", "road, flight, diagnosis"), ("255.255.255.0 et 127.0.0.1", "mask"),
        ("https://massarservice.men.gov.ma", "public site"), ("réf. AB123456 du bon", "reference"), ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "UUID"),
    ],
)  # fmt: skip
def test_leaves_look_alikes(text, kind):
    """What only looks like an identifier stays, whatever it is."""
    assert found(text) == [], kind


def test_names_no_type_twice_on_the_same_characters():
    """Of overlapping finds the strongest stays alone."""
    text = f"IBAN {IBAN} Tél 0612345678 karim@example.com instagram.com/karim"
    spans = detect([text])[0]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert [span.type for span in spans] == ["IBAN", "PHONE", "EMAIL", "SOCIAL"]


def test_finds_the_same_alone_and_among_others():
    """A text's neighbours in a batch decide nothing."""
    texts = [
        "Tél",
        "0612345678",
        "né le",
        "12/03/1990",
        "CIN",
        "ab123456",
        "M.",
        "Karim Raji",
        "\x00",
        "",
    ]
    assert detect(texts) == [detect([text])[0] for text in texts]


@pytest.mark.parametrize(
    "unit",
    [
        "1 ",
        "1.",
        "a@",
        "@",
        " at ",
        "rue ",
        "rue A ",
        "né le ",
        "محمد ",
        "شارع ",
        "(at) ",
        "0612345678 ",
        "a. a. ",
        "1|A|",
        "f:",
        "M. ",
        "Nom : ",
        "x@y z dot ",
    ],
)
def test_takes_time_in_proportion_to_the_text(unit):
    """Four times the text takes about four times as long, even where it is made to be slow."""
    import time

    def seconds(size):
        text = (unit * size)[:size]
        start = time.process_time()
        detect([text])
        return time.process_time() - start

    seconds(1000)
    small = min(seconds(8000) for _ in range(2))
    assert seconds(32000) < 16 * small + 0.3


def test_what_is_far_from_any_sign_of_a_network_is_passed_over_rightly():
    """A policy of mailboxes and machines finds what it would find reading every text whole."""
    from labelled_documents import documents

    from corpusforge.privacy import engine
    from corpusforge.privacy.fold import fold

    texts = [document["text"] for document in documents(150, seed=5)]
    texts += [
        "Mon insta: nora_23x",
        "انستا ديالي nora.k_9",
        "FB=karim_07",
        "لفيسبوك nora_23x",
        "1.2.3",
    ]
    texts += [
        "ⴰⵎⴰⵏ",
        "",
        "serveur 160.170.222.27",
        "١٦٠.١٧٠.٢٢٢.٢٧",
        "karim arobase example point com",
    ]
    # The same far apart, and with words cut by where reading begins and ends.
    filler = "instagramme معلومة tel:x 12 "
    texts += [text + filler * number + text for number, text in enumerate(texts[:150])]
    found = engine.candidates(texts, "online")
    plain = [engine._found_in(fold([text]), "online", 1)[0] for text in texts]
    assert found == plain
    assert sum(map(bool, found)) > 10
