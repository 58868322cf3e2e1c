"""THE flow of tokenization: files of texts in, token files and what is to be said of them out.

The stage `tokenize` and the command of that name both come through here. Tasks are files, each made
once: canonical ids first, then the other forms of them. What runs the tasks, where, and how many at
a time, can be seen in no byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from corpusforge.tokens.encoder import token_id
from corpusforge.tokens.file import known_tokenizer
from corpusforge.tokens.forms import FormTask, write_form
from corpusforge.tokens.ids import Counts, EncodeTask, encode_file, scorer_facts
from corpusforge.tokens.package import version
from corpusforge.tokens.packing import shares
from corpusforge.tokens.receipts import sweep
from corpusforge.tokens.settings import Settings
from corpusforge.tokens.texts import TextFile


class Map(Protocol):
    """Runs a module-level function over items somewhere; results in the order of items."""

    def __call__(
        self, function: Callable[[Any], dict[str, Any]], items: Iterable[Any], *, gpus: int = 0
    ) -> Iterator[dict[str, Any]]:
        """The results."""
        ...


def tokenize_files(
    sources: Sequence[TextFile], settings: Settings, folder: Path, run: Map
) -> list[dict[str, Any]]:
    """Write the token files of `sources` below `folder`; what was there already is kept.

    Returns:
        The companion configs, as `corpusforge.release.model.Config` has them, without licence and
        columns: for each tokenizer one that brings together every plain config, and one for each.

    Raises:
        TokenError: TOK…, the tokenizer, a file or a worker will not do.

    """
    if settings.eos is not None:
        token_id(settings.tokenizer, settings.eos)
    sources = sorted(sources, key=lambda source: (source.config, source.split, source.number))
    tasks = [EncodeTask(source, settings, folder) for source in sources]
    ids = list(run(encode_file, tasks, gpus=settings.gpus))
    forms: dict[str, list[dict[str, Any]]] = {
        form: _forms(form, sources, ids, settings, folder, run)
        for form in ("packed", "ds", "megatron")
        if form in settings.outputs
    }
    sweep(folder / settings.prefix)  # no task is at work any more
    return configs(sources, settings, ids, forms)


def _forms(
    form: Any,
    sources: Sequence[TextFile],
    ids: Sequence[dict[str, Any]],
    settings: Settings,
    folder: Path,
    run: Map,
) -> list[dict[str, Any]]:
    tasks: list[FormTask] = []
    for members in splits(sources):
        made = [(ids[n]["files"][0]["path"], ids[n]["files"][0]["sha256"]) for n in members]
        eos = 0 if settings.eos is None else 1
        lengths = [ids[n]["tokens"] + eos * ids[n]["rows"] for n in members]
        for place, (number, share) in enumerate(
            zip(members, shares(lengths, settings.packing), strict=True)
        ):
            canonical = tuple(made[place : place + (share.files if form == "packed" else 1)])
            tasks.append(FormTask(form, sources[number], settings, folder, canonical, share))
    return list(run(write_form, tasks))


def splits(sources: Sequence[TextFile]) -> Iterator[list[int]]:
    """The positions of the files of each split of each config, in order."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for number, source in enumerate(sources):
        grouped.setdefault((source.config, source.split), []).append(number)
    yield from grouped.values()


