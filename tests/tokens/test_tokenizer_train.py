"""Training and comparing tokenizers, from files to the card."""

import gzip
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from release_builders import build, table_of
from small import LINES, byte_level
from typer.testing import CliRunner

from corpusforge.cli.tokenizer import register
from corpusforge.errors import TokenError
from corpusforge.release.directory import read_manifest, write_release
from corpusforge.tokens.decoder import decode
from corpusforge.tokens.encoder import load_encoder, token_id
from corpusforge.tokens.features import same_pattern
from corpusforge.tokens.fertility import measure
from corpusforge.tokens.pattern import PATTERN
from corpusforge.tokens.sample import Sample, Text, shares
from corpusforge.tokens.training import train

app = typer.Typer()
register(app)

WORDS = {
    "ary_Arab": "واش كاين شي حل لهاد المشكل ديال الما فالدوار حيت بزاف ديال الناس كيشكيو",
    "ary_Latn": "wach 3refti chno w9e3 lbare7 ma3reftch ghir 7ta lil bzaf dyal nass",
    "zgh_Tfng": "ⵜⴰⵎⴰⵣⵉⵖⵜ ⴷ ⵜⵓⵜⵍⴰⵢⵜ ⵏ ⵉⵎⴰⵣⵉⵖⵏ ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ ⴰⵎⴰⵏ ⵏ ⵓⴷⵔⴰⵔ",
    "fra_Latn": "l'eau de la source n'est pas potable aujourd'hui d'après le médecin du village",
}


def texts(language, count, seed=5):
    """Texts of some words of a language, none twice."""
    rng = random.Random(f"{seed} {language}")
    words = WORDS[language].split()
    return list(dict.fromkeys(" ".join(rng.choices(words, k=8)) for _ in range(count)))


