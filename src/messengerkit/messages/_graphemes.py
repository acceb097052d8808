"""Floor 2: where the characters that a person sees end, "extended grapheme clusters" in Unicode.

A flag, a family of emoji, a Hangul syllable and a Devanagari conjunct are many code points
and one cluster each. Source: UAX #29, in the version of `_grapheme_table.UNICODE`.

Every code point is written as the letter of its kind, and the rules are patterns on letters:

    C Control   r CR   n LF   P Prepend   S SpacingMark   Z ZWJ   R Regional_Indicator
    E Extend    N Extend outside conjuncts    K Extend that is the linker of a conjunct
    L V T Hangul jamo     A Hangul LV     B Hangul LVT     X Extended_Pictographic
    J consonant that a linker joins           Q linker that is no Extend
"""

import re
import sys
from collections.abc import Iterator
from functools import cache

from ._grapheme_table import KINDS

_OTHER = "."

_SYLLABLES = slice(0xAC00, 0xD7A4)
# The Unicode Standard, 3.12: 399 times an LV syllable, each followed by its 27 LVT ones.
_SYLLABLE_KINDS = ("A" + 27 * "B") * 399

# The three rules that look further back than one character are applied first: what they
# join becomes S, which always joins, and a ZWJ before its pictograph becomes G, for glue.
_CONJUNCT = re.compile(r"([KQ][EZ]*)J")  # GB9c
_EMOJI = re.compile(r"(X[EKN]*)Z(?=X)")  # GB11
_FLAG = "RR"  # GB12, GB13

_LAST = re.compile(
    r"""
      [Cn] | r(?!n)                       # GB3, GB4
    | P(?=[Cnr]|\Z)                       # GB5, GB9b
    | L(?![ABLV] | [EGKNSZ])              # GB6, and in each of these GB9 and GB9a
    | [AV](?![TV] | [EGKNSZ])             # GB7
    | [BT](?!T | [EGKNSZ])                # GB8
    | [^CnrPLAVBTG](?![EGKNSZ])           # GB999
    """,
    re.VERBOSE,
)


def breaks(text: str) -> Iterator[int]:
    """Yield the index at which each cluster of *text* ends; the last is the text's length."""
    kinds = text.translate(_kinds())
    kinds = _CONJUNCT.sub(r"\1S", kinds)
    kinds = _EMOJI.sub(r"\1G", kinds)
    kinds = kinds.replace(_FLAG, "RS")
    return (found.end() for found in _LAST.finditer(kinds))


@cache
def _kinds() -> str:
    """Return the kind of every code point, one letter each: what `str.translate` can use."""
    kinds = [_OTHER] * (sys.maxunicode + 1)
    kinds[_SYLLABLES] = _SYLLABLE_KINDS
    for line in KINDS.splitlines():
        kind, *ranges = line.split()
        for first, _, last in (one.partition("-") for one in ranges):
            members = slice(int(first, 16), int(last or first, 16) + 1)
            kinds[members] = kind * (members.stop - members.start)
    return "".join(kinds)
