"""The card of a trained tokenizer: what it costs, what it was made of, how to make it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpusforge.governance.table import hub_id
from corpusforge.language.labels import LABELS
from corpusforge.tokens.fertility import Measured
from corpusforge.tokens.plot import fertility_svg, languages

Figure = Literal["fertility", "bytes_per_token"]

CARD, FACTS, PLOT = "README.md", "card.json", "fertility.svg"


@dataclass(frozen=True)
class Facts:
    """All that the card says; nothing of it depends on when or where it was made."""

    name: str
    settings: dict[str, Any]
    inputs: list[dict[str, Any]]
    texts: dict[str, dict[str, int]]  # language -> offered, drawn words, words trained on
    sources: dict[str, int]  # source -> texts offered for training
    licences: dict[str, int]  # licence -> texts offered for training; "" where none is stated
    tier: str  # the most closed of the releases'; "" where there is none
    software: dict[str, str]
    measured: tuple[Measured, ...]  # the new tokenizer first

    @property
    def licence(self) -> str:
        """The licences of the texts together; empty where one of them states none."""
        found = sorted(self.licences)
        if not found or "" in found:
            return ""
        joined = (f"({each})" if " OR " in each else each for each in found)
        return found[0] if len(found) == 1 else " AND ".join(joined)


def files(facts: Facts) -> dict[str, bytes]:
    """The card for people, the same for machines, and the plot, by file name."""
    return {
        CARD: _card(facts).encode(),
        FACTS: (json.dumps(_json(facts), ensure_ascii=False, indent=2) + "\n").encode(),
        PLOT: fertility_svg(facts.measured).encode(),
    }


def comparison(
    measured: Sequence[Measured], figure: Figure = "fertility"
) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table: a language a row, one figure of each tokenizer."""
    head = ["language", "documents", "words", *(each.name for each in measured)]
    rows = []
    for name in languages(measured):
        first = measured[0].languages[name]
        cells = [f"{getattr(each.languages[name], figure):.2f}" for each in measured]
        rows.append([name, f"{first.documents:,}", f"{first.words:,}", *cells])
    return head, rows


