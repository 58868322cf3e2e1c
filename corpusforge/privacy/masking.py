"""Masking: spans replaced by typed placeholders or keyed pseudonyms."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from corpusforge.errors import PrivacyError
from corpusforge.privacy.detector import Detector
from corpusforge.privacy.fold import lowered, page
from corpusforge.privacy.policy import Action, Policy, policy_named
from corpusforge.privacy.spans import TYPES, Span, Width, settle, width_for
from corpusforge.privacy.verdicts import Met, met

#: Raise it with any change to what is found or written: it stands in every row.
SCRUBBER = "corpusforge-privacy/1"

_PASSES = 4
#: How far from a placeholder, in code points, something may stand out that did not before: the
#: longest reach of a recogniser is a postal address of several parts.
_NEAR = 200
#: What is read on either side of that, so that whatever is near is seen with all it is judged by.
_AROUND = 200
#: Line ends and spaces are looked for this far to begin and end there, not inside a number.
_SNAP = 60


class Masked(NamedTuple):
    """A masked text: what was replaced by what, in order."""

    text: str
    #: Spans of the text that came in.
    spans: tuple[Span, ...]
    replacements: tuple[str, ...]
    #: A type whose action is to drop the document was found.
    drop: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Masked spans by type, in alphabetical order."""
        found: dict[str, int] = {}
        for span in self.spans:
            found[span.type] = found.get(span.type, 0) + 1
        return dict(sorted(found.items())) if len(found) > 1 else found

    def moved(self, offset: int) -> int:
        """Where `offset` of the original stands in the masked text (a span's inside: its start)."""
        shift = 0
        for span, replacement in zip(self.spans, self.replacements, strict=True):
            if offset < span.end:
                return span.start + shift if offset > span.start else offset + shift
            shift += len(replacement) - (span.end - span.start)
        return offset + shift

    def moved_end(self, offset: int) -> int:
        """As `moved` for the end of a range: a span's inside leads behind its replacement."""
        shift = 0
        for span, replacement in zip(self.spans, self.replacements, strict=True):
            if offset <= span.start:
                break
            shift += len(replacement) - (span.end - span.start)
            if offset < span.end:
                return span.end + shift
        return offset + shift