@pytest.fixture
def corpus(tmp_path):
    """A folder of text files, named by language, one of them gzipped."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for language in WORDS:
        lines = "\n".join(texts(language, 400 if language == "ary_Arab" else 150)) + "\n"
        if language == "zgh_Tfng":
            (folder / f"{language}.txt.gz").write_bytes(gzip.compress(lines.encode()))
        else:
            (folder / f"{language}.txt").write_text(lines, encoding="utf-8")
    return folder


def run(*arguments, code=0):
    """What the command prints; errors of ours are raised."""
    done = CliRunner().invoke(app, ["tokenizer", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def content(folder):
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_trained_tokenizer_has_a_file_for_each_of_its_readers(corpus, tmp_path):
    """tokenizer.json, its config, the card for people and for machines, the plot."""
    output = tmp_path / "darija"
    shown = run("train", corpus, "--output", output, "--vocabulary", 600)
    assert shown.rstrip().endswith(f"tokenizer {output}")
    assert sorted(content(output)) == [
        *("README.md", "card.json", "fertility.svg", "tokenizer.json", "tokenizer_config.json"),
    ]
    assert token_id(output, "<|endoftext|>") == 0
    found = load_encoder(output, "fast").encode(list(LINES))
    assert decode(output, found) == [line.encode() for line in LINES]
    ET.fromstring((output / "fertility.svg").read_text("utf-8"))
    facts = json.loads((output / "card.json").read_bytes())
    (own,) = facts["measured"]
    assert own["name"] == "darija"
    assert set(own["languages"]) == set(WORDS)
    for figures in own["languages"].values():
        assert figures["documents"] > 0
        assert figures["lost"] == figures["unknown"] == 0
        assert figures["tokens_per_word"] == pytest.approx(
            figures["tokens"] / figures["words"], abs=1e-4
        )
    assert {one["name"] for one in facts["inputs"]} == {path.name for path in corpus.iterdir()}
    card = (output / "README.md").read_text("utf-8")
    assert "came back byte for byte" in card
    assert "| zgh_Tfng |" in card
    assert str(tmp_path) not in card


def test_the_same_texts_give_the_same_bytes_in_any_order_and_form(corpus, tmp_path):
    """Shuffled, doubled, in other files, as Parquet: the tokenizer is the same."""
    first = tmp_path / "first"
    run("train", corpus, "--output", first, "--vocabulary", 500, "--name", "x")
    rows = [
        {"text": line, "language": language}
        for language in WORDS
        for line in texts(language, 400 if language == "ary_Arab" else 150)
    ]
    rows += rows[:50]
    random.Random(1).shuffle(rows)
    half = len(rows) // 2
    table = tmp_path / "b.parquet"
    pq.write_table(pa.Table.from_pylist(rows[:half]), table)
    lines = tmp_path / "a.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows[half:]), encoding="utf-8")
    second = tmp_path / "second"
    run("train", table, lines, "--output", second, "--vocabulary", 500, "--name", "x")
    one, other = content(first), content(second)
    assert one["tokenizer.json"] == other["tokenizer.json"]
    assert one["fertility.svg"] == other["fertility.svg"]


def test_training_again_changes_nothing_and_another_tokenizer_is_not_overwritten(corpus, tmp_path):
    """Ids mean nothing without their tokenizer, so none is lost by a slip."""
    output = tmp_path / "it"
    run("train", corpus, "--output", output, "--vocabulary", 500)
    before = content(output)
    run("train", corpus, "--output", output, "--vocabulary", 500)
    assert content(output) == before
    with pytest.raises(TokenError) as caught:
        run("train", corpus, "--output", output, "--vocabulary", 600)
    assert caught.value.code == "TOK011"
    assert content(output) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "it"]


@pytest.mark.slow
def test_the_number_of_threads_is_no_part_of_a_tokenizer(corpus, tmp_path):
    """One thread and three give the same bytes."""
    made = []
    for threads in ("1", "3"):
        output = tmp_path / threads
        subprocess.run(
            [
                *(sys.executable, "-m", "corpusforge", "tokenizer", "train", str(corpus)),
                *("--output", str(output), "--vocabulary", "700", "--name", "x"),
            ],
            env={"RAYON_NUM_THREADS": threads, "PYTHONHASHSEED": threads, "PATH": "/usr/bin"},
            check=True,
            capture_output=True,
        )
        made.append(content(output))
    assert made[0] == made[1]


def test_what_is_measured_was_not_trained_on():
    """No text, in other case or spacing either, is on both sides; twins count once."""
    sample = Sample(held_out=5)
    for language in WORDS:
        for text in texts(language, 200):
            for form in (text, text.upper(), f"  {text.replace(' ', '   ')}\n"):
                sample.add([Text(form, language)])
    for language in WORDS:
        trained = {" ".join(t.casefold().split()) for t in sample.training[language].texts()}
        kept = {" ".join(t.casefold().split()) for t in sample.held_out[language].texts()}
        assert trained & kept == set()
        assert len(trained) == len(sample.training[language].texts())
        assert len(trained | kept) == len(texts(language, 200))
        assert 10 < len(kept) < 80


def test_what_is_drawn_does_not_depend_on_the_order():
    """A cap of words takes the same texts whatever came first."""
    offered = [Text(text, "fra_Latn") for text in texts("fra_Latn", 500)]
    drawn = []
    for seed in range(3):
        random.Random(seed).shuffle(offered)
        sample = Sample(words=400)
        sample.add(offered)
        drawn.append(sample.training["fra_Latn"].texts())
        assert 400 <= sample.training["fra_Latn"].words < 408
    assert drawn[0] == drawn[1] == drawn[2]


def test_whole_sources_and_test_splits_can_be_kept_out():
    """Text of the same source is easier than text of others."""
    sample = Sample(held_out=10**9, held_out_sources=["forum"])
    sample.add(
        [
            Text("ماكاينش مشكل", "ary_Arab", "forum"),
            Text("ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ", "zgh_Tfng", "site", held_out=True),
            Text("l'eau potable", "fra_Latn", "site"),
        ]
    )
    assert set(sample.held_out) == {"ary_Arab", "zgh_Tfng"}
    assert set(sample.training) == {"fra_Latn"}


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        (1, {"a": 1000, "b": 100, "c": 10}),
        (0, {"a": 1000, "b": 400, "c": 40}),
        (0.5, {"a": 1000, "b": 316, "c": 40}),
    ],
)
def test_a_small_language_brings_more_than_it_has_but_not_without_end(balance, expected):
    """From as it comes to all alike, four times over at most."""
    assert shares({"a": 1000, "b": 100, "c": 10, "d": 0}, balance) == expected


def test_balance_gives_a_small_language_its_place(tmp_path):
    """Tifinagh beside fifty times as much French costs less when it is balanced."""
    paths = []
    for language, count in (("fra_Latn", 3000), ("zgh_Tfng", 60)):
        path = tmp_path / f"{language}.txt"
        path.write_text("\n".join(texts(language, count)), encoding="utf-8")
        paths.append(path)
    cost = {}
    for balance in ("0", "1"):
        made = run(
            *("train", *paths, "--output", tmp_path / balance, "--vocabulary", 330),
            *("--balance", balance, "--hold-out", 4, "--json"),
        )
        (own,) = json.loads(made)["measured"]
        cost[balance] = own["languages"]["zgh_Tfng"]["tokens_per_word"]
    assert cost["0"] < cost["1"]


def pieces(text):
    """How a text is split before bytes are merged."""
    from tokenizers import Regex
    from tokenizers.pre_tokenizers import Split

    return [piece for piece, _ in Split(Regex(PATTERN), "isolated").pre_tokenize_str(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wach 3refti w9e3 7ta", ["wach", " 3refti", " w9e3", " 7ta"]),
        ("s77a tb9a ma3ndich hna5", ["s77a", " tb9a", " ma3ndich", " hna5"]),
        ("25km 2024 covid19", ["25", "km", " ", "202", "4", " covid", "19"]),
        ("page23 100DH A4", [*("page", "23", " ", "100", "DH"), " A4"]),
        ("l'eau qu’il d'après aujourd'hui", ["l'", "eau", " qu’", "il", " d'", "après"]),
        ("don't she's I'll", ["don", "'t", " she", "'s", " I", "'ll"]),
        ("المغرب، بِلَادٌ جميلة", ["المغرب", "،", " بِلَادٌ", " جميلة"]),
        ("مـــرحـــبـــا بكم٣", ["مـــرحـــبـــا", " بكم", "٣"]),
        ("ⴰⵣⵓⵍ ⵙ⵿ⵜ ⵜⴰⴷⴷⴰⵔⵜ.", ["ⴰⵣⵓⵍ", " ⵙ⵿ⵜ", " ⵜⴰⴷⴷⴰⵔⵜ", "."]),
        ("Tamaziɣt ččan ḥmed ɛli", ["Tamaziɣt", " ččan", " ḥmed", " ɛli"]),
        ("a\u0301b3c", ["a\u0301b3c"]),
        ("x  \n\n  y", ["x", "  \n\n", " ", " y"]),
    ],
)
def test_words_of_this_country_stay_whole(text, expected):
    """Digits that are letters, elisions, vowel signs, tatweel and Tifinagh's joiner."""
    found = pieces(text)
    assert found[: len(expected)] == expected
    assert "".join(found) == text


