"""Scorers with tiny models that were really trained: what they say, and on what it may depend."""

import numpy as np
import pytest
import sentences
import tiny_models

from corpusforge.errors import TokenError
from corpusforge.tokens.batches import Plan
from corpusforge.tokens.device import find_device
from corpusforge.tokens.encoder import load_encoder
from corpusforge.tokens.scorers import ScorerConfig, load_scorers
from corpusforge.tokens.scorers.model import vocabulary
from corpusforge.tokens.scorers.names import Names

pytestmark = [pytest.mark.torch, pytest.mark.slow]

MIXED = [
    "لطبيب كيمشي لسبيطار كل صباح",
    "tbib kaymchi l sbitar kol sbah",
    "ⴰⵎⵙⵊⵊⵉ ⵉⴷⴷⴰ ⵖⵔ ⵙⵙⵓⵇ ⵜⵉⴼⴰⵡⵜ",
    "le médecin va au marché chaque matin",
    "",
    "<s> literal </s> marks \u202e ـــ",
]


@pytest.fixture(scope="module")
def make(models):
    """A scorer of some kind on the CPU, with the encoder for its ids."""

    def made(kind, model, **keys):
        folder = models(model)
        config = ScorerConfig(name=kind, kind=kind, model=folder, **keys)
        (scorer,) = load_scorers([config], find_device("cpu"))
        return scorer, load_encoder(folder)

    return made


def one(scorer, encoder, texts):
    """The single column of a scorer."""
    (column,) = scorer.score(encoder.encode(texts)).values()
    return column


def test_text_in_order_is_less_surprising_than_its_words_shuffled(make):
    """A model that has read Darija, French and Tamazight knows their order."""
    scorer, encoder = make("perplexity", "lm")
    texts = [text for text in sentences.texts(60, seed=77) if len(text.split()) > 4]
    plain = one(scorer, encoder, texts)
    mixed = one(scorer, encoder, [sentences.shuffled(text) for text in texts])
    assert plain.dtype == np.float32
    assert (plain < mixed).mean() > 0.95
    assert np.median(mixed) > 10 * np.median(plain)


def test_perplexity_is_what_the_formula_says(make, models):
    """The exponential of the mean loss of the tokens, by a computation of its own."""
    import torch
    from transformers import AutoModelForCausalLM

    scorer, encoder = make("perplexity", "lm")
    network = AutoModelForCausalLM.from_pretrained(models("lm"))
    for text in MIXED[:4]:
        ids = torch.tensor([[1, *encoder.encode([text]).ids.tolist()]])
        with torch.no_grad():
            logs = network(ids).logits[0, :-1].log_softmax(-1)
        mean = -logs[range(ids.shape[1] - 1), ids[0, 1:]].mean()
        assert one(scorer, encoder, [text])[0] == pytest.approx(float(mean.exp()), rel=1e-3)


def test_long_texts_are_read_in_windows_with_context(make):
    """A text of many windows is as likely as its sentences; without overlap it is less so."""
    scorer, encoder = make("perplexity", "lm")
    long = ". ".join(["لطبيب كيمشي لسبيطار كل صباح باش يشوف الدراري"] * 60)
    assert len(encoder.encode([long]).ids) > 3 * scorer.model.size
    whole = one(scorer, encoder, [long])[0]
    assert whole < 3
    blind, _ = make("perplexity", "lm", overlap=0, window=16)
    assert one(blind, encoder, [long])[0] > whole


@pytest.mark.parametrize(
    ("kind", "model"),
    [("perplexity", "lm"), ("quality", "classifier"), ("embedding", "encoder")],
)
def test_scores_depend_on_the_text_alone(make, kind, model):
    """Same bits whatever stands in the batch, in which order, and how many there are."""
    scorer, encoder = make(kind, model)
    texts = MIXED + sentences.texts(25, seed=3) + ["كلمة " * 400]
    whole = one(scorer, encoder, texts)
    order = np.random.default_rng(1).permutation(len(texts))
    again = one(scorer, encoder, [texts[i] for i in order])
    assert again.tobytes() == whole[order].tobytes()
    alone = np.concatenate([one(scorer, encoder, [text]) for text in texts])
    assert alone.tobytes() == whole.tobytes()


@pytest.mark.parametrize(
    ("kind", "model"),
    [("perplexity", "lm"), ("quality", "classifier"), ("embedding", "encoder")],
)
def test_padded_batches_as_on_a_gpu_give_the_same_scores(make, kind, model):
    """Padding is masked: in float32 only the last digits can differ."""
    scorer, encoder = make(kind, model)
    texts = MIXED + sentences.texts(25, seed=3) + ["كلمة " * 400]
    alone = one(scorer, encoder, texts)
    scorer.model.plan = Plan(2000)
    together = one(scorer, encoder, texts)
    scorer.model.plan = Plan(0)
    if kind == "embedding":
        assert np.abs(alone.astype(int) - together.astype(int)).max() <= 1
    else:
        np.testing.assert_allclose(together, alone, rtol=2e-3)


