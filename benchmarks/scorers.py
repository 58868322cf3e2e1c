"""Tokens a second of each scorer on each device there is, and how long the device waited for ids.

    python benchmarks/scorers.py [--hidden 512 --layers 8] [--megabytes 1]

Models have random weights: how fast they are does not depend on what they know. Texts are made of
words in four scripts and languages, 20 to 2,000 words long. On a GPU the first pass is left out,
since it loads kernels. `waited` is the share of the time in which the device had nothing to do
because ids were not ready: the CPU thread that encodes ahead was the slower one.
"""

import argparse
import random
import tempfile
from pathlib import Path

WORDS = (
    ["واش", "كاين", "شي", "دوا", "ديال", "الراس", "حيت", "ضرني", "بزاف", "هاد", "الصباح"],
    ["wach", "kayn", "chi", "dwa", "dyal", "ras", "7it", "derni", "bzaf", "had", "sbah"],
    ["le", "médecin", "arrive", "chaque", "matin", "au", "centre", "de", "santé", "du", "village"],
    ["ⴰⵎⵙⵊⵊⵉ", "ⵉⴷⴷⴰ", "ⵖⵔ", "ⵙⵙⵓⵇ", "ⵜⵉⴼⴰⵡⵜ", "ⵢⵓⵔⵔⵉ", "ⵜⴰⴷⴳⴳⵯⴰⵜ", "ⵜⴳⵎⵎⵉ"],
)


def texts(megabytes, seed=0):
    """Documents up to a size in UTF-8."""
    draw = random.Random(seed)
    found, size = [], 0
    while size < megabytes * 1_000_000:
        words = draw.choice(WORDS)
        found.append(" ".join(draw.choices(words, k=int(10 ** draw.uniform(1.3, 3.3)))))
        size += len(found[-1].encode())
    return found


def models(folder, hidden, layers):
    """A decoder, an encoder, a classifier and a tagger of one size; returns scorers of them."""
    import torch
    import transformers
    from tokenizers import Tokenizer, pre_tokenizers, processors, trainers
    from tokenizers import models as kinds

    from corpusforge.tokens.scorers import ScorerConfig

    engine = Tokenizer(kinds.BPE())
    engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=8_000,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    engine.train_from_iterator(texts(0.5, seed=1), trainer)
    engine.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    torch.manual_seed(0)
    size = {
        "vocab_size": 32_000,
        "hidden_size": hidden,
        "intermediate_size": 4 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": max(1, hidden // 64),
        "max_position_embeddings": 1024,
    }
    llama = transformers.LlamaConfig(bos_token_id=1, **size)
    bert = transformers.BertConfig(**size)
    tags = {"id2label": {0: "O", 1: "B-PER"}, "label2id": {"O": 0, "B-PER": 1}}
    made = {
        "perplexity": transformers.LlamaForCausalLM(llama),
        "quality": transformers.BertForSequenceClassification(bert),
        "embedding": transformers.BertModel(bert),
        "names": transformers.BertForTokenClassification(transformers.BertConfig(**size, **tags)),
    }
    scorers = []
    for kind, model in made.items():
        model.save_pretrained(folder / kind)
        engine.save(str(folder / kind / "tokenizer.json"))
        more = {"min_score": 1.0} if kind == "names" else {}
        scorers.append(ScorerConfig(name=kind, kind=kind, model=folder / kind, **more))
        weights = sum(weight.numel() for weight in model.parameters())
        print(f"{kind}: {weights / 1e6:.1f} M weights")
    return scorers


def main():
    """Measure and print one line a scorer and device."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--hidden", type=int, default=256)
    ask.add_argument("--layers", type=int, default=4)
    ask.add_argument("--megabytes", type=float, default=0.5)
    asked = ask.parse_args()

    import time

    import torch

    from corpusforge.tokens.device import find_device
    from corpusforge.tokens.scoring import Workbench

    documents = texts(asked.megabytes)
    with tempfile.TemporaryDirectory() as folder:
        scorers = models(Path(folder), asked.hidden, asked.layers)
        devices = [find_device("cpu")]
        if torch.cuda.is_available():
            devices.append(find_device("cuda"))
        else:
            print("no GPU here: nothing was measured on one")
        for device in devices:
            for config in scorers:
                bench = Workbench([config], device)
                if device.kind == "cuda":
                    bench.score(documents[:50])
                started = time.process_time()
                found = bench.score(documents)
                cpu = time.process_time() - started
                tokens = found.tokens[config.name]
                print(
                    f"{device.kind} ({device.name}) {config.name:10} {tokens:,} tokens, "
                    f"{tokens / found.seconds:,.0f} tokens/s, {tokens / cpu:,.0f} tokens per CPU "
                    f"second, waited {found.waited / found.seconds:.1%}"
                )


if __name__ == "__main__":
    main()