class Masker:
    """A policy with all it needs to find and to mask.

    Args:
        policy: a named policy or one written out.
        key: the secret for pseudonyms.
        detector: where candidates come from; one of its own where none is given. It must look
            as widely as the policy asks for.

    Raises:
        PrivacyError: PII003, pseudonyms are asked for and there is no key.

    """

    def __init__(
        self,
        policy: str | Policy = "law-09-08",
        key: bytes | None = None,
        detector: Detector | None = None,
    ) -> None:
        self.policy = policy_named(policy)
        if Action.PSEUDONYM in self.policy.all_actions and not key:
            raise PrivacyError(
                "PII003",
                f'policy "{self.policy.name}" writes pseudonyms and there is no key',
                hint="put at least 16 random bytes into pseudonym.key in the private area",
            )
        self.key = key
        self.detector = detector or Detector(width_of(self.policy))
        self._kinds = kinds_of(self.policy)
        self._allowed = _Allowed(self.policy.allow)
        self._drops = frozenset(
            kind for kind in TYPES if self.policy.action_for(kind) is Action.DROP
        )
        self._pseudonyms = frozenset(
            kind for kind in TYPES if self.policy.action_for(kind) is Action.PSEUDONYM
        )

    def under(self, policy: Policy) -> Masker:
        """The same under another policy."""
        return Masker(policy, self.key, self.detector)

    def find(
        self,
        texts: Sequence[str],
        others: Sequence[Sequence[Span]] | None = None,
        names: Sequence[bytes] | None = None,
    ) -> list[list[Span]]:
        """The spans that the policy acts on, in code points of each text.

        Args:
            texts: any strings.
            others: candidates of each text that somebody else found, such as a model of names;
                they are weighed against those found here.
            names: what the texts are called in findings, where that is at hand.

        """
        return [
            self._settled(text, spans)
            for text, spans in zip(texts, self._candidates(texts, others, names), strict=True)
        ]

    def _candidates(
        self,
        texts: Sequence[str],
        others: Sequence[Sequence[Span]] | None,
        names: Sequence[bytes] | None,
    ) -> Sequence[Sequence[Span]]:
        found = self.detector.candidates(texts, names)
        if others is None:
            return found
        return [[*ours, *theirs] for ours, theirs in zip(found, others, strict=True)]

    def _settled(self, text: str, spans: Sequence[Span]) -> list[Span]:
        if not spans:
            return []
        stand = settle(spans, minimum=self.policy.minimum_score, kinds=self._kinds)
        stand = [span for span in stand if span.type in self._kinds]
        if not self.policy.allow:
            return stand
        return [span for span in stand if not self._allowed(text[span.start : span.end])]

    def mask(
        self,
        texts: Sequence[str],
        others: Sequence[Sequence[Span]] | None = None,
        names: Sequence[bytes] | None = None,
        seen: Sequence[set[Met]] | None = None,
    ) -> list[Masked]:
        """Each text with its personal data replaced; arguments as of `find`.

        A masked text holds nothing that a second masking would find: what only stands out once its
        neighbours are placeholders is masked too, in the same call.

        Args:
            texts: any strings.
            others: see `find`.
            names: see `find`.
            seen: for each text, a set that is given all that was met on the way.

        """
        found = self._candidates(texts, others, names)
        _note(seen, range(len(texts)), found)
        results = [
            self._apply(text, self._settled(text, spans))
            for text, spans in zip(texts, found, strict=True)
        ]
        again = [place for place, masked in enumerate(results) if masked.spans]
        for _ in range(_PASSES):
            if not again:
                break
            looked_at = [(place, near) for place in again for near in _surroundings(results[place])]
            read = [near.of(results[place].text) for place, near in looked_at]
            found = self.detector.candidates(read)
            _note(seen, [place for place, _ in looked_at], found)
            more: dict[int, list[Span]] = {}
            for (place, near), text, spans in zip(looked_at, read, found, strict=True):
                more.setdefault(place, []).extend(near.led_back(self._settled(text, spans)))
            again = [place for place, spans in more.items() if spans]
            for place in again:
                spans = _merged(results[place], more[place])
                results[place] = self._apply(texts[place], spans)
        return results

    def _apply(self, text: str, spans: Sequence[Span]) -> Masked:
        if not spans:
            return Masked(text, (), ())
        pieces: list[str] = []
        replacements: list[str] = []
        last = 0
        for start, end, kind, _ in spans:
            replacement = f"[{kind}]"
            if kind in self._pseudonyms and self.key:
                value = keyed(text[start:end], kind, self.key)
                replacement = f"[{kind}:{value[:12]}]"
            replacements.append(replacement)
            pieces += (text[last:start], replacement)
            last = end
        pieces.append(text[last:])
        drop = bool(self._drops) and any(span.type in self._drops for span in spans)
        return Masked("".join(pieces), tuple(spans), tuple(replacements), drop)


def _note(
    seen: Sequence[set[Met]] | None, places: Sequence[int], found: Sequence[Sequence[Span]]
) -> None:
    if seen is not None:
        for place, spans in zip(places, found, strict=True):
            seen[place].update(met(spans))


def kinds_of(policy: Policy) -> frozenset[str]:
    """The types that a policy covers."""
    return frozenset(kind for kind in TYPES if policy.covers(kind))


def width_of(policy: Policy) -> Width:
    """How widely a policy has texts searched."""
    return width_for(kinds_of(policy))


def find(texts: Sequence[str], policy: str | Policy = "law-09-08") -> list[list[Span]]:
    """The spans that `policy` acts on, in code points of each text."""
    return finder(policy_named(policy)).find(texts)


def finder(policy: Policy, detector: Detector | None = None) -> Masker:
    """A masker to find with only: no key is asked for, whatever the policy's actions are."""
    actions = {"action": Action.PLACEHOLDER, "actions": {}}
    return Masker(policy.model_copy(update=actions), None, detector)


def mask(
    texts: Sequence[str], policy: str | Policy = "law-09-08", key: bytes | None = None
) -> list[Masked]:
    """Each text with its personal data replaced; see `Masker`."""
    return Masker(policy, key).mask(texts)


class _Near(NamedTuple):
    """A range of a masked text to read again, and the part of it in which finds count."""

    first: int
    last: int
    from_: int
    to: int

    def of(self, text: str) -> str:
        """What is read."""
        return text[self.first : self.last]

    def led_back(self, spans: Sequence[Span]) -> list[Span]:
        """Spans found in it that count, as spans of the whole masked text."""
        return [
            span._replace(start=span.start + self.first, end=span.end + self.first)
            for span in spans
            if span.end + self.first > self.from_ and span.start + self.first < self.to
        ]


