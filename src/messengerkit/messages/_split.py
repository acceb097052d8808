"""Floor 2: a long text in parts that Meta takes, cut where a reader would pause.

Lengths are in UTF-16 code units, as everywhere; indexes are Python's.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from messengerkit._json import is_text
from messengerkit._model import utf16_length
from messengerkit.errors import InvalidInputError

from ._graphemes import breaks
from ._text import TEXT_LIMIT

LEAST_LIMIT = 20
"""Below it, an emoji may not fit in: a family with skin tones has 19 code units."""

_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009"
    "\u200a\u2028\u2029\u205f\u3000"
    "\u200b"  # ZERO WIDTH SPACE, with which Burmese, Thai and Khmer part their words
)
# What shows nothing, the spaces that forbid a cut included.
_BLANK = _SPACE + "\xa0\u2007\u202f\u2060\ufeff"
_COMMA = "\u3001\uff0c\uff1a\uff1b"  # Chinese and Japanese: no space follows them
_STOP = ".!?\u2026"
# These end a sentence without a space after them; a selection of Sentence_Terminal, UAX #29.
_FULL_STOP = (
    "\u3002\uff01\uff1f\uff61"  # Chinese, Japanese
    "\u104a\u104b"  # Burmese
    "\u17d4\u17d5"  # Khmer
    "\u0f0d\u0f0e"  # Tibetan
    "\u0964\u0965"  # Devanagari and its neighbours
    "\u061f\u06d4"  # Arabic, Urdu
    "\u0589"  # Armenian
    "\u1362\u1367\u1368"  # Ethiopic
    "\u1803\u1809"  # Mongolian
)
_CLOSE = "\"'*_`~)]}\xbb\u2019\u201d\u203a\u3009\u300b\u300d\u300f\u3011\uff09"

# A point after a single letter or digit ends no sentence: "1. Tea", "e.g. tea", "J. Tea".
_END = re.compile(
    rf"(?=[{_STOP}{_FULL_STOP}{_SPACE}{_COMMA}])"
    rf"((?:(?<!\b\w)\.|[{_STOP[1:]}{_FULL_STOP}])[{_STOP}{_FULL_STOP}{re.escape(_CLOSE)}]*)?"
    rf"([{_SPACE}{_COMMA}]*)"
)
_LEANS = re.compile(
    rf"[{_STOP}{_FULL_STOP}{_COMMA}{re.escape(_CLOSE)}]"
    "|[\u102b\u102c\u1038\u1062-\u1064\u1067-\u106d\u1083\u1087-\u108c\u108f\u109a-\u109c]"
    "|[\u1000-\u1021]\u1037?\u103a"  # Burmese: a consonant that ends its syllable
    "|[\u0e30\u0e32\u0e45\u0eb0\u0eb2]|(?<=[\u0e40-\u0e44\u0ec0-\u0ec4])"  # Thai and Lao vowels
)
"""What no reader would begin a part with, though UAX #29, table 2, ends a cluster before it."""

_NEED_NO_SPACE = frozenset(_FULL_STOP)
_PARAGRAPH, _LINE, _SENTENCE, _WORD = range(4)


def split_text(text: str, limit: int = TEXT_LIMIT) -> tuple[str, ...]:
    """Return *text* in parts of at most *limit* UTF-16 code units; joined, they are *text*.

    A part is cut after the last paragraph that ends in its second half, else after the last
    line, sentence or word that does. A word longer than that moves to the next part if it
    fits there, and else is cut between grapheme clusters: emoji, flags, syllables.

    White space stays at the end of a part. A part has nothing else only where both its
    neighbours are too long to take it. A single cluster longer than *limit*, such as a
    letter with hundreds of accents, is cut between its code points.

    Args:
        text: Any text; the empty one has no parts.
        limit: Length of the longest part, at least 20.

    Raises:
        InvalidInputError: If *limit* is below 20, or UTF-8 cannot carry *text*.
    """
    if limit < LEAST_LIMIT:
        msg = f"limit: must be at least {LEAST_LIMIT}, and is {limit}"
        raise InvalidInputError(msg, field="limit")
    if not is_text(text):
        msg = "text: must be Unicode text without lone surrogates"
        raise InvalidInputError(msg, field="text")
    if utf16_length(text) <= limit:
        return (text,) if text else ()
    clusters = _clusters(text, limit)
    return tuple(_Long(text, limit, clusters, _places(text, clusters)).parts())


