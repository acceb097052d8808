r"""Long texts in parts: nothing lost, nothing too long, no cluster cut; `\X` of `regex` judges."""

import itertools
from pathlib import Path

import grapheme_table
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import InvalidInputError, Text
from messengerkit._model import utf16_length
from messengerkit.messages import _grapheme_table, _graphemes
from messengerkit.messages._split import _BLANK, split_text

SAME_UNICODE = pytest.mark.skipif(
    grapheme_table.unicode_version() != _grapheme_table.UNICODE,
    reason=(
        f"GRAPHEMES WERE NOT CHECKED: regex has Unicode {grapheme_table.unicode_version()}, "
        f"messengerkit {_grapheme_table.UNICODE}; run tests/grapheme_table.py"
    ),
)

FAMILY = "👨‍👩‍👧‍👦"
WAVE = "👋🏽"
SCOTLAND = "🏴󠁧󠁢󠁳󠁣󠁴󠁿"
MYANMAR = "🇲🇲"
HEART = "❤️"
SYLLABLE = "\u1112\u1161\u11ab"  # HAN in jamo
CONJUNCT = "क्ष्म्य"  # five consonants and linkers, one cluster
BURMESE = "မြို့"
ACCENT = "\u0301"

CHARACTERS = st.sampled_from(
    [
        *"ab. \t\n\r.!?。၊။।\u200b\xa0\u2028,،",
        "\r\n",
        *"\u200d\ufe0f\u200c\ufeff",  # ZWJ, VS16, ZWNJ, BOM
        *"🇲🇬👩👋🏽🏿❤🏴",
        *"\u0301\u0308\u0903\u1031\u103a\u20e3",  # marks, spacing and not
        *"\u094d\u1039\u1cf5\u0915\u1000\u102c",  # linkers, consonants, a vowel that leans
        *"\u0600\u0d4e\U000110bd",  # Prepend
        *"\u1112\u1161\u11ab가각",
        FAMILY,
    ]
)
RUNS = st.builds(str.__mul__, CHARACTERS, st.sampled_from([1, 1, 1, 2, 3, 30]))
NASTY = st.lists(RUNS, max_size=60).map("".join)
LIMITS = st.one_of(st.integers(20, 60), st.integers(20, 3000))


def clusters(text: str) -> list[str]:
    """Return the clusters that `breaks` makes of *text*."""
    ends = [0, *_graphemes.breaks(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends)]


def length_and_end(parts: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return the length and the last characters of each part."""
    return [(len(part), part[-4:]) for part in parts]


def sentence(length: int) -> str:
    """Return a sentence of *length* characters that ends with a full stop and a space."""
    return ("word " * length)[: length - 2] + ". "


ANSWER = f"""\
Here is what you can do, e.g. this week.

1. Call the bank. {sentence(300)}{sentence(300)}

- {sentence(250)}
- {sentence(250)}
- {sentence(250)}

2. Write to us. {sentence(500)}{sentence(500)}
Goodbye.
"""


def test_a_text_that_fits_is_one_part() -> None:
    """Only what is too long is cut, and the empty text has no part."""
    assert split_text("") == ()
    assert split_text("Hi") == ("Hi",)
    assert split_text("x" * 2000) == ("x" * 2000,)
    assert split_text(" \n") == (" \n",)


def test_an_answer_is_cut_where_a_reader_would_pause() -> None:
    """An LLM's answer of 2.4 KB is cut before its second section."""
    first, second = split_text(ANSWER)

    assert first + second == ANSWER
    assert first.endswith(". \n\n")
    assert second.startswith("2. Write to us. ")


def test_a_part_of_an_answer_can_be_sent() -> None:
    """What comes out is what `Text` takes."""
    parts = split_text(ANSWER * 10)

    assert [Text(part).text for part in parts] == list(parts)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a" * 60 + "\n\nb b. c\nd " + "e" * 50, "a" * 60 + "\n\n"),
        ("a" * 60 + "\n b b. c d " + "e" * 50, "a" * 60 + "\n "),
        ("a" * 60 + ".\r\n \r\nb\nc " + "e" * 50, "a" * 60 + ".\r\n \r\n"),
        ("a" * 60 + ' b." c d ' + "e" * 50, "a" * 60 + ' b." c d '),
        ("a" * 60 + ' bb." c d ' + "e" * 50, "a" * 60 + ' bb." '),
        ("a" * 60 + " bb) c 3.5,d " + "e" * 50, "a" * 60 + " bb) c 3.5,d "),
        ("a\n\n" + "b" * 60 + ". c " + "d" * 50, "a\n\n" + "b" * 60 + ". "),
        ("a\n\n" + "b" * 46 + "\n\n" + "d" * 90, "a\n\n" + "b" * 46 + "\n\n"),
    ],
)
def test_the_strongest_end_in_the_fuller_half_wins(text: str, first: str) -> None:
    """Paragraph before line before sentence before word, but none in the first half."""
    assert split_text(text, 100)[0] == first