def summary(measured: Sequence[Measured]) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a table: a tokenizer a row, what holds over all languages."""
    head = ["tokenizer", "model", "ids", "bytes a token", "unknown", "not given back", "sha256"]
    rows = []
    for each in measured:
        figures = each.languages.values()
        tokens = max(1, sum(one.tokens for one in figures))
        size, unknown = sum(one.bytes for one in figures), sum(one.unknown for one in figures)
        lost, documents = sum(one.lost for one in figures), sum(one.documents for one in figures)
        rows.append(
            [
                each.name,
                each.model,
                f"{each.vocabulary:,}",
                f"{size / tokens:.2f}",
                f"{unknown / tokens:.2%}",
                f"{lost:,} of {documents:,}",
                each.sha256[:12],
            ]
        )
    return head, rows


def as_json(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """The figures for machines."""
    return [
        {
            **{key: value for key, value in each._asdict().items() if key != "languages"},
            "languages": {name: each.languages[name].as_json() for name in languages(measured)},
        }
        for each in measured
    ]


def _json(facts: Facts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "license": facts.licence or None,
        "tier": facts.tier or None,
        "settings": facts.settings,
        "inputs": facts.inputs,
        "texts": facts.texts,
        "sources": facts.sources,
        "licences": facts.licences,
        "software": facts.software,
        "measured": as_json(facts.measured),
    }


def _card(facts: Facts) -> str:
    own = facts.measured[0]
    lost = sum(one.lost for one in own.languages.values())
    documents = sum(one.documents for one in own.languages.values())
    others = [each.name for each in facts.measured[1:]]
    compared = f" beside {', '.join(others)}" if others else ""
    back = (
        f"All {documents:,} documents came back byte for byte after encoding and decoding."
        if not lost
        else f"{lost:,} of {documents:,} documents did not come back byte for byte."
    )
    unmeasured = [name for name in facts.texts if name not in own.languages]
    missing = (
        f" Not measured, for no text of theirs was kept out: {', '.join(unmeasured)}."
        if unmeasured
        else ""
    )
    parts = [
        _front(facts),
        f"# {facts.name}\n",
        (
            f"Byte-level BPE with {own.vocabulary:,} ids, made by `corpusforge tokenizer train`. "
            "It loads with `tokenizers.Tokenizer.from_file` and "
            "`transformers.PreTrainedTokenizerFast.from_pretrained`.\n"
        ),
        "## What a language costs\n",
        f"Tokens a word (what spaces part), on text kept out of training{compared}:\n",
        _table(*comparison(facts.measured), numbers_from=1) + "\n",
        "Bytes of text that a token stands for:\n",
        _table(*comparison(facts.measured, "bytes_per_token"), numbers_from=1) + "\n",
        "Over all languages:\n",
        _table(*summary(facts.measured), numbers_from=2) + "\n",
        f"![Tokens a word]({PLOT})\n",
        (
            f"{back}{missing} `unknown` is the share of tokens for what a vocabulary does not "
            "have: a low count of tokens is worth nothing where words became unknown. Text of the "
            "same sources is easier than text of others; measure on yours with "
            "`corpusforge tokenizer compare`.\n"
        ),
        "## What it was trained on\n",
        _table(
            ["language", "texts", "words drawn", "words trained on"],
            [
                [name, *(f"{one[key]:,}" for key in ("texts", "drawn", "trained"))]
                for name, one in facts.texts.items()
            ],
            numbers_from=1,
        )
        + "\n",
        (
            "A language of n words, where the largest has N, brings N (n / N)^"
            f"{facts.settings['balance']} words; small ones are repeated, four times at most.\n"
        ),
        _table(
            ["input", "kind", "digest"],
            [
                [
                    _cell(f"{one['name']} {one.get('version', '')}"),
                    str(one["kind"]),
                    f"`{one['digest']}`",
                ]
                for one in facts.inputs
            ],
        )
        + "\n",
        "## Rights\n",
        _rights(facts),
        "## How it was made\n",
        "\n".join(f"- {key}: `{json.dumps(value)}`" for key, value in facts.settings.items()),
        "\n".join(f"- {name} {version}" for name, version in facts.software.items()) + "\n",
        (
            "The same inputs and settings give the same bytes, in whatever order and on any number "
            f"of threads. `{FACTS}` holds all of this for machines.\n"
        ),
    ]
    return "\n".join(parts)


def _front(facts: Facts) -> str:
    codes = dict.fromkeys(LABELS[name].hub for name in facts.texts if name in LABELS)
    identifier = hub_id(facts.licence) if facts.licence else "unknown"
    lines = ["---", f"license: {identifier}"]
    if identifier == "other":
        lines += ["license_name: of-the-texts", "license_link: README.md#rights"]
    lines += ["language:", *(f"- {code}" for code in codes)] if codes else []
    return "\n".join([*lines, "library_name: tokenizers", "tags:", "- tokenizer", "---", ""])


def _rights(facts: Facts) -> str:
    total = max(1, sum(facts.licences.values()))
    lines = [
        f"- {_cell(name) or 'no licence stated'}: {count:,} texts ({count / total:.0%})"
        for name, count in sorted(facts.licences.items(), key=lambda each: (-each[1], each[0]))
    ]
    stated = (
        f"Taken together: `{facts.licence}`."
        if facts.licence
        else "Some texts state no licence: settle it before you pass the tokenizer on."
    )
    tier = (
        f" The texts are {facts.tier}: frequent words of them stand in the vocabulary, so treat it "
        "as you treat them."
        if facts.tier not in {"", "open"}
        else ""
    )
    return "\n".join(
        [
            "The tokenizer inherits the licences of the texts it was trained on:\n",
            *lines,
            "",
            f"{stated}{tier}\n",
        ]
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers_from: int = 99) -> str:
    rule = ["---:" if index >= numbers_from else "---" for index in range(len(head))]
    lines = [[_cell(cell) for cell in row] for row in (head, rule, *rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    """A cell's text on one line, its pipes and markup harmless."""
    flat = " ".join(text.split())
    return flat.replace("|", "\\|").replace("<", "&lt;")
