"""What scoring stands on and needs no torch: windows, model folders, devices, work ahead."""

import json
import struct
import threading
import time

import numpy as np
import pytest

from corpusforge.errors import TokenError
from corpusforge.tokens.ahead import Ahead
from corpusforge.tokens.batches import plan_memory
from corpusforge.tokens.device import visible_devices, wanted
from corpusforge.tokens.folder import folder_digest, open_folder
from corpusforge.tokens.scorers.embedding import quantised
from corpusforge.tokens.scorers.names import Span, person_outputs, spans
from corpusforge.tokens.scorers.scorer import rounded
from corpusforge.tokens.windows import windows


@pytest.mark.parametrize("length", [1, 7, 8, 9, 31, 64, 1000])
@pytest.mark.parametrize(("size", "overlap"), [(8, 0), (8, 2), (16, 8), (64, 3)])
@pytest.mark.parametrize("ahead", [False, True])
def test_every_token_is_answered_for_once(length, size, overlap, ahead):
    """Whatever the sizes: no token twice, none left out, no window too large, context kept."""
    found = list(windows(length, size, overlap, ahead=ahead))
    answered = [n for window in found for n in range(window.first, window.last)]
    assert answered == list(range(length))
    assert all(0 < window.end - window.start <= size for window in found)
    assert all(w.start <= w.first <= w.last <= w.end for w in found)
    if not ahead:
        assert all(window.first - window.start == overlap for window in found[1:])


def test_a_text_without_tokens_has_no_window():
    """And windows cannot overlap whole."""
    assert list(windows(0, 8)) == []
    with pytest.raises(ValueError, match="overlap"):
        list(windows(9, 8, 8))


@pytest.mark.parametrize(
    ("variable", "count"),
    [
        (None, None),
        ("", 0),
        ("0", 1),
        ("0,1", 2),
        ("-1", 0),
        ("0,-1,1", 1),
        ("NoDevFiles", 0),
        ("GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", 1),
        ("MIG-8932f937-d72c-4106-c12f-20bd9faed9f6", 1),
    ],
)
def test_devices_are_counted_as_cuda_counts_them(variable, count):
    """CUDA stops at the first entry that is no device."""
    assert visible_devices(variable) == count


@pytest.mark.parametrize(
    ("device", "gpus", "meant"),
    [
        (None, 0, "auto"),
        (None, 1, "cuda"),
        ("auto", 1, "auto"),
        ("cpu", 0, "cpu"),
        ("cuda", 0, "cuda"),
    ],
)
def test_a_task_that_asks_for_a_gpu_needs_one_unless_auto(device, gpus, meant):
    """What `gpus` and `device` come to together."""
    assert wanted(device, gpus) == meant


