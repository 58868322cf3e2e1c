"""Extraction quality and speed on folders of pages with known text.

    python benchmarks/extraction_quality.py PAGES TEXTS      # name.html and name.txt pairs
    python benchmarks/extraction_quality.py --web ../shared  # the development web

Prints token F1 and pages per CPU second for our extractor and for trafilatura with its defaults.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

from corpusforge.extraction.html import extract_html
from corpusforge.extraction.page import NotExtractedError, Options


def token_f1(found: str, wanted: str) -> float:
    a, b = (Counter(re.findall(r"\w+", text.lower())) for text in (found, wanted))
    common = sum((a & b).values())
    return 2 * common / max(1, sum(a.values()) + sum(b.values()))


def ours(page: bytes) -> str:
    try:
        return extract_html(page, charset=None, url=None, options=Options()).text
    except NotExtractedError:
        return ""


def trafilatura(page: bytes) -> str:
    import trafilatura

    found = trafilatura.bare_extraction(page, include_comments=False)
    return (found.text or "") if found else ""


def pairs(pages: Path, texts: Path):
    for page in sorted(pages.glob("*.html")):
        text = texts / f"{page.stem}.txt"
        if text.exists():
            yield page.read_bytes(), text.read_text("utf-8", "replace")


def web(shared: Path):
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "eval"))
    from test_extraction import fetch

    for truth, kind, body in fetch(shared):
        if "html" in kind and not truth["must_not_fetch"]:
            yield body, truth["text"]


def main() -> None:
    cases = list(
        web(Path(sys.argv[2])) if sys.argv[1] == "--web" else pairs(*map(Path, sys.argv[1:3]))
    )
    for name, extract in (("corpusforge", ours), ("trafilatura", trafilatura)):
        extract(cases[0][0])  # imports
        start = time.process_time()
        found = [extract(page) for page, _ in cases]
        spent = time.process_time() - start
        scores = [token_f1(text, wanted) for text, (_, wanted) in zip(found, cases, strict=True)]
        print(
            f"{name:12} {len(cases)} pages  F1 {sum(scores) / len(scores):.4f}  "
            f"{len(cases) / spent:.1f} pages per CPU second"
        )


if __name__ == "__main__":
    main()
