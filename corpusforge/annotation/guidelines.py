"""What annotators are told, in French and Arabic, with a line in Tamazight and English.

The words stand in `guidelines.toml`. Label Studio shows them before the first task and at the press
of a button. A wave's manifest keeps their digest: who was told otherwise was asked otherwise.
"""

from __future__ import annotations

import tomllib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from corpusforge.annotation.canonical import sha256

_FILE = Path(__file__).with_name("guidelines.toml")


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def guideline_html(kind: str) -> str:
    """The instruction of a task type, as Label Studio shows it."""
    own, every = _words()[kind], _words()["every"]
    return "\n".join(
        (
            _block("fr", "ltr", "Consignes", own["fr"] + every["fr"]),
            _block("ar", "rtl", "التعليمات", own["ar"] + every["ar"]),
            f'<p lang="zgh" dir="ltr">{escape(own["zgh"])}</p>',
            f'<p lang="en" dir="ltr">{escape(own["en"])}</p>',
        )
    )


def guideline_digest(kind: str) -> str:
    """SHA-256 of the instruction, as wave manifests keep it."""
    return sha256(guideline_html(kind))


def _block(language: str, direction: str, title: str, points: list[str]) -> str:
    # Label Studio drops styles and its own take the dots off lists; directions stay.
    lines = "".join(f"<p>• {escape(point, quote=False)}</p>" for point in points)
    return f'<div lang="{language}" dir="{direction}"><h3>{title}</h3>{lines}</div>'