def test_the_memory_plan_shrinks_with_vocabulary_and_memory():
    """More of either asks for fewer tokens; a device with nothing left gets one token."""
    small = {"hidden_size": 768, "intermediate_size": 3072, "vocab_size": 32_000}
    large = small | {"vocab_size": 200_000}
    free = 40 << 30
    assert plan_memory(free, large, 2).tokens < plan_memory(free, small, 2).tokens
    assert plan_memory(free // 8, small, 2).tokens < plan_memory(free, small, 2).tokens
    assert plan_memory(0, small, 2).tokens == 1


def test_work_runs_ahead_in_order_and_waiting_is_counted():
    """The next results are made while one is used; slow makers make their user wait."""
    main = threading.get_ident()
    seen = []

    def make(number):
        seen.append(threading.get_ident())
        time.sleep(0.02)
        return number * number

    quick = Ahead(make, range(6))
    assert list(quick) == [0, 1, 4, 9, 16, 25]
    assert main not in seen
    assert quick.waited > 0.05
    slow = Ahead(make, range(4))
    for _ in slow:
        time.sleep(0.08)
    assert slow.waited < 0.08


def test_what_goes_wrong_ahead_is_raised_where_results_are_used():
    """An error of the thread is not lost, and comes after the results before it."""
    results = iter(Ahead(lambda n: 1 // n, [1, 1, 0, 1]))
    assert [next(results), next(results)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_scores_have_four_significant_digits():
    """What is beyond them is the device's."""
    assert rounded([1234.56, 0.000123456, 5.0]).tolist() == pytest.approx([1235.0, 0.0001235, 5.0])
    assert np.isnan(rounded([float("nan")])[0])


def test_embeddings_keep_their_direction():
    """The largest number becomes 127; zero stays zero; angles hardly move."""
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(20, 384))
    whole = quantised(vectors)
    assert np.abs(whole).max(1).tolist() == [127] * 20
    cosine = [
        float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        for a, b in zip(vectors, whole.astype(float), strict=True)
    ]
    assert min(cosine) > 0.999
    assert quantised(np.zeros((1, 4))).tolist() == [[0, 0, 0, 0]]


# Names from the probabilities of tokens


@pytest.mark.parametrize(
    ("text", "pieces", "found"),
    [
        ("السيد يوسف العلوي هنا", ["يوسف", "العلوي"], "يوسف العلوي"),
        ("madame Salma Idrissi, ici", ["Sal", "Idri"], "Salma"),
        ("ⵉⵏⵏⴰ ⵢⵉⴷⵉⵔ ⵎⴰⵙ", ["ⵉⴷⵉ"], "ⵢⵉⴷⵉⵔ"),
        ("قال مُحَمَّد نعم", ["حَم"], "مُحَمَّد"),
        ("chez Rachid.", ["Rachid."], "Rachid"),
    ],
)
def test_names_are_widened_to_whole_words(text, pieces, found):
    """Half a masked name is still a name; marks and letters around it belong to it."""
    places = sorted((text.index(piece), text.index(piece) + len(piece)) for piece in pieces)
    got = list(spans(text, places, np.ones(len(places)), 0.5))
    assert got[0].words == found
    assert text[got[0].start : got[0].end] == found


def test_tokens_below_the_least_probability_part_names():
    """Two names with a word between them are two."""
    text = "يوسف و سلمى"
    places = [(0, 4), (5, 6), (7, 11)]
    assert list(spans(text, places, np.array([0.9, 0.1, 0.8]), 0.5)) == [
        Span(0, 4, 0.9, "يوسف"),
        Span(7, 11, 0.8, "سلمى"),
    ]


def test_labels_of_persons_are_found_in_any_scheme():
    """BIO, BILOU, bare; a model without one is refused with what it has."""
    labels = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "PERSON", 5: "U-PER"}
    config = {"id2label": {str(number): label for number, label in labels.items()}}
    assert person_outputs(config, ("PER", "PERSON"), "here") == [1, 2, 4, 5]
    with pytest.raises(TokenError, match=r"TOK031.*B-LOC"):
        person_outputs(config, ("PERS",), "here")


# Model folders


def tensors(path, shapes, *, cut=0):
    """A safetensors file of zeros, perhaps cut short."""
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(header).encode()
    data = struct.pack("<Q", len(head)) + head + bytes(at)
    path.write_bytes(data[: len(data) - cut])


@pytest.fixture
def folder(tmp_path):
    """A folder with all a model needs."""
    made = tmp_path / "نموذج"
    made.mkdir()
    (made / "config.json").write_text(
        json.dumps({"model_type": "llama", "architectures": ["LlamaForCausalLM"]}), "utf-8"
    )
    (made / "tokenizer.json").write_text(
        json.dumps({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}), "utf-8"
    )
    tensors(made / "model.safetensors", {"w": [3, 4]})
    return made


def test_a_whole_model_folder_is_opened(folder):
    """And has a digest that the shell gives too."""
    import subprocess

    found = open_folder(folder)
    assert found.architecture == "LlamaForCausalLM"
    shell = subprocess.run(
        "sha256sum * | LC_ALL=C sort -k 2 | sha256sum | cut -d ' ' -f 1",
        shell=True,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert found.digest == f"sha256:{shell}"
    assert open_folder(folder, found.digest).digest == found.digest


def spoil(folder, what):
    """Break one thing of a model folder."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    if what == "no config":
        (folder / "config.json").unlink()
    elif what == "config cut":
        (folder / "config.json").write_text('{"model_type": "ll', "utf-8")
    elif what == "no tokenizer":
        (folder / "tokenizer.json").unlink()
    elif what == "weights cut":
        tensors(folder / "model.safetensors", {"w": [3, 4]}, cut=5)
    elif what == "header cut":
        (folder / "model.safetensors").write_bytes(b"\x10")
    elif what == "a page instead":
        (folder / "model.safetensors").write_text("<html>404</html>", "utf-8")
    elif what == "pickle":
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    elif what == "own code":
        changed = config | {"auto_map": {"AutoModel": "x.Y"}}
        (folder / "config.json").write_text(json.dumps(changed), "utf-8")
    elif what == "shard missing":
        (folder / "model.safetensors").unlink()
        index = {"weight_map": {"w": "model-00001-of-00002.safetensors"}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    elif what == "shard elsewhere":
        (folder / "model.safetensors").unlink()
        index = {"weight_map": {"w": "../../model.safetensors"}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("no config", "there is no config.json"),
        ("config cut", "only the beginning"),
        ("no tokenizer", "there is no tokenizer.json"),
        ("weights cut", "its header speaks of"),
        ("header cut", "no safetensors file"),
        ("a page instead", "no safetensors file"),
        ("pickle", "runs code"),
        ("own code", "never run"),
        ("shard missing", "it is not there"),
        ("shard elsewhere", "it is not there"),
    ],
)
def test_a_broken_model_folder_is_one_clear_error(folder, what, words):
    """TOK031 names the file, what is wrong and what to do."""
    spoil(folder, what)
    with pytest.raises(TokenError, match=words) as caught:
        open_folder(folder)
    assert caught.value.code == "TOK031"
    assert str(folder) in caught.value.where
    assert caught.value.hint


def test_another_model_than_the_one_named_is_refused(folder):
    """One byte more in any file is another digest."""
    digest = folder_digest(folder)
    tensors(folder / "model.safetensors", {"w": [3, 5]})
    with pytest.raises(TokenError, match="another model") as caught:
        open_folder(folder, digest)
    assert caught.value.code == "TOK032"
