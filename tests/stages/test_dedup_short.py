"""Short texts as pages of this country have them: what is one text and what is two."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_dedup import records, run

from corpusforge.privacy.places import TOWNS
from corpusforge.record import record_id
from corpusforge.stages.dedup.config import Dedup
from corpusforge.stages.dedup.disk import Rows
from corpusforge.stages.dedup.index import INDEX, keep_index
from corpusforge.stages.dedup.short import APART, COPY, OPEN, judge
from corpusforge.stages.dedup.sketches import (
    ENDS,
    FIGURE,
    PLACE,
    SHORT,
    sketch_column,
    sketch_rows,
    sketches,
)
from corpusforge.stages.wordhash import hash_words

FLAT = (
    "À louer appartement meublé au troisième étage avec ascenseur, deux chambres, un salon, une "
    "cuisine équipée et un balcon ensoleillé, proche du tramway, des écoles et du marché, à "
    "{town}. Loyer {price} DH par mois, charges comprises. Visite tous les jours après dix-huit "
    "heures, agences s'abstenir. Tél. {phone}."
)
CAR = (
    "للبيع طوموبيل داسيا لوغان مازوت موديل {year} لون رمادي حالة ممتازة، أول يد، ما مضروباش، "
    "الضريبة مخلصة والفيزيت دايزة، كليما وسنترال وجاج كهربائي، السيارة كاينة ف{town} واللي مهتم "
    "بصح يتصل فهاد النمرة، بلا وسطاء عافاكم. الثمن {price} درهم قابل للنقاش شوية فالشوفة."
)
WEATHER = (
    "نشرة إنذارية: تتوقع المديرية العامة للأرصاد الجوية نزول أمطار قوية أحيانا رعدية تتراوح "
    "مقاييسها ما بين {low} و{high} ملم بكل من أقاليم الشمال والريف، وذلك ابتداء من مساء يوم غد، مع "
    "هبوب رياح قوية بالمرتفعات. ويوصى مستعملو الطرق بتوخي الحذر وتفادي عبور الأودية والمجاري "
    "المائية أثناء الفترة المذكورة."
)
CUT = (
    "Avis de coupure : la régie informe ses abonnés du centre-ville de {town} que la distribution "
    "de l'eau potable sera suspendue pour travaux d'entretien du réseau principal, dimanche "
    "prochain, de neuf heures à quinze heures. La régie présente ses excuses aux abonnés pour la "
    "gêne occasionnée et les invite à constituer une réserve suffisante."
)
PHONE = (
    "Smartphone neuf sous emballage, écran AMOLED, double SIM, batterie longue durée avec charge "
    "rapide, appareil photo arrière triple et capteur frontal. Mémoire interne de {memory} Go "
    "extensible par carte. Garantie du vendeur, livraison gratuite partout au Maroc, paiement à la "
    "réception, échange possible sous huitaine si l'emballage est intact."
)
TIFINAGH = (
    "ⴰⵙⴰⵔⴰⴳ ⵏ ⵜⵎⴰⵣⵉⵖⵜ ⵉⵔⵥⵎ ⵜⴰⵡⵡⵓⵔⵜ ⵏⵏⵙ ⵉ ⵉⵏⵎⵀⴰⵍⵏ ⴷ ⵜⵏⵎⵀⴰⵍⵉⵏ ⴳ {town} ⵣⵖ ⵜⴳⵓⴷⵉ ⵏ ⵜⵉⴼⴰⵡⵉⵏ "
    "ⴰⵔ ⵜⴰⴷⴳⴳⵯⴰⵜ ⴽⵓ ⴰⵙⵙ ⵙⴳ ⵡⴰⵢⵏⴰⵙ ⴰⵔ ⵙⵉⵎⵡⴰⵙ ⴷ ⵓⵔ ⵉⵍⵍⵉ ⴽⵔⴰ ⵏ ⵡⴰⵜⵉⴳ ⵖⴼ ⵜⵣⵎⵎⴻⵎⵜ ⵏ ⵉⵎⴰⵣⵣⴰⵏⵏ ⵜⴰⵎⴳⴳⴰⵔⵓⵜ"
)

#: Pages of one template that are two texts.
TWO = {
    "price of a flat": [
        FLAT.format(town="Salé", price=price, phone="06 61 00 00 01") for price in ("3500", "4200")
    ],
    "town of a flat": [
        FLAT.format(town=town, price="3500", phone="06 61 00 00 01") for town in ("Salé", "Oujda")
    ],
    "town of two words": [
        FLAT.format(town=town, price="3500", phone="06 61 00 00 01")
        for town in ("Sidi Kacem", "Sidi Slimane")
    ],
    "year of a car": [
        CAR.format(year=year, town="القنيطرة", price="85000") for year in ("2014", "2017")
    ],
    "year in other digits": [
        CAR.format(year=year, town="القنيطرة", price="85000") for year in ("2014", "٢٠١٧")
    ],
    "town of a car": [
        CAR.format(year="2014", town=f" {town} ", price="85000") for town in ("مكناس", "طنجة")
    ],
    "millimetres of rain": [WEATHER.format(low=low, high="60") for low in ("20", "40")],
    "place of a notice": [CUT.format(town=town) for town in ("Khénifra", "Azrou")],
    "memory of a phone": [PHONE.format(memory=memory) for memory in ("64", "128")],
    "town in Tifinagh": [TIFINAGH.format(town=town) for town in ("ⴰⴳⴰⴷⵉⵔ", "ⵜⵉⵣⵏⵉⵜ")],
    "a question, and what was answered": [
        (
            "Salam, chkoun li 3ndo chi fikra 3la l concours dyal lmo3allimin had l3am, wach khass "
            "chi diplome akhor mn ghir licence wla kafi"
        ),
        (
            "Salam, chkoun li 3ndo chi fikra 3la l concours dyal lmo3allimin had l3am, wach khass "
            "chi diplome akhor mn ghir licence wla kafi ?\nLa khoya kafiya licence"
        ),
    ],
    "a notice, and that it no longer holds": [
        (
            "تعلن الجماعة عن تنظيم قافلة طبية مجانية لفائدة ساكنة الدواوير المجاورة يوم السبت "
            "المقبل بمقر دار الشباب ابتداء من الساعة التاسعة صباحا والدعوة عامة للجميع."
        ),
        (
            "تعلن الجماعة عن تنظيم قافلة طبية مجانية لفائدة ساكنة الدواوير المجاورة يوم السبت "
            "المقبل بمقر دار الشباب ابتداء من الساعة التاسعة صباحا والدعوة عامة للجميع. تأجلت "
            "القافلة إلى موعد لاحق."
        ),
    ],
}

AD = FLAT.format(town="Salé", price="3500", phone="06 61 00 00 01")
#: Copies of one text.
ONE = {
    "a phone number set in another way": [
        AD,
        AD.replace("06 61 00 00 01", "0661000001"),
    ],
    "a menu and a footer around it": [
        (
            "خاصك تجيب معاك البطاقة الوطنية وعقد الازدياد وشهادة السكنى وجوج تصاور باش تسجل ولدك "
            "فالمدرسة قبل ما يسالي الوقت."
        ),
        (
            "الرئيسية خدمات وثائق\nخاصك تجيب معاك البطاقة الوطنية وعقد الازدياد وشهادة السكنى وجوج "
            "تصاور باش تسجل ولدك فالمدرسة قبل ما يسالي الوقت.\nجميع الحقوق محفوظة للجماعة"
        ),
    ],
    "a word that was forgotten": [
        (
            "Le bureau de l'association remercie tous les bénévoles qui ont participé à la "
            "campagne de nettoyage de la plage organisée avec les élèves du village"
        ),
        (
            "Le bureau de l'association remercie vivement tous les bénévoles qui ont participé "
            "à la campagne de nettoyage de la plage organisée avec les élèves du village"
        ),
    ],
    "the last of several sentences cut off": [
        WEATHER.format(low="20", high="60") + " نهاية النشرة.",
        WEATHER.format(low="20", high="60"),
    ],
    "a slip in a long enough text": [AD, AD.replace("équipée", "aménagée")],
}


@pytest.mark.parametrize("name", TWO)
def test_pages_of_one_template_are_two_texts(tmp_path, name):
    """Both stay, in one version and where the first was published before the second came."""
    first, second = TWO[name]
    kept, dropped, _ = run(tmp_path / "at once", [records({"a": first, "b": second})])
    assert dropped == {}
    assert len(kept) == 2
    assert later(tmp_path, first, second) == {}


@pytest.mark.parametrize("name", ONE)
def test_copies_of_a_short_text_are_one(tmp_path, name):
    """One is dropped, in one version and where the other one was published before."""
    first, second = ONE[name]
    kept, dropped, _ = run(tmp_path / "at once", [records({"a": first, "b": second})])
    assert [row["reason"] for row in dropped.values()] == ["near_duplicate"]
    assert len(kept) == 1
    assert set(later(tmp_path, first, second)) == {"b"}


def later(root, first, second, *, old=False):
    """What is dropped of a version with the second text when the first one is published.

    With `old`, the index is one of before there were sketches.
    """
    private = root / "private"
    table = records({"a": first})
    kept, _, index = run(root / "one", [table], private=private)
    path = keep_index(index, private, "commons/test", "1.0.0", kept["id"].chunks)
    if old:
        published = pa.ipc.open_file(path.read_bytes()).read_all().drop_columns("sketch")
        with pa.ipc.new_file(str(path), published.schema) as writer:
            writer.write_table(published)
    more = records({"a": first, "b": second})
    _, dropped, _ = run(root / "two", [more], version="1.1.0", private=private)
    alone = records({"b": second})
    _, gone, _ = run(root / "three", [alone], version="1.1.0", private=private)
    assert old or dropped.keys() == gone.keys()
    return gone


def test_an_index_without_sketches_is_read_and_shingles_decide(tmp_path):
    """What was published by an earlier release of the program still counts as seen."""
    assert "sketch" in INDEX.names
    first, second = TWO["town of a flat"]
    assert set(later(tmp_path / "alike", first, second, old=True)) == {"b"}
    assert later(tmp_path / "other", first, TIFINAGH, old=True) == {}


def test_what_only_resembles_a_withdrawn_text_is_barred_too(tmp_path):
    """Of doubts about a text that was withdrawn none lets a copy of it pass."""
    private = tmp_path / "private"
    first, second = TWO["price of a flat"]
    kept, _, index = run(tmp_path / "one", [records({"a": first})], private=private)
    keep_index(index, private, "commons/test", "1.0.0", kept["id"].chunks)
    (private / "commons/test/withdrawn.txt").write_text(record_id("s", "a") + "\n")
    kept, dropped, _ = run(
        tmp_path / "two", [records({"b": second})], version="1.0.1", private=private
    )
    assert len(kept) == 0
    assert dropped["b"]["reason"] == "withdrawn"


def test_figures_count_only_where_the_recipe_keeps_them(tmp_path):
    """With `numbers: ignore` two prices are one text; two towns are still two."""
    prices = records(dict(zip("ab", TWO["price of a flat"], strict=True)))
    assert len(run(tmp_path / "prices", [prices], numbers="ignore")[0]) == 1
    towns = records(dict(zip("ab", TWO["town of a flat"], strict=True)))
    assert len(run(tmp_path / "towns", [towns], numbers="ignore")[0]) == 2


def test_long_texts_are_left_to_their_shingles(tmp_path):
    """One figure among more than a hundred words makes no other text."""
    body = " ".join(f"كلمة{chr(0x628 + n % 20)}{chr(0x628 + n // 20)}" for n in range(SHORT))
    table = records({"a": f"{body} 12", "b": f"{body} 14"})
    assert len(run(tmp_path / "long", [table])[0]) == 1
    table = records({"a": f"{body[:400]} 12", "b": f"{body[:400]} 14"})
    assert len(run(tmp_path / "short", [table])[0]) == 2


def test_a_threshold_of_one_means_the_same_shingles(tmp_path):
    """Allowances for frames and single words shrink with what the threshold leaves."""
    for name in ("a menu and a footer around it", "a word that was forgotten"):
        table = records(dict(zip("ab", ONE[name], strict=True)))
        assert len(run(tmp_path / name, [table], threshold=1.0)[0]) == 2


def rows_of(*texts, numbers="keep"):
    column = pa.chunked_array([pa.array(texts)])
    counts = np.diff(hash_words(texts).offsets)
    return sketch_rows(sketches(column, counts, numbers))


def test_a_sketch_says_what_is_a_fact_and_where_sentences_end():
    """Figures of any digits, towns of any script, ends of sentences; no points in words."""
    text = "Prix ٣٥٠٠ DH, à Salé. Voir example.ma\nأو 3.26 بفاس؟ ثم ⵜⵉⵣⵏⵉⵜ ابن كلميم"
    _, rows = rows_of(text)
    words = rows[0, 1 : np.count_nonzero(rows[0, 1:]) + 1]
    assert np.flatnonzero(words & FIGURE).tolist() == [1, 9, 10]
    assert np.flatnonzero(words & PLACE).tolist() == [4, 13, 15]
    assert np.flatnonzero(words & ENDS).tolist() == [4, 7, 11, 15]
    assert rows_of("le 10:30, 1 200 DH")[1][0, 0] == rows_of("1030 ... 1200")[1][0, 0]
    assert rows_of("12")[1][0, 0] != rows_of("13")[1][0, 0]


@given(st.lists(st.text("ab1 .\n\u064b\u0640فا", max_size=40), max_size=8))
def test_sketches_do_not_depend_on_their_neighbours(texts):
    """A text has the sketch it would have alone, and columns of them come back as they were."""
    having, rows = rows_of(*texts)
    assert having.tolist() == list(range(len(texts)))
    for text, row in zip(texts, rows, strict=True):
        assert (rows_of(text)[1][0] == row).all()


def test_columns_of_sketches_come_back_as_they_were(tmp_path):
    """Null where a text is long, without words where it has none."""
    texts = ["صباح الخير 12", "💧", "كلمة " * (SHORT + 1), "a b"]
    having, rows = rows_of(*texts)
    assert having.tolist() == [0, 1, 3]
    stored = Rows(tmp_path / "rows", np.dtype(np.uint16), 1 + SHORT)
    stored.append(np.zeros((1, 1 + SHORT), np.uint16))
    stored.append(rows)
    column = sketch_column(stored, np.array([1, 2, 0, 3]))
    again, found = sketch_rows(column)
    assert again.tolist() == [0, 1, 3]
    assert (found == rows).all()


LETTERS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=14)


@given(LETTERS, LETTERS, st.sampled_from([0.5, 0.7, 0.9]))
def test_a_pair_is_judged_alike_from_both_sides(first, second, threshold):
    """Which text comes first makes no difference, nor do other pairs beside it."""
    _, rows = rows_of(" ".join(first), " ".join(second), "a. b. c d e f g h i j k")
    one = judge(rows[[0, 2, 1]], rows[[1, 0, 2]], threshold, 5)
    other = judge(rows[[1]], rows[[0]], threshold, 5)
    if len(first) != len(second):
        assert one[0] == other[0]
    assert set(one.tolist()) <= {APART, COPY, OPEN}


def test_other_towns_are_another_version_of_the_stage():
    """Sketches are kept by the stage's version: with a new list, raise it and this pair."""
    listed = hashlib.sha256(" ".join(TOWNS.split()).encode()).hexdigest()[:16]
    assert (Dedup.VERSION, listed) == ("3", "a23f2fb973d5ac42")