def test_out_of_memory_halves_the_batch_and_goes_on(make, monkeypatch):
    """A device that holds 600 tokens: the real model runs on, in smaller batches, same scores."""
    import torch

    scorer, encoder = make("perplexity", "lm")
    texts = sentences.texts(40, seed=8)
    wanted = one(scorer, encoder, texts)
    real, sizes = scorer.model.network.forward, []

    def small(*args, **kwargs):
        sizes.append(kwargs["input_ids"].numel())
        if sizes[-1] > 600:
            raise torch.cuda.OutOfMemoryError
        return real(*args, **kwargs)

    monkeypatch.setattr(scorer.model.network, "forward", small)
    scorer.model.plan = Plan(5000)
    found = one(scorer, encoder, texts)
    assert scorer.model.plan.halved >= 2
    assert scorer.model.plan.tokens <= 1250
    assert max(sizes) > 600 >= sizes[-1]
    np.testing.assert_allclose(found, wanted, rtol=2e-3)


def test_one_window_that_does_not_fit_is_a_clear_error(make, monkeypatch):
    """There is nothing left to halve: TOK033 says what to change."""
    import torch

    scorer, encoder = make("perplexity", "lm")

    def never(*_, **__):
        raise torch.cuda.OutOfMemoryError

    monkeypatch.setattr(scorer.model.network, "forward", never)
    with pytest.raises(TokenError, match=r"TOK033.*smaller `window`"):
        one(scorer, encoder, ["سلام"])


def test_a_classifier_tells_sentences_from_noise(make):
    """Probability of the label meant; the other label gives the rest; empty texts have none."""
    scorer, encoder = make("quality", "classifier", label="good")
    good = one(scorer, encoder, sentences.texts(20, seed=50))
    bad = one(scorer, encoder, sentences.noise(20, seed=51))
    assert good.min() > 0.8
    assert bad.max() < 0.2
    other, _ = make("quality", "classifier", label="bad")
    np.testing.assert_allclose(
        one(other, encoder, MIXED[:4]), 1 - one(scorer, encoder, MIXED[:4]), atol=2e-3
    )
    assert np.isnan(one(scorer, encoder, [""])[0])


@pytest.mark.parametrize("over", ["hidden", "embeddings"])
def test_a_head_of_ones_own_reads_mean_vectors(make, tmp_path, over):
    """An MLP trained on the vectors that the scorer computes separates texts it has not seen."""
    scorer, encoder = make("embedding", "encoder")
    scorer.pooled.hidden = over == "hidden"
    taught = sentences.texts(80, seed=60) + sentences.noise(80, seed=61)
    vectors = scorer.pooled.vectors(encoder.encode(taught))
    head = tiny_models.head(tmp_path / "head.safetensors", vectors, [1] * 80 + [0] * 80)
    judge, _ = make("quality", "encoder", head=head, over=over)
    assert one(judge, encoder, sentences.texts(20, seed=62)).min() > 0.5
    assert one(judge, encoder, sentences.noise(20, seed=63)).max() < 0.5
    raw, _ = make("quality", "encoder", head=head, over=over, output="value")
    value = one(raw, encoder, MIXED[:4])
    np.testing.assert_allclose(one(judge, encoder, MIXED[:4]), 1 / (1 + np.exp(-value)), rtol=5e-3)


def test_a_head_that_does_not_fit_is_refused(make, models, tmp_path):
    """Another width than the model's, or no head at all."""
    head = tiny_models.head(tmp_path / "head.safetensors", np.zeros((4, 7)), [0, 1, 0, 1])
    with pytest.raises(TokenError, match=r"TOK031.*reads 7 numbers and the model gives 48"):
        make("quality", "encoder", head=head)
    with pytest.raises(TokenError, match=r"TOK031.*this is no head"):
        make("quality", "encoder", head=models("encoder") / "model.safetensors")


def test_embeddings_bring_near_duplicates_together(make):
    """A text with one word changed is nearer than any other text."""
    scorer, encoder = make("embedding", "encoder")
    texts = sentences.texts(30, seed=90)
    changed = [" ".join([*text.split()[:-1], "والو"]) for text in texts if len(text.split()) > 15]
    of = [text for text in texts if len(text.split()) > 15]
    vectors = one(scorer, encoder, of + changed).astype(float)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = vectors[: len(of)] @ vectors[len(of) :].T
    assert (near.diagonal() > 0.9).all()