@pytest.mark.parametrize(
    "end",
    [
        *"\u3002\uff01\uff1b\uff0c",  # Chinese
        "\uff1f\u300d",  # a question in corner brackets
        *"\u104a\u104b\u17d4\u0f0d\u0964",  # Burmese, Khmer, Tibetan, Devanagari
        *"\u061f\u06d4\u0589\u1362\u1803",  # Arabic, Urdu, Armenian, Ethiopic, Mongolian
        "\u200b",
    ],
)
def test_other_scripts_end_sentences_without_a_space(end: str) -> None:
    """Each has its own full stop; where only words end, that will do."""
    first, second = split_text("က" * 60 + end + "က" * 60, 100)

    assert (first, second) == ("က" * 60 + end, "က" * 60)


def test_a_sentence_goes_before_a_comma() -> None:
    """In Chinese, a comma is as good as a space between words."""
    assert split_text("好" * 60 + "。好\uff0c" + "好" * 60, 100)[0] == "好" * 60 + "。"


def test_a_point_after_one_letter_ends_no_sentence() -> None:
    """Neither a list's number, nor an abbreviation, nor an initial."""
    text = "a" * 60 + ". b e.g. c 1. d J. e " + "f" * 50

    assert split_text(text, 100)[0] == "a" * 60 + ". "


def test_a_long_address_is_kept_whole() -> None:
    """What fits into a part of its own is not cut for the sake of a fuller part."""
    address = "https://example.com/" + "x" * 60

    assert split_text(f"Please see {address} now.", 85) == ("Please see ", f"{address} now.")
    assert split_text(f"Please see {address}", 85) == ("Please see ", address)


def test_a_longer_word_is_cut() -> None:
    """What fits nowhere fills the parts."""
    parts = split_text("Hi " + "x" * 200, 100)

    assert length_and_end(parts) == [(100, "xxxx"), (100, "xxxx"), (3, "xxx")]


@pytest.mark.parametrize(
    "cluster",
    [FAMILY, WAVE, SCOTLAND, MYANMAR, HEART, SYLLABLE, CONJUNCT, BURMESE, "\r\n", "e" + ACCENT],
)
@pytest.mark.parametrize("limit", [20, 21, 22, 23])
def test_a_part_holds_whole_clusters(cluster: str, limit: int) -> None:
    """Emoji, flags, syllables, conjuncts and line ends stay whole, whatever the limit."""
    parts = split_text(cluster * 50, limit)

    assert {part.replace(cluster, "") for part in parts} == {""}
    assert all(utf16_length(part) + utf16_length(cluster) > limit for part in parts[:-1])


def test_burmese_is_cut_between_syllables() -> None:
    """Burmese has no spaces between words: its sentence ends are used, then its clusters."""
    text = "မင်္ဂလာပါ။ မြန်မာနိုင်ငံသည်အရှေ့တောင်အာရှတွင်ရှိသည်။ကျေးဇူးတင်ပါသည်။"

    parts = split_text(text, 50)

    assert parts == (
        "မင်္ဂလာပါ။ ",
        "မြန်မာနိုင်ငံသည်အရှေ့တောင်အာရှတွင်ရှိသည်။",
        "ကျေးဇူးတင်ပါသည်။",
    )


@pytest.mark.parametrize("syllable", ["မာ", "မန်", "မန့်", "ကြောင်း", "ไท", "เมา", "ແລະ", 'a!?")'])
def test_a_long_word_is_cut_between_syllables(syllable: str) -> None:
    """UAX #29 parts a Burmese vowel from its consonant; no reader would, nor begin with a point."""
    for inside in range(1, len(syllable)):
        start = "x" * (20 - inside)

        assert split_text(start + syllable, 20) == (start, syllable)


def test_a_syllable_without_end_is_cut_all_the_same() -> None:
    """Where a part's second half has no better place, a cluster's end must do."""
    accents = "x" + ACCENT * 14

    assert split_text("!" * 40, 20) == ("!" * 20, "!" * 20)
    assert split_text(accents + "!" * 9, 20) == (accents + "!" * 5, "!" * 4)


def test_a_cluster_longer_than_the_limit_is_cut_between_code_points() -> None:
    """A letter with a hundred accents fits nowhere; what follows it is not disturbed."""
    monster = "😀" + ACCENT * 100
    text = monster + FAMILY * 2

    parts = split_text(text, 20)

    assert "".join(parts) == text
    assert utf16_length(parts[0]) == 20
    assert "".join(parts[-2:]).endswith(FAMILY * 2)
    assert all(FAMILY * part.count("👨") in part for part in parts)


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("x" * 20 + "\n", [19, 2]),
        ("x" * 20 + " " * 19 + "y", [20, 20]),
        ("x" * 20 + " " * 20 + "y", [19, 20, 2]),
        (" " * 15 + "x" * 30, [20, 20, 5]),
        (" " * 15 + FAMILY, [15, 11]),
        (" " * 19 + "😀" + ACCENT * 19, [19, 20, 1]),
        ("x" + " " * 40 + "y", [20, 20, 2]),
        (FAMILY + " " * 20, [20, 11]),
        (" " * 45, [20, 20, 5]),
        ("x" * 12 + " \xa0 " + "y" * 12, [15, 12]),
        ("x" * 12 + " \xa0" + "y" * 12, [20, 6]),
        ("x" * 12 + " " + ACCENT + "y" * 12, [20, 6]),
    ],
)
def test_white_space_has_no_part_of_its_own(text: str, lengths: list[int]) -> None:
    """Meta refuses text that shows nothing: where it can be, a neighbour gives a character."""
    parts = split_text(text, 20)

    assert "".join(parts) == text
    assert [utf16_length(part) for part in parts] == lengths


