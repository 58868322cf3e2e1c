"""PDF files: the text layer where it is sound, else the pages read by eye (tesseract).

pypdf reads Arabic best of the libraries we may use, but what a PDF holds can be wrong in itself:
letters of every word reversed, lam and alef swapped, no text at all. Two checks find that out; the
fallback renders the pages with pypdfium2 and reads them with tesseract, where both are installed.
Measured: lam-alef check, 0 false alarms in 27,475 clean Arabic words.
"""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from corpusforge.extraction.normalise import normalise
from corpusforge.extraction.page import Document, NotExtractedError
from corpusforge.sources.parts import iso_date

#: A file with more pages is refused (``too_many_pages``).
PAGES = 2_000
#: Pages that may need tesseract; it takes seconds a page.
OCR_PAGES = 60
#: Fewer letters a page than this, and there is no text layer to speak of.
_LETTERS_A_PAGE = 15
_ARABIC_WORD = re.compile("[\u0620-\u064a\u064b-\u0652]{2,}")
# لا read as ال within a word: "اال…", or alef with hamza or madda between alef and lam.
_SWAPPED = re.compile("^[وفبك]?(?:اال|ا[أإآ]ل)")
#: A tanwin is the end of a word, or stands before a last alef: elsewhere it went adrift.
_ADRIFT = re.compile("[\u064b-\u064d](?!ا?$|ى$|[\u0650-\u0652]?$)")
#: Pieces of words in the order of the page: ة inside a word, or ء and ئ at its beginning.
_SCRAMBLED = re.compile("ة[\u0621-\u064a]|^[ءئ][\u0621-\u064a]")
#: Share of words with the swap, or that begin with a letter only words' ends have, that is wrong.
_WRONG_SHARE = 0.004
_REVERSED_SHARE = 0.04
_ENDINGS = "ةى"
_NO_TITLE = re.compile(
    r"\.(?:docx?|odt|xlsx?|indd|pdf|tmp|qxd)$|^untitled|^microsoft word", re.IGNORECASE
)
_LANGUAGES = ("ara", "fra")
_DPI = 200


def read_pdf(payload: bytes, *, ocr: bool = True) -> Document:
    """The text of a PDF file, pages apart by blank lines.

    Args:
        payload: the file.
        ocr: False never reads pages by eye, even where tesseract is installed.

    Raises:
        NotExtractedError: ``corrupt_pdf``, ``encrypted_pdf``, ``too_many_pages``, ``empty``, or
            ``needs_ocr``: there is no sound text layer and no tesseract to read the pages.

    """
    from corpusforge.extraction.order import reordered, unreversed

    pages, title, author, date = _text_layer(payload)
    text = reordered(_joined(pages))
    verdict = fault(text, len(pages))
    if verdict is None:
        return Document(text, title, date, author, method="pypdf")
    if verdict in ("marks", "scrambled") and not (ocr and tesseract_data()):
        return Document(text, title, date, author, method="pypdf")  # legible, and the best there is
    if verdict == "reversed":
        repaired = unreversed(text)
        if fault(repaired, len(pages)) is None:
            return Document(repaired, title, date, author, method="pypdf-reversed")
    if not ocr:
        raise NotExtractedError("needs_ocr", verdict)
    read = _read_by_eye(payload, len(pages), verdict)
    return Document(read, title, date, author, method="tesseract")


def fault(text: str, pages: int) -> str | None:
    """What is wrong with a text layer: missing, garbled, reversed, swapped, scrambled, marks."""
    letters = sum(1 for character in text if character.isalpha())
    if letters < _LETTERS_A_PAGE * max(pages, 1):
        return "missing"
    odd = sum(1 for c in text if c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c >= "\U000f0000")
    if odd > 0.05 * len(text) or text.count("(cid:") * 20 > letters:
        return "garbled"
    words = _ARABIC_WORD.findall(normalise(text))
    if len(words) < 20:
        return None
    if sum(word[0] in _ENDINGS for word in words) > _REVERSED_SHARE * len(words):
        return "reversed"
    for name, pattern, least in (
        ("swapped", _SWAPPED, 3), ("scrambled", _SCRAMBLED, 2), ("marks", _ADRIFT, 3)
    ):  # fmt: skip
        wrong = sum(1 for word in words if pattern.search(word))
        if wrong >= least and wrong > _WRONG_SHARE * len(words):
            return name
    return None


def _text_layer(payload: bytes) -> tuple[list[str], str | None, str | None, str | None]:
    import pypdf
    from pypdf.errors import PyPdfError

    with _silent("pypdf"):
        try:
            reader = pypdf.PdfReader(io.BytesIO(payload), strict=False)
            pages = _pages(reader)
            about = reader.metadata
        except NotExtractedError:
            raise
        except (PyPdfError, pypdf.errors.DependencyError) as problem:
            locked = "DependencyError" in type(problem).__name__
            reason = "encrypted_pdf" if locked else "corrupt_pdf"
            raise NotExtractedError(reason, type(problem).__name__) from problem
        except Exception as problem:
            raise NotExtractedError("corrupt_pdf", type(problem).__name__) from problem
        if not pages:
            raise NotExtractedError("empty")
        return pages, *_about(about)


