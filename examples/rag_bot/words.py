"""What the words of a text are, in whatever script, so that two texts can be compared."""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).parent / "knowledge"

# A price or a time, a run of Myanmar letters and marks, or of any other letters and digits.
_RUN = re.compile(r"[0-9]+(?:[.:,][0-9]+)+|[\u1000-\u1049\u1050-\u109f]+|[^\W_\u1000-\u109f]+")
# A syllable of Burmese begins at a consonant, unless that ends the one before or stands below it.
_SYLLABLE = re.compile(r"(?<!\u1039)(?=[\u1000-\u102a\u103f](?!\u1037?\u103a|\u1039))")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_WITHOUT_BLANKS = "\u0e00"  # from here on: Thai, Lao, Khmer, Chinese, …
_SHORTEST = 3  # letters that must be left of a word without its ending

# Words that ask, and say nothing of what is asked for, in any language.
_FILLERS = frozenset((HERE / "fillers.txt").read_text(encoding="utf-8").split())


def words(text: str) -> list[str]:
    """Return the words of *text*, without endings.

    Burmese and other scripts without blanks give their syllables, or letters, and each two
    neighbours of them.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", plain))  # "cafe" and "café" are one
    return [word for run in _RUN.findall(plain) for word in _words_of(run)]


def telling(text: str) -> list[str]:
    """Return the words of *text* that tell what it is about; all of them if none does."""
    found = words(text)
    return [word for word in found if word not in _FILLERS] or found


def is_burmese(text: str) -> bool:
    """Tell whether somebody wrote it in Myanmar letters."""
    return any("\u1000" <= letter <= "\u109f" for letter in text)


def _words_of(run: str) -> list[str]:
    if run < _WITHOUT_BLANKS:
        return [run if run in _FILLERS else _stem(run)]
    pieces = list(run)
    if is_burmese(run):
        pieces = [one for one in _SYLLABLE.split(run) if one and one not in _FILLERS]
    return [*pieces, *(f"{one}{two}" for one, two in pairwise(pieces))]


def _stem(word: str) -> str:
    """Return *word* without an English ending: "prices" and "price" are one."""
    for ending in ("s", "ing", "ed", "e"):
        shorter = word.removesuffix(ending)
        if len(shorter) >= _SHORTEST and not word.endswith("ss"):
            word = shorter
    return word[:-1] + "i" if word.endswith("y") and len(word) > _SHORTEST else word