def _surroundings(masked: Masked) -> list[_Near]:
    """What of a masked text can hold something new: the surroundings of its placeholders."""
    size = len(masked.text)
    zones: list[tuple[int, int]] = []
    shift = 0
    first = last = 0
    for (begin, stop, _, _), replacement in zip(masked.spans, masked.replacements, strict=True):
        start = begin + shift
        end = start + len(replacement)
        shift = end - stop
        if last and start - _NEAR - 2 * (_AROUND + _SNAP) <= last:
            last = end + _NEAR
            continue
        if last:
            zones.append((first, last))
        first, last = start - _NEAR, end + _NEAR
    zones.append((first, last))
    return [
        _Near(
            _begins(masked.text, first - _AROUND),
            _ends(masked.text, last + _AROUND, size),
            first if first > _AROUND else 0,
            last if last + _AROUND < size else size,
        )
        for first, last in zones
    ]


def _begins(text: str, place: int) -> int:
    """The last line or word that begins before `place`, not far from it."""
    if place <= _SNAP:
        return 0
    for mark in "\n ":
        found = text.rfind(mark, place - _SNAP, place)
        if found >= 0:
            return found + 1
    return place


def _ends(text: str, place: int, size: int) -> int:
    """The first line or word that ends after `place`, not far from it."""
    if place + _SNAP >= size:
        return size
    for mark in "\n ":
        found = text.find(mark, place, place + _SNAP)
        if found >= 0:
            return found
    return place


def _merged(masked: Masked, more: Sequence[Span]) -> list[Span]:
    """The spans of a text that was masked, with those found in its masked form led back to it."""
    spans = list(masked.spans)
    for span in more:
        first, last = _back(masked, span.start, ending=False), _back(masked, span.end, ending=True)
        inside = [old for old in spans if first < old.end and old.start < last]
        spans = [old for old in spans if old not in inside]
        first = min([first, *(old.start for old in inside)])
        last = max([last, *(old.end for old in inside)])
        spans.append(Span(first, last, span.type, span.score))
    return sorted(spans)


def _back(masked: Masked, offset: int, *, ending: bool) -> int:
    """The offset in the original for one in the masked text; inside a placeholder, its far side."""
    shift = 0
    for span, replacement in zip(masked.spans, masked.replacements, strict=True):
        start = span.start + shift
        if offset < start or (ending and offset == start):
            break
        if offset < start + len(replacement):
            if offset == start:
                return span.start
            return span.end if ending else span.start
        shift += len(replacement) - (span.end - span.start)
    return offset - shift


def keyed(value: str, kind: str, key: bytes) -> str:
    """HMAC-SHA-256 of a value as `normalise` writes it: the same person, the same hex digits."""
    message = f"{kind}\0{normalise(value, kind)}".encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


_NOT_ALNUM = re.compile(r"[^0-9a-z\x80-\xd7\xf1]")


def normalise(value: str, kind: str) -> str:
    """One form for every way of writing an identifier: folded, lower case, no separators.

    Phones lose their country code; obfuscated at signs and dots of addresses become plain.
    """
    folded = lowered(page(value))
    if kind == "EMAIL":
        return _plain_address(folded)
    bare = _NOT_ALNUM.sub("", folded)
    if kind == "PHONE":
        bare = re.sub(r"\A(?:00)?212(?=0?[5-8][0-9]{8}\Z)", "", bare)
        return bare if bare.startswith("0") or len(bare) != 9 else "0" + bare
    if kind == "PERSON":
        # Family name first or last is one person.
        return " ".join(sorted(re.findall(r"[0-9a-z\x80-\xd7\xf1]+", folded)))
    return bare


@cache
def _at_words() -> re.Pattern[str]:
    return re.compile(
        page(r" ?[(\[{<]? ?(?:@|\b(?:at|arobase|arobas)\b|آت|أروباس|اروباز|أروباز) ?[)\]}>]? ?")
    )


@cache
def _dot_words() -> re.Pattern[str]:
    return re.compile(
        page(r" ?[(\[{<] ?(?:dot|point|نقطة|دوت|\.) ?[)\]}>] ?| (?:dot|point|نقطة|دوت) | ?\. ?")
    )


def _plain_address(folded: str) -> str:
    local, *rest = _at_words().split(folded)
    return "@".join(_dot_words().sub(".", part).replace(" ", "") for part in (local, *rest))


class _Allowed:
    """Whether a value is on the allow list, whichever way it is written."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._domains = tuple(entry.lower() for entry in entries if entry.startswith("@"))
        self._values = {_bare(entry) for entry in entries if not entry.startswith("@")}

    def __call__(self, value: str) -> bool:
        if self._domains and value.lower().endswith(self._domains):
            return True
        return bool(self._values) and _bare(value) in self._values


def _bare(value: str) -> str:
    bare = _NOT_ALNUM.sub("", lowered(page(value)))
    return re.sub(r"\A(?:00)?212(?=[5-8][0-9]{8}\Z)", "0", bare)
