"""Tiny models in the layout of Hugging Face, trained so that scores mean something.

Weights come from a seed, so that two runs on one machine train the same models.
"""

import json

import numpy as np
from sentences import NAMES, named, noise, texts


def tokenizer(folder, corpus, *, frame=("<s>", "")):
    """A byte-level BPE of 700 tokens; `frame` is what its post-processor puts around a text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<pad>", "<s>", "</s>"]
    made.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=700,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    before, after = frame
    made.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single=" ".join(filter(None, (before, "$A", after))),
                special_tokens=[(name, made.token_to_id(name)) for name in special],
            ),
        ]
    )
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    return made


def language_model(folder, *, steps=150, seed=0):
    """A Llama of two blocks that has read the sentences."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    corpus = texts(400)
    engine = tokenizer(folder, corpus)
    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=engine.get_vocab_size(),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=128,
            bos_token_id=engine.token_to_id("<s>"),
            eos_token_id=engine.token_to_id("</s>"),
            pad_token_id=0,
        )
    )
    rows = [encoding.ids[:96] for encoding in engine.encode_batch(corpus)]
    train(model, rows, rows, steps=steps, seed=seed)
    model.save_pretrained(folder)
    return folder


def bert(folder, cls, *, seed=0, **more):
    """A BERT of one block with its tokenizer, not trained."""
    import torch
    from transformers import BertConfig

    engine = tokenizer(
        folder, [*texts(200), *noise(50), *(t for t, _ in named(100))], frame=("<s>", "</s>")
    )
    torch.manual_seed(seed)
    model = cls(
        BertConfig(
            vocab_size=engine.get_vocab_size(),
            hidden_size=48,
            intermediate_size=96,
            num_hidden_layers=1,
            num_attention_heads=4,
            max_position_embeddings=96,
            pad_token_id=0,
            **more,
        )
    )
    return model, engine


def classifier(folder):
    """A sequence classifier: `good` for sentences, `bad` for noise."""
    from transformers import BertForSequenceClassification

    names = {"bad": 0, "good": 1}
    model, engine = bert(
        folder, BertForSequenceClassification, label2id=names, id2label={0: "bad", 1: "good"}
    )
    good, bad = texts(120, seed=5), noise(120, seed=6)
    rows = [encoding.ids[:90] for encoding in engine.encode_batch(good + bad)]
    train(model, rows, [1] * len(good) + [0] * len(bad), steps=60)
    model.save_pretrained(folder)
    return folder


def encoder(folder):
    """A BERT without a head, for embeddings and for heads of one's own."""
    from transformers import BertModel

    model, _ = bert(folder, BertModel)
    model.save_pretrained(folder)
    return folder


def head(path, vectors, labels, *, seed=0):
    """An MLP head over mean vectors, saved as a `torch.nn.Sequential` saves its layers."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    found = torch.nn.Sequential(
        torch.nn.Linear(vectors.shape[1], 16), torch.nn.ReLU(), torch.nn.Linear(16, 1)
    )
    optimiser = torch.optim.AdamW(found.parameters(), lr=0.02)
    x = torch.tensor(vectors, dtype=torch.float32)
    y = torch.tensor(labels, dtype=torch.float32)
    for _ in range(150):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(found(x)[:, 0], y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    save_file(found.state_dict(), str(path))
    return path


def tagger(folder):
    """A token classifier that knows the parts of a few names."""
    from transformers import BertForTokenClassification

    labels = {0: "O", 1: "B-PER", 2: "I-PER"}
    model, engine = bert(
        folder,
        BertForTokenClassification,
        id2label=labels,
        label2id={label: number for number, label in labels.items()},
    )
    rows, targets = [], []
    for text, name in [*named(160), *((text, None) for text in texts(60, seed=9))]:
        encoding = engine.encode(text)
        at = text.index(name) if name else len(text)
        end = at + len(name or "")
        inside = [start < end and stop > at and stop > start for start, stop in encoding.offsets]
        rows.append(encoding.ids[:90])
        targets.append(
            [
                0 if not here else 1 if number == 0 or not inside[number - 1] else 2
                for number, here in enumerate(inside)
            ][:90]
        )
    assert NAMES
    train(model, rows, targets, steps=150)
    model.save_pretrained(folder)
    return folder


def train(model, rows, targets, *, steps, seed=0, batch=24):
    """Teach the model by its own loss; `targets` are labels of rows, or of tokens."""
    import torch

    torch.set_num_threads(1)  # tiny matrices: a second thread costs more than it brings
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3)
    model.train()
    for _ in range(steps):
        chosen = draw.choice(len(rows), batch, replace=False)
        longest = max(len(rows[i]) for i in chosen)
        ids = torch.zeros(batch, longest, dtype=torch.long)
        mask = torch.zeros(batch, longest, dtype=torch.long)
        wanted = torch.full((batch, longest), -100)
        for number, i in enumerate(chosen):
            ids[number, : len(rows[i])] = torch.tensor(rows[i])
            mask[number, : len(rows[i])] = 1
            if isinstance(targets[i], list):
                wanted[number, : len(targets[i])] = torch.tensor(targets[i])
        labels = (
            wanted if isinstance(targets[0], list) else torch.tensor([targets[i] for i in chosen])
        )
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.eval()
    return loss.item()


def break_json(path):
    """Cut a JSON file short."""
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")


def rewrite(path, **changes):
    """Change keys of a JSON file; None removes one."""
    content = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}), "utf-8")
