import pytest
from builders import make_context, make_records

from corpusforge.errors import BuildError
from corpusforge.stages.datatrove import Datatrove, datatrove
from corpusforge.stages.fasttext import Fasttext, fasttext, windows


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A fastText model that tells Arabic, Latin and Tifinagh letters apart."""
    import fasttext as library

    root = tmp_path_factory.mktemp("model")
    lines = [
        "__label__ar سلام لاباس عليك",
        "__label__fr bonjour tout le monde",
        "__label__zgh ⴰⵣⵓⵍ",
    ]
    (root / "train.txt").write_text("\n".join(lines * 40), "utf-8")
    trained = library.train_supervised(
        str(root / "train.txt"), minn=1, maxn=2, dim=8, epoch=20, bucket=2000, thread=1, verbose=0
    )
    trained.save_model(str(root / "tiny.bin"))
    return root / "tiny.bin"


def test_a_model_of_ones_own_labels_and_keeps(model):
    """Labels are mapped to ours, unwanted ones dropped with the label as detail."""
    config = Fasttext(
        model=model, labels={"ar": "arb_Arab", "zgh": "zgh_Tfng"}, keep=("arb_Arab", "zgh_Tfng")
    )
    kept, dropped = fasttext(make_records(10), config, make_context())
    assert set(kept["language"].to_pylist()) == {"arb_Arab", "zgh_Tfng"}
    assert kept["script"].to_pylist() == [label[-4:] for label in kept["language"].to_pylist()]
    assert set(dropped["reason"].to_pylist()) == {"language_unwanted"}
    assert kept.num_rows + dropped.num_rows == 10


@pytest.mark.parametrize("text", ["", "\n", "a\nb", "ⴰⵣⵓⵍ" * 2000, "\0", "a" + "😀" * 5000])
def test_no_text_breaks_the_model(model, text):
    """Empty, one-line, NUL and very long texts get a label, wherever a window cuts them."""
    for size in (50, 399, 400):
        line = windows(text.encode(), size)
        assert "\n" not in line
        assert len(line) <= 12 * size
        assert set(line) <= {*text.replace("\n", " "), " "}
    kept, _ = fasttext(make_records(1, text=text or "x"), Fasttext(model=model), make_context())
    assert kept.num_rows == 1


def test_the_windows_of_a_long_text_are_its_start_middle_and_end():
    """So many characters of each, in every script."""
    for letters in ("ab", "اب", "ⴰⴱ"):
        text = letters[0] * 5000 + letters[1] * 5000
        start, middle, end = windows(text.encode(), 100).split(" ")
        assert (start, end) == (letters[0] * 100, letters[1] * 100)
        assert len(middle) == 100
        assert windows((letters[0] * 100).encode(), 100) == letters[0] * 100


def test_a_datatrove_filter_decides_with_its_own_reason():
    """What the filter answers becomes our reason; nothing vanishes."""
    config = Datatrove(
        filter="datatrove.pipeline.filters:RegexFilter", arguments={"regex_exp": "Darija|الصيف"}
    )
    kept, dropped = datatrove(make_records(10), config, make_context())
    assert kept.num_rows + dropped.num_rows == 10
    assert dropped.num_rows > 0
    assert all(reason.startswith("datatrove_") for reason in dropped["reason"].to_pylist())


@pytest.mark.parametrize(
    "name", ["no_such_module:Filter", "datatrove.pipeline.filters:NoSuch", "os:system"]
)
def test_what_is_not_a_datatrove_filter_is_refused(name):
    """A missing module, a missing class and a class that is no filter are one clear error."""
    with pytest.raises(BuildError, match="BLD011"):
        datatrove(make_records(1), Datatrove(filter=name), make_context())