def configs(
    sources: Sequence[TextFile],
    settings: Settings,
    ids: Sequence[dict[str, Any]],
    forms: dict[str, list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """The companion configs of these token files."""
    found = []
    for packed in (False, True):
        files = forms.get("packed", []) if packed else ids
        if not files:
            continue
        base = f"tokens-{settings.label}" + ("-packed" if packed else "")
        suffixes = list(dict.fromkeys(source.suffix for source in sources))
        groups = [
            (base + (suffix if len(suffixes) > 1 else ""), [suffix]) for suffix in sorted(suffixes)
        ]
        members = {
            name: [n for n, source in enumerate(sources) if source.suffix in wanted]
            for name, wanted in groups
        }
        members |= {
            f"{base}-{config}": [n for n, source in enumerate(sources) if source.config == config]
            for config in dict.fromkeys(source.config for source in sources)
        }
        for name, numbers in members.items():
            config = _config(name, numbers, sources, settings, ids, forms, packed=packed)
            if config["splits"]:
                found.append(config)
    return found


def _config(
    name: str,
    numbers: list[int],
    sources: Sequence[TextFile],
    settings: Settings,
    ids: Sequence[dict[str, Any]],
    forms: dict[str, list[dict[str, Any]]],
    *,
    packed: bool,
) -> dict[str, Any]:
    mine = [sources[n] for n in numbers]
    files = forms["packed"] if packed else ids
    exported = [] if packed else [forms[form] for form in ("ds", "megatron") if form in forms]
    languages = {source.language for source in mine}
    origins = {source.origin for source in mine}
    made = facts(
        settings,
        [ids[n] for n in numbers],
        [forms["packed"][n] for n in numbers] if packed else None,
    )
    if not packed and len({source.config for source in mine}) == 1:
        # What made each file; said once, by the config that is one text config's.
        made["shards"] = {
            file["path"]: {key: said for key, said in ids[n]["engine"].items() if said}
            for n in numbers
            for file in ids[n]["files"]
        }
    sequence = _sequence(made["packing"]) if packed else "one row a text"
    return {
        "name": name,
        "kind": "tokens",
        "language": languages.pop() if len(languages) == 1 else "",
        "origin": origins.pop() if len(origins) == 1 else "",
        "of": sorted({source.config for source in mine}),
        "description": f"Token ids by the tokenizer {settings.label}, {sequence}",
        "splits": _splits(numbers, sources, ids, files),
        "exports": [file for form in exported for n in numbers for file in form[n]["files"]],
        "facts": made,
    }


def _sequence(packing: dict[str, Any]) -> str:
    left = packing[_LEFT[packing["remainder"]]]
    rest = f"{left:,} tokens that fill no row"
    said = {"pad": f"{rest} are padded", "drop": f"{rest} are left out"}
    words = said.get(packing["remainder"], said["drop"])
    return f"in rows of {packing['seq_len']}" + (f"; {words}" if left else "")


def _splits(
    numbers: list[int],
    sources: Sequence[TextFile],
    ids: Sequence[dict[str, Any]],
    files: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Splits that have rows, train first."""
    found = []
    for split in sorted({sources[n].split for n in numbers}, key=lambda s: (s != "train", s)):
        mine = [n for n in numbers if sources[n].split == split]
        listed = [file for n in mine for file in files[n]["files"] if file["rows"]]
        if not listed:
            continue
        found.append(
            {
                "name": split,
                "files": listed,
                "rows": sum(file["rows"] for file in listed),
                "text_bytes": sum(ids[n]["bytes"] for n in mine),
                "words": sum(ids[n]["words"] for n in mine),
                "tokens": sum(files[n]["tokens"] for n in mine),
            }
        )
    return found


def facts(
    settings: Settings,
    ids: Sequence[dict[str, Any]],
    packed: Sequence[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """What is to be known of token ids: what made them, and what they come to by language."""
    file = known_tokenizer(settings.tokenizer)
    languages: dict[str, Counts] = {}
    for each in ids:
        for name, counts in each["languages"].items():
            zero = Counts(0, 0, 0, 0, 0)
            languages[name] = languages.get(name, zero) + Counts(**counts)
    engines = Counter(each["engine"]["engine"] for each in ids)
    devices = Counter(each["engine"]["device"] for each in ids)
    vocabulary = max(file.ids().values(), default=-1) + 1
    found: dict[str, Any] = {
        "tokenizer": settings.label,
        "tokenizer_sha256": file.sha256,
        "tokenizers": version("tokenizers"),
        "encoder": settings.encoder,
        "engines": dict(sorted(engines.items())),
        "engine_reasons": sorted({e["engine"]["reason"] for e in ids if e["engine"]["reason"]}),
        "devices": dict(sorted(devices.items())),
        "special_tokens": settings.special_tokens,
        "eos": settings.eos,
        "eos_id": None if settings.eos is None else token_id(settings.tokenizer, settings.eos),
        "vocabulary": vocabulary,
        "dtype": "int32",
        "documents": sum(each["rows"] for each in ids),
        **(
            {"scorers": [scorer_facts(each) for each in settings.scorers]}
            if settings.scorers
            else {}
        ),
        "languages": {name: figures(counts) for name, counts in sorted(languages.items())},
    }
    if packed is not None:
        found["packing"] = {
            **settings.packing.model_dump(),
            "rows": sum(file["rows"] for each in packed for file in each["files"]),
            _LEFT[settings.packing.remainder]: sum(each["short"] for each in packed),
        }
    return found


#: What became of the tokens that filled no row.
_LEFT = {"drop": "tokens_dropped", "carry": "tokens_dropped", "pad": "tokens_in_padded_rows"}


def figures(counts: Counts) -> dict[str, Any]:
    """Counts of a language with what is read off them: tokens a word, bytes a token, unknown."""
    tokens, words = max(1, counts.tokens), max(1, counts.words)
    return {
        "documents": counts.documents,
        "tokens": counts.tokens,
        "words": counts.words,
        "bytes": counts.bytes,
        "tokens_per_word": round(counts.tokens / words, 4),
        "bytes_per_token": round(counts.bytes / tokens, 4),
        "unknown_rate": round(counts.unknown / tokens, 6),
    }