def _pages(reader: Any) -> list[str]:
    if reader.is_encrypted and not reader.decrypt(""):
        raise NotExtractedError("encrypted_pdf")
    count = len(reader.pages)
    if count > PAGES:
        raise NotExtractedError("too_many_pages", str(count))
    return [page.extract_text() or "" for page in reader.pages]


def _about(about: Any) -> tuple[str | None, str | None, str | None]:
    """Title, author and date from the information dictionary, where they look real."""
    try:
        title = normalise(about.title or "") if about else ""
        author = normalise(about.author or "") if about else ""
        made = about.creation_date if about else None
    except Exception:  # noqa: BLE001 - a broken dictionary is no reason to lose the text
        return None, None, None
    if re.search(
        r"\.(?:docx?|odt|xlsx?|indd|pdf|tmp|qxd)$|^untitled|^microsoft word", title, re.IGNORECASE
    ):
        title = ""
    return title or None, author or None, iso_date(made)


def _joined(pages: list[str]) -> str:
    """Pages as one text, without the page numbers and lines that head or foot most pages."""
    cut = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    if len(cut) > 2:
        ends = Counter(
            fold for lines in cut for fold in {_fold(line) for line in lines[:2] + lines[-2:]}
        )
        running = {fold for fold, count in ends.items() if count > 0.5 * len(cut)}
        cut = [
            [
                line
                for place, line in enumerate(lines)
                if not (_fold(line) in running and (place < 2 or place >= len(lines) - 2))
            ]
            for lines in cut
        ]
    cut = [
        lines[:-1] if lines and re.fullmatch(r"[-–— ]*\d{1,4}[-–— ]*", lines[-1]) else lines
        for lines in cut
    ]
    return "\n\n".join("\n".join(_unhyphenated(lines)) for lines in cut if lines)


def _fold(line: str) -> str:
    return re.sub(r"\d+", "0", line.casefold())


def _unhyphenated(lines: list[str]) -> list[str]:
    """Lines with words that were broken at their end put together again."""
    joined: list[str] = []
    for line in lines:
        if joined and re.search(r"[a-zà-ÿ]-$", joined[-1]) and re.match(r"[a-zà-ÿ]", line):
            head, _, rest = line.partition(" ")
            joined[-1] = joined[-1][:-1] + head
            if rest:
                joined.append(rest)
        else:
            joined.append(line)
    return joined


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """No warnings about odd PDFs on the console; the drop says what matters."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


# --- reading by eye -------------------------------------------------------------------------


@cache
def tesseract_data() -> tuple[Path, ...]:
    """The language data tesseract would use, or nothing where reading by eye is not possible.

    Their content belongs to the fingerprint of a build: other data, other text.
    """
    import importlib.util

    missing = [name for name in ("pypdfium2", "PIL") if importlib.util.find_spec(name) is None]
    if missing or shutil.which("tesseract") is None:
        return ()
    listed = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=False, timeout=20
    )
    lines = (listed.stdout + listed.stderr).splitlines()
    folder = next((m.group(1) for line in lines if (m := re.search(r'"(.+?)"', line))), "")
    found = [Path(folder) / f"{name}.traineddata" for name in _LANGUAGES if name in lines]
    return tuple(path for path in found if path.is_file())


def _read_by_eye(payload: bytes, pages: int, why: str) -> str:
    data = tesseract_data()
    if not data:
        raise NotExtractedError("needs_ocr", why)
    if pages > OCR_PAGES:
        raise NotExtractedError("needs_ocr", f"{why}, {pages} pages")
    languages = "+".join(path.stem for path in data)
    read = []
    with tempfile.TemporaryDirectory(prefix="corpusforge-ocr-") as folder:
        for number, image in enumerate(_rendered(payload)):
            path = Path(folder) / f"{number}.png"
            image.save(path)
            read.append(_tesseract(path, languages))
    text = "\n\n".join(page for page in read if page)
    if sum(1 for character in text if character.isalpha()) < _LETTERS_A_PAGE:
        raise NotExtractedError("empty")
    return text


def _rendered(payload: bytes) -> Iterator[Any]:
    import pypdfium2

    try:
        file = pypdfium2.PdfDocument(payload)
    except pypdfium2.PdfiumError as problem:
        raise NotExtractedError("corrupt_pdf", "PdfiumError") from problem
    try:
        for page in file:
            scale = _DPI / 72
            width, height = page.get_size()
            # A page of several metres would not fit into memory.
            scale = min(scale, 6000 / max(width, height, 1))
            yield page.render(scale=scale, grayscale=True).to_pil()
    finally:
        file.close()


def _tesseract(image: Path, languages: str) -> str:
    done = subprocess.run(
        ["tesseract", str(image), "stdout", "-l", languages, "--psm", "3"],
        capture_output=True,
        check=False,
        timeout=600,
        # One thread: the build runs one worker a core already.
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )
    if done.returncode != 0:
        raise NotExtractedError("needs_ocr", "tesseract failed")
    lines = [line.strip() for line in done.stdout.decode("utf-8", "replace").split("\n")]
    return "\n".join(line for line in lines if line)