@pytest.mark.parametrize("limit", [19, 0, -1])
def test_a_limit_below_20_is_refused(limit: int) -> None:
    """An emoji might not fit in."""
    with pytest.raises(
        InvalidInputError, match=rf"^limit: must be at least 20, and is {limit}$"
    ) as c:
        split_text("Hi", limit)

    assert c.value.field == "limit"


@pytest.mark.parametrize("text", ["private \ud83d", "\ude00" * 3000])
def test_half_a_character_is_refused(text: str) -> None:
    """UTF-8 cannot carry it, and the error does not show the text."""
    with pytest.raises(InvalidInputError, match=r"^text: .* lone surrogates$") as caught:
        split_text(text)

    assert caught.value.field == "text"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    ["\u0301", " ", " \xa0", "🇲", "!", "\n", ".)", "\u094d\u0915", "👩\u200d", " " * 1999 + "x"],
)
def test_a_hostile_text_takes_a_time_in_proportion(text: str) -> None:
    """300,000 of anything take a fraction of a second; were it quadratic, minutes."""
    text *= 300_000 // len(text)

    parts = split_text(text)

    assert "".join(parts) == text
    assert max(map(utf16_length, parts)) <= 2000


@SAME_UNICODE
def test_the_table_is_what_its_script_writes() -> None:
    """Nobody has edited it by hand, and regex has no other opinion since."""
    assert Path(_grapheme_table.__file__).read_text() == grapheme_table.module()


@SAME_UNICODE
def test_every_code_point_is_of_the_kind_that_regex_says() -> None:
    """The decoded table, with its Hangul syllables by arithmetic, holds for all of Unicode."""
    kinds = grapheme_table.kind_of_every_code_point()

    assert all(kinds.get(code, ".") == kind for code, kind in enumerate(_graphemes._kinds()))


@SAME_UNICODE
@given(text=st.one_of(st.text(), NASTY))
def test_clusters_are_those_of_regex(text: str) -> None:
    r"""`breaks` and `\X` agree on any text."""
    assert clusters(text) == grapheme_table.clusters(text)


@SAME_UNICODE
def test_clusters_are_those_of_regex_for_every_sequence_of_kinds() -> None:
    r"""`breaks` and `\X` agree on each run of up to three kinds, so on each rule's edge."""
    of_kind = {kind: chr(code) for code, kind in grapheme_table.kind_of_every_code_point().items()}
    several = itertools.product([*of_kind.values(), "a"], repeat=3)

    assert all(clusters(text) == grapheme_table.clusters(text) for text in map("".join, several))


@given(text=st.one_of(st.text(), NASTY, NASTY.map(lambda text: 5 * text)), limit=LIMITS)
def test_nothing_is_lost_and_nothing_is_too_long(text: str, limit: int) -> None:
    """Any text, any limit: joined it is the same, and no part is empty or over the limit."""
    parts = split_text(text, limit)

    assert "".join(parts) == text
    assert all(0 < utf16_length(part) <= limit for part in parts)


@SAME_UNICODE
@given(text=st.one_of(st.text(), NASTY), limit=LIMITS)
def test_no_cluster_is_cut(text: str, limit: int) -> None:
    """A cut is at the end of a cluster, or inside of one that fits into no part."""
    whole = grapheme_table.clusters(text)
    ends = itertools.accumulate(map(len, whole), initial=0)
    inside = {
        place
        for end, cluster in zip(ends, whole, strict=False)
        if utf16_length(cluster) <= limit
        for place in range(end + 1, end + len(cluster))
    }

    cuts = set(itertools.accumulate(map(len, split_text(text, limit))))

    assert cuts.isdisjoint(inside)


@given(text=st.one_of(NASTY, st.text(" x\n", max_size=200)), limit=st.integers(20, 40))
def test_white_space_alone_fits_to_neither_neighbour(text: str, limit: int) -> None:
    """A part that shows nothing is there only because both its neighbours are full."""
    parts = split_text(text, limit)

    for one, other in itertools.pairwise(parts):
        blank = not one.strip(_BLANK) or not other.strip(_BLANK)
        assert not blank or utf16_length(one + other) > limit
