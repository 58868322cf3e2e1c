"""The order of letters, words and brackets in Arabic text that came out of a PDF.

A PDF paints glyphs; readers guess the order people read them in. pypdf expects Arabic to be stored
as it is painted (right end last): where it is stored as it is read, whole runs come out reversed;
where it was painted by a simple program, each run is right but runs and figures in a line stand in
the order of the page, from the left. Browsers that print to PDF leave every word so.
"""

from __future__ import annotations

import re

_LETTER = "\u0620-\u065f\u0670-\u06d3\ufb50-\ufdff\ufe70-\ufefc"
#: Arabic words with the spaces and marks between them; figures and Latin words end a run.
_RUN = re.compile(f"[{_LETTER}](?:[^0-9A-Za-z\u0660-\u0669\n]*[{_LETTER}])*")
_MARKED_RUN = re.compile(f"[ .,:;!?،؛؟()\\[\\]«»\"'-]*{_RUN.pattern}[ .,:;!?،؛؟()\\[\\]«»\"'-]*")
_MIRROR = str.maketrans("()[]{}«»<>", ")(][}{»«><")
_OPENING, _CLOSING = "([{«", ")]}»"
_ENDS = re.compile(r"[.؟!؛:]\s*$")
_STOP_BEFORE_FIGURE = re.compile(f"[{_LETTER}][.؟!]\\s?\\d")
#: No line of Arabic begins with a stop.
_STARTS = re.compile(f"\\s*[.؟!،؛:]\\s?[{_LETTER}]")
_ARABIC = re.compile(f"[{_LETTER}]")
#: One word with Arabic in it, or Latin words and figures in a row.
_PIECES = re.compile(f"\\S*[{_LETTER}]\\S*|[^\\s{_LETTER}]+(?:\\s+[^\\s{_LETTER}]+)*(?!\\S)")
_LAST_STOP = re.compile(r"(?:(?<=\s)|^)([.؟!،؛:]+)\s?(\S+)$")
_MISSING_SPACE = re.compile(f"(?<=[{_LETTER}]{{2}})(?=\\d)|(?<=\\d)(?=[{_LETTER}])")


def unreversed(text: str) -> str:
    """Text whose Arabic runs are reversed letter by letter, put right; figures stay."""
    return "\n".join(_spaced(_MARKED_RUN.sub(_turn, line)) for line in text.split("\n"))


def _turn(run: re.Match[str]) -> str:
    return run.group()[::-1].translate(_MIRROR)


def reordered(text: str) -> str:
    """Text with the runs of its lines in reading order, where the page's order is seen to be wrong.

    Seen by the stops: a line ends with one rather than having it before a figure. The whole text
    is judged, so that one odd line decides nothing.
    """
    lines = text.split("\n")
    worded = [_words_turned(line) for line in lines]
    if _gain(lines, worded) >= 2:
        return _brackets("\n".join(worded))
    turned = [_other_way(line) for line in lines]
    return _brackets("\n".join(turned if _gain(lines, turned) > 2 else lines))


def _gain(lines: list[str], turned: list[str]) -> int:
    """How many more lines have their stops where readers expect them."""
    return sum(
        _order_score(new) - _order_score(old)
        for old, new in zip(lines, turned, strict=True)
        if new != old
    )


def _words_turned(line: str) -> str:
    """A line of Arabic with its words in the opposite order, each as it is.

    Latin words in a row stay in a row, and a stop that stood first stands last.
    """
    if len(_ARABIC.findall(line)) < 0.4 * len(line.replace(" ", "")):
        return line
    pieces = [piece.strip() for piece in _PIECES.findall(line)]
    turned = " ".join(piece for piece in reversed(pieces) if piece)
    return _LAST_STOP.sub(r"\2\1", turned)


def _other_way(line: str) -> str:
    """The pieces of a line of several Arabic runs in the opposite order."""
    runs = list(_MARKED_RUN.finditer(line))
    if not runs or sum(len(run.group()) for run in runs) < 0.5 * len(line):
        return line
    pieces: list[str] = []
    place = 0
    for run in runs:
        pieces += [line[place : run.start()], run.group()]
        place = run.end()
    pieces = [piece for piece in [*pieces, line[place:]] if piece.strip()]
    return " ".join(piece.strip() for piece in reversed(pieces)) if len(pieces) > 1 else line


def _order_score(line: str) -> int:
    begun = _STARTS.match(line) is not None
    return int(_ENDS.search(line) is not None) - len(_STOP_BEFORE_FIGURE.findall(line)) - begun


def _brackets(text: str) -> str:
    """Brackets of lines that begin with a closing one and end with an opening one, turned."""
    lines = []
    for line in text.split("\n"):
        marks = [character for character in line if character in _OPENING + _CLOSING]
        wrong = len(marks) > 1 and marks[0] in _CLOSING and marks[-1] in _OPENING
        lines.append(line.translate(_MIRROR) if wrong and _RUN.search(line) else line)
    return "\n".join(lines)


def _spaced(line: str) -> str:
    return _MISSING_SPACE.sub(" ", line).strip()
