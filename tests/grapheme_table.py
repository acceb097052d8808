"""Print `messengerkit/messages/_grapheme_table.py`, made from the properties that `regex` knows.

Run by hand when `regex` learns a newer Unicode, with the package's module as the target:

    python tests/grapheme_table.py > src/messengerkit/messages/_grapheme_table.py

It is also where the tests ask `regex` what a grapheme cluster is.
"""

import importlib.metadata
import itertools
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator

import regex

WIDTH = 100

KINDS = {
    "C": r"\p{GCB=Control}",
    "r": r"\p{GCB=CR}",
    "n": r"\p{GCB=LF}",
    "P": r"\p{GCB=Prepend}",
    "S": r"\p{GCB=SpacingMark}",
    "E": r"[\p{GCB=Extend}&&\p{InCB=Extend}]",
    "N": r"[\p{GCB=Extend}&&\p{InCB=None}]",
    "K": r"[\p{GCB=Extend}&&\p{InCB=Linker}]",
    "Z": r"\p{GCB=ZWJ}",
    "R": r"\p{GCB=Regional_Indicator}",
    "L": r"\p{GCB=L}",
    "V": r"\p{GCB=V}",
    "T": r"\p{GCB=T}",
    "A": r"\p{GCB=LV}",
    "B": r"\p{GCB=LVT}",
    "X": r"[\p{GCB=Other}&&\p{Extended_Pictographic}]",
    "J": r"[\p{GCB=Other}&&\p{InCB=Consonant}]",
    "Q": r"[\p{GCB=Other}&&\p{InCB=Linker}]",
}
"""Each kind of character that UAX #29 tells apart, as a pattern; no two of them overlap."""

SYLLABLES = range(0xAC00, 0xD7A4)
"""The Hangul syllables, which the package tells apart by arithmetic."""

MODULE = '''\
"""Floor 2: the characters that grapheme clusters are made of; tests/grapheme_table.py wrote it.

Each line of `KINDS` names a kind, then its code points in hexadecimal. What the kinds are,
`_graphemes.py` says; characters of no kind begin and end a cluster like any letter.
"""

# Source: UAX #29 and its properties Grapheme_Cluster_Break, Indic_Conjunct_Break and
# Extended_Pictographic in the Unicode Character Database, (c) Unicode, Inc., under
# https://www.unicode.org/license.txt
UNICODE = "{version}"

KINDS = """\\
{kinds}
"""
'''


def unicode_version() -> str | None:
    """Return the Unicode version that the installed `regex` says it supports, if it says one."""
    text = importlib.metadata.metadata("regex").json["description"]
    found = re.search(r"supports Unicode ([0-9]+\.[0-9]+\.[0-9]+)", str(text))
    return found[1] if found else None


def clusters(text: str) -> list[str]:
    r"""Return the grapheme clusters of *text* as the `\X` of `regex` has them."""
    found: list[str] = regex.findall(r"\X", text)
    return found


def module() -> str:
    """Return the source of the module."""
    return MODULE.format(version=unicode_version(), kinds="\n".join(_lines()))


def kind_of_every_code_point() -> dict[int, str]:
    """Return the kind of every code point that has one.

    Raises:
        ValueError: If two kinds overlap, so that the package's rules no longer hold.
    """
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    kinds: dict[int, str] = {}
    for kind, pattern in KINDS.items():
        for char in regex.findall(pattern, every, flags=regex.VERSION1):
            if kinds.setdefault(ord(char), kind) != kind:
                msg = f"U+{ord(char):04X} is of two kinds: {kinds[ord(char)]} and {kind}"
                raise ValueError(msg)
    return kinds


def _lines() -> Iterator[str]:
    kinds = kind_of_every_code_point()
    for kind in KINDS:
        codes = (code for code, of in sorted(kinds.items()) if of == kind)
        words = " ".join(_ranges(code for code in codes if code not in SYLLABLES))
        for line in textwrap.wrap(words, WIDTH - len("K "), break_on_hyphens=False):
            yield f"{kind} {line}"


def _ranges(codes: Iterable[int]) -> Iterator[str]:
    for _, run in itertools.groupby(enumerate(codes), lambda place: place[1] - place[0]):
        members = [code for _, code in run]
        first, last = members[0], members[-1]
        yield f"{first:X}" if first == last else f"{first:X}-{last:X}"


if __name__ == "__main__":
    sys.stdout.write(module())