def test_names_it_has_not_seen_are_found_whole(models):
    """Known parts in new combinations, in two scripts; texts without names have none."""
    finder = Names(
        ScorerConfig(name="names", kind="names", model=models("tagger")), find_device("cpu")
    )
    pairs = sentences.named(40, seed=50, names=sentences.UNSEEN)
    found = finder.find([text for text, _ in pairs]).spans
    right = [
        [span.words for span in spans] == [name]
        for (_, name), spans in zip(pairs, found, strict=True)
    ]
    assert np.mean(right) > 0.9
    for (text, _), spans in zip(pairs, found, strict=True):
        assert all(text[span.start : span.end] == span.words for span in spans)
    assert sum(map(len, finder.find(sentences.texts(30, seed=93)).spans)) <= 2


def test_names_in_long_texts_are_found_once_wherever_they_stand(models):
    """Windows overlap, and each token is answered for by one of them."""
    finder = Names(
        ScorerConfig(name="names", kind="names", model=models("tagger")), find_device("cpu")
    )
    text = " ".join(["السيد يوسف العلوي سكن هنا. لطبيب كيمشي للسوق كل صباح."] * 40)
    (found,) = finder.find([text]).spans
    assert 36 <= len(found) <= 44
    assert sum(span.words == "يوسف العلوي" for span in found) >= 36


def test_ids_of_another_vocabulary_are_refused(models):
    """In the pass that tokenizes, a model gets the ids that are written; TOK035 if not its own."""
    config = ScorerConfig(name="p", kind="perplexity", model=models("lm"))
    device = find_device("cpu")
    own = vocabulary(models("lm"))
    assert load_scorers([config], device, own)[0].vocabulary == own
    with pytest.raises(TokenError, match="TOK035"):
        load_scorers([config], device, vocabulary(models("tagger")))
    with pytest.raises(TokenError, match=r"TOK035.*stage `score`"):
        load_scorers([config.model_copy(update={"kind": "names"})], device)


def test_weights_that_lack_the_head_are_refused(models, tmp_path):
    """The library would fill them with random numbers, and scores would mean nothing."""
    import shutil

    folder = tmp_path / "headless"
    shutil.copytree(models("encoder"), folder)
    tiny_models.rewrite(
        folder / "config.json", architectures=["BertForSequenceClassification"], num_labels=2
    )
    config = ScorerConfig(name="q", kind="quality", model=folder)
    with pytest.raises(TokenError, match=r"TOK031.*weights are not in the file"):
        load_scorers([config], find_device("cpu"))


def test_broken_weights_are_no_scores(models, tmp_path):
    """A weight that is no number makes TOK034, never a column of nonsense."""
    import shutil

    from safetensors.torch import load_file, save_file

    folder = tmp_path / "broken"
    shutil.copytree(models("lm"), folder)
    weights = load_file(str(folder / "model.safetensors"))
    weights["model.norm.weight"][:] = float("nan")
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    config = ScorerConfig(name="p", kind="perplexity", model=folder)
    (scorer,) = load_scorers([config], find_device("cpu"))
    with pytest.raises(TokenError, match="TOK034"):
        one(scorer, load_encoder(folder), ["سلام ⴰⵣⵓⵍ salut"])


@pytest.mark.parametrize("devices", [None, "0", "", "0,1"])
def test_a_gpu_that_is_wanted_and_not_there_is_refused_at_once(monkeypatch, devices):
    """Whatever CUDA_VISIBLE_DEVICES says: torch must see one too. `auto` takes the CPU."""
    import torch

    if devices is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", devices)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TokenError, match="asked for a GPU and has none") as caught:
        find_device(None, gpus=1)
    assert caught.value.code == "TOK030"
    assert "device: auto" in caught.value.hint
    assert find_device("auto", gpus=1).kind == "cpu"


def test_a_device_that_torch_sees_and_the_task_was_not_given_is_not_taken(monkeypatch):
    """A scheduler that gave none says so in CUDA_VISIBLE_DEVICES."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Make-believe")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(TokenError, match="TOK030"):
        find_device("cuda")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert find_device(None).name == "Make-believe"


def test_the_numbers_of_a_gpu_change_no_verdict(models, monkeypatch):
    """In bfloat16, which GPUs compute in, scores are near those of float32 and rank alike."""
    import torch

    from corpusforge.tokens.device import Device

    configs = [
        ScorerConfig(name="perplexity", kind="perplexity", model=models("lm")),
        ScorerConfig(name="quality", kind="quality", model=models("classifier"), label="good"),
    ]
    texts = MIXED[:4] + sentences.noise(4, seed=3)
    encoders = [load_encoder(config.model) for config in configs]

    def scores():
        scorers = load_scorers(configs, find_device("cpu"))
        return [
            one(scorer, encoder, texts) for scorer, encoder in zip(scorers, encoders, strict=True)
        ]

    exact = scores()
    monkeypatch.setattr(Device, "dtype", torch.bfloat16)
    for found, wanted in zip(scores(), exact, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0.15, atol=0.02)
        assert (found > np.median(found)).tolist() == (wanted > np.median(wanted)).tolist()