def test_the_pattern_is_one_that_the_fast_engine_reads_alike():
    """What we train can be encoded fast."""
    assert same_pattern(PATTERN)


def test_a_word_never_shares_a_token_with_another(corpus, tmp_path):
    """Space stands at the start of a token only, so nothing is merged across words."""
    run("train", corpus, "--output", tmp_path / "t", "--vocabulary", 700)
    vocabulary = json.loads((tmp_path / "t" / "tokenizer.json").read_bytes())["model"]["vocab"]
    assert [token for token in vocabulary if re.search(r".Ġ\w|\wĠ", token)] == []


def test_comparing_says_what_each_language_costs_and_what_was_lost(tmp_path):
    """A WordPiece count looks low only because words became unknown, and that is said."""
    import tokenizers as tk

    word = tk.Tokenizer(tk.models.WordPiece(unk_token="[UNK]"))
    word.pre_tokenizer = tk.pre_tokenizers.Whitespace()
    word.decoder = tk.decoders.WordPiece()
    word.train_from_iterator(
        [WORDS["fra_Latn"]],
        tk.trainers.WordPieceTrainer(special_tokens=["[UNK]"], show_progress=False),
    )
    word.save(str(tmp_path / "word.json"))
    (tmp_path / "bytes.json").write_text(byte_level(), encoding="utf-8")
    data = tmp_path / "data.jsonl"
    rows = [{"text": text, "language": name} for name in WORDS for text in texts(name, 20)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    files = (tmp_path / "word.json", f"own={tmp_path / 'bytes.json'}")
    plot = tmp_path / "plot.svg"
    found = json.loads(run("compare", *files, "--on", data, "--json", "--plot", plot))["measured"]
    word, own = found
    assert (word["name"], own["name"]) == ("word", "own")
    assert own["languages"]["zgh_Tfng"]["unknown"] == own["languages"]["zgh_Tfng"]["lost"] == 0
    tifinagh = word["languages"]["zgh_Tfng"]
    assert tifinagh["tokens_per_word"] == 1.0
    assert tifinagh["unknown_rate"] == 1.0
    assert tifinagh["lost"] == tifinagh["documents"]
    assert "zgh_Tfng" in run("compare", *files, "--on", data)
    ET.fromstring(plot.read_text("utf-8"))


def test_two_tokenizers_of_one_name_are_refused(tmp_path):
    """Files of several folders are told apart by their folders, or by the name given."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tokenizer.json").write_text(byte_level(), encoding="utf-8")
    data = tmp_path / "ary_Arab.txt"
    data.write_text(WORDS["ary_Arab"], encoding="utf-8")
    shown = run("compare", tmp_path / "a", tmp_path / "b" / "tokenizer.json", "--on", data)
    assert "a" in shown.split()
    with pytest.raises(TokenError) as caught:
        run("compare", tmp_path / "a", f"a={tmp_path / 'b'}", "--on", data)
    assert caught.value.code == "TOK013"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere"], "TOK012"),
        (["empty"], "TOK012"),
        (["picture.png"], "TOK012"),
        (["blank.txt"], "TOK014"),
        (["ary_Arab.txt", "--languages", "zgh_Tfng"], "TOK014"),
        (["ary_Arab.txt", "--vocabulary", "100"], "TOK010"),
        (["latin1.txt"], "TOK020"),
        (["lines.jsonl", "--text-column", "body"], "TOK021"),
        (["ary_Arab.txt", "--against", "lines.jsonl"], "TOK002"),
    ],
)
def test_what_cannot_be_trained_on_is_one_clear_error(tmp_path, monkeypatch, arguments, code):
    """It names the place and the way out, and leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "blank.txt").write_text(" \n\n", encoding="utf-8")
    (tmp_path / "latin1.txt").write_bytes("déjà\n".encode("latin-1"))
    (tmp_path / "ary_Arab.txt").write_text("\n".join(texts("ary_Arab", 90)), encoding="utf-8")
    (tmp_path / "lines.jsonl").write_text('{"text": "ⴰⵣⵓⵍ"}\n', encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(TokenError) as caught:
        run("train", *arguments, "--output", "made")
    assert caught.value.code == code
    assert caught.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_an_output_that_cannot_be_written_is_one_clear_error(corpus, tmp_path):
    """A file where the folder should go, or no right to write."""
    (tmp_path / "file").write_text("ⴰⵣⵓⵍ", encoding="utf-8")
    with pytest.raises(TokenError) as caught:
        run("train", corpus, "--output", tmp_path / "file" / "t", "--vocabulary", 400)
    assert caught.value.code == "TOK015"


def test_licences_of_the_texts_are_inherited(tmp_path):
    """They stand on the card, joined; a text that states none is not passed over."""
    rows = [
        {"text": text, "language": "ary_Arab", "license": licence, "source": licence}
        for licence, seed in (("CC-BY-4.0", 1), ("CC0-1.0", 2))
        for text in texts("ary_Arab", 60, seed)
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run("train", path, "--output", tmp_path / "a", "--vocabulary", 400)
    facts = json.loads((tmp_path / "a" / "card.json").read_bytes())
    assert facts["license"] == "CC-BY-4.0 AND CC0-1.0"
    assert set(facts["sources"]) == {"CC-BY-4.0", "CC0-1.0"}
    del rows[3]["license"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run("train", path, "--output", tmp_path / "b", "--vocabulary", 400)
    assert json.loads((tmp_path / "b" / "card.json").read_bytes())["license"] is None
    assert "state no licence" in (tmp_path / "b" / "README.md").read_text("utf-8")


def test_special_tokens_of_the_user_stand_after_ours():
    """End and padding have the same ids in every tokenizer."""
    content = json.loads(train(LINES, 400, ["<|im_start|>", "<|endoftext|>"]))
    found = {token["content"]: token["id"] for token in content["added_tokens"]}
    assert found == {"<|endoftext|>": 0, "<|padding|>": 1, "<|im_start|>": 2}


@pytest.fixture
def release(tmp_path):
    """A release in a workspace, as a build of the health recipe leaves it; two rows to test on."""
    rows = {
        name: [table_of(name, texts(name, 60), "leaflets", "CC-BY-4.0", "MoH")] for name in WORDS
    }
    configs = {name: {"train": tables} for name, tables in rows.items()}
    kept = ["ماكاينش الما اليوم فالدوار", "غدا نشوفو الحل"]
    test = table_of("ary_Arab", kept, "forum", "CC-BY-4.0", "a forum")
    configs["ary_Arab"]["test"] = [test]
    made = build(tmp_path / "data", configs, name="commons/health", version="1.0.0", tier="gated")
    target = tmp_path / "workspace" / "releases" / "commons/health" / "1.0.0"
    target.parent.mkdir(parents=True)
    return write_release(made.release, made.data, target)


@pytest.mark.parametrize("reference", ["directory", "recipe"])
def test_a_release_and_a_built_recipe_are_trained_on(release, tmp_path, reference):
    """The card names the release, its digest, licence and tier; its test split is only measured."""
    recipe = Path(__file__).parents[2] / "recipes" / "health.yaml"
    data = release if reference == "directory" else recipe
    workspace = ("--workspace", tmp_path / "workspace")
    output = tmp_path / "t"
    run("train", data, "--output", output, "--vocabulary", 500, "--hold-out", 9999, *workspace)
    facts = json.loads((output / "card.json").read_bytes())
    (named,) = facts["inputs"]
    _, digest = read_manifest(release)
    assert named == {
        "kind": "release",
        "name": "commons/health",
        "version": "1.0.0",
        "digest": digest,
        "tier": "gated",
    }
    assert (facts["license"], facts["tier"]) == ("CC-BY-4.0", "gated")
    assert facts["measured"][0]["languages"]["ary_Arab"]["documents"] == 2
    assert "forum" not in facts["sources"]
    card = (output / "README.md").read_text("utf-8")
    assert card.startswith("---\nlicense: cc-by-4.0\n")
    assert "The texts are gated" in card
    unmeasured = sorted(set(facts["texts"]) - set(facts["measured"][0]["languages"]))
    said = f"no text of theirs was kept out: {', '.join(unmeasured)}."
    assert (said in card) == bool(unmeasured)


def test_a_recipe_that_was_not_built_is_said_so(tmp_path):
    """With the command that builds it."""
    recipe = Path(__file__).parents[2] / "recipes" / "health.yaml"
    with pytest.raises(TokenError) as caught:
        run("train", recipe, "--output", tmp_path / "t", "--workspace", tmp_path / "none")
    assert caught.value.code == "TOK012"
    assert "corpusforge build" in caught.value.hint


@pytest.mark.torch
def test_transformers_loads_what_was_trained(corpus, tmp_path):
    """With its end and padding tokens, and it gives the text back."""
    transformers = pytest.importorskip("transformers")
    run("train", corpus, "--output", tmp_path / "t", "--vocabulary", 500)
    loaded = transformers.PreTrainedTokenizerFast.from_pretrained(tmp_path / "t")
    assert (loaded.eos_token_id, loaded.pad_token_id) == (0, 1)
    assert len(loaded) == load_encoder(tmp_path / "t").vocabulary
    for line in LINES:
        ids = loaded(line)["input_ids"]
        assert ids == load_encoder(tmp_path / "t").encode([line]).ids.tolist()
        assert loaded.decode(ids) == line


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.floor
def test_what_moroccan_languages_cost_stays_within_the_promise(shared, tmp_path):
    """Tokens a word on text kept out, 32k ids over all languages of the pool."""
    run("train", shared / "lid" / "train", "--output", tmp_path / "t")
    (own,) = json.loads((tmp_path / "t" / "card.json").read_bytes())["measured"]
    cost = {name: one["tokens_per_word"] for name, one in own["languages"].items()}
    assert cost["zgh_Tfng"] <= 2.8
    assert cost["ary_Arab"] <= 1.8
    assert cost["arb_Arab"] <= 2.1
    assert cost["ary_Latn"] <= 2.4
    assert cost["fra_Latn"] <= 1.75
    assert measure("t", tmp_path / "t", {"und": list(LINES)}).languages["und"].lost == 0