@dataclass(frozen=True, slots=True)
class _Long:
    """A text longer than one part, with the indexes at which it may be cut, sorted.

    Attributes:
        text: The text.
        limit: Length of the longest part.
        clusters: Where grapheme clusters end; inside those above the limit, any index.
        places: Where paragraphs, lines, sentences and words end; each holds those before.
    """

    text: str
    limit: int
    clusters: Sequence[int]
    places: tuple[Sequence[int], ...]

    def parts(self) -> Iterator[str]:
        start = 0
        while start < len(self.text):
            cut = self._cut(start)
            yield self.text[start:cut]
            start = cut

    def _cut(self, start: int) -> int:
        """Return where the part that begins at *start* ends."""
        reach = self._reach(start, self.limit)
        if reach == len(self.text):
            return reach
        window = self.text[start:reach]
        shown = start + len(window) - len(window.lstrip(_BLANK)) + 1
        most = self._most(start, shown, _last(self.clusters, reach))
        least = max(shown, self._reach(start, self.limit // 2))
        for ends in self.places:
            if (place := _last(ends, most)) >= least:
                return place
        place = _last(self.places[_WORD], most)
        return place if place >= shown and self._word_fits(place) else self._inside(most, least)

    def _most(self, start: int, shown: int, most: int) -> int:
        """Return the furthest cut up to *most* that leaves the next part something to show."""
        if self.text[most : self._reach(most, self.limit)].strip(_BLANK):
            return most
        last_shown = start + len(self.text[start:most].rstrip(_BLANK)) - 1
        before = _last(self.clusters, last_shown)
        return before if before >= shown else most

    def _inside(self, most: int, least: int) -> int:
        """Return where to cut a long word: between syllables, if *least* leaves a choice."""
        first, end = bisect_left(self.clusters, least), bisect_right(self.clusters, most)
        for index in range(end - 1, first - 1, -1):
            if not _LEANS.match(self.text, self.clusters[index]):
                return self.clusters[index]
        return self.clusters[end - 1]

    def _word_fits(self, start: int) -> bool:
        words = self.places[_WORD]
        index = bisect_right(words, start)
        end = words[index] if index < len(words) else len(self.text)
        return self._reach(start, self.limit) >= end

    def _reach(self, start: int, length: int) -> int:
        """Return how far *length* code units carry from *start*, never to half a code point."""
        units = self.text[start : start + length].encode("utf-16-le")[: 2 * length]
        return start + len(units.decode("utf-16-le", "ignore"))


def _clusters(text: str, limit: int) -> Sequence[int]:
    ends = array("L")
    start = 0
    for end in breaks(text):
        if end - start > limit // 2 and utf16_length(text[start:end]) > limit:
            ends.extend(range(start + 1, end))
        ends.append(end)
        start = end
    return ends


def _places(text: str, clusters: Sequence[int]) -> tuple[Sequence[int], ...]:
    places = tuple(array("L") for _ in range(_WORD + 1))
    for found in _END.finditer(text):
        end = found.end()
        rank = _rank(found[1] or "", found[2])
        # White space that goes on, or an accent on it, belongs to what is before it.
        if rank is None or text[end : end + 1] in _BLANK or _last(clusters, end) != end:
            continue
        for ends in places[rank:]:
            ends.append(end)
    return places


def _rank(stop: str, space: str) -> int | None:
    lines = len(f"{space}.".splitlines()) - 1
    if lines:
        return _PARAGRAPH if lines > 1 else _LINE
    if (stop and space) or not _NEED_NO_SPACE.isdisjoint(stop):
        return _SENTENCE
    return _WORD if space else None


def _last(ends: Sequence[int], most: int) -> int:
    """Return the last of *ends* up to *most*, or 0."""
    index = bisect_right(ends, most)
    return ends[index - 1] if index else 0
