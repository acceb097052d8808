"""Finds the passages that answer a question, and says how sure it is of them."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import bm25s  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]  # no types

from .pages import load
from .passage import Passage
from .words import telling, words

_MOST = 8  # passages for one question
_ASIDE = 0.6  # what a word counts that the text says, and neither the heading nor `Also:`


class _Ranking(Protocol):
    """What is used of `bm25s.BM25`, which comes without types."""

    def index(self, corpus: list[list[str]], *, show_progress: bool) -> None: ...

    def get_scores(self, query_tokens_single: list[str], /) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found.

    Attributes:
        passages: The best one first, then those that say as much of what was asked.
        confidence: The share of the question that the best passage speaks of, from 0 to 1.
        missing: The words of the question of which it says nothing.
    """

    passages: tuple[Passage, ...] = ()
    confidence: float = 0.0
    missing: tuple[str, ...] = ()


class Retrieval:
    """Searches passages by BM25: no model, no network, and the same result each time.

    The score of BM25 ranks, but means nothing by itself. So confidence is another figure: each
    word of the question weighs the more the rarer it is in the passages, and a word that is in
    none weighs most. The share of that weight which the best passage has is the confidence; a
    word that stands in its text alone, by chance perhaps, counts for less.
    "Can I bring my dog?" finds all its words; "Can I bring my horse?" lacks the one that counts.
    """

    def __init__(self, passages: Sequence[Passage] | None = None) -> None:
        self.passages: tuple[Passage, ...] = load() if passages is None else tuple(passages)
        # What an entry is called, and what else it may be called, counts twice.
        heads = [words(f"{it.entry} {it.also}") for it in self.passages]
        texts = [head * 2 + words(it.text) for head, it in zip(heads, self.passages, strict=True)]
        self._heads = [frozenset(head) for head in heads]
        self._sets = [frozenset(text) for text in texts]
        self._known = Counter(word for each in self._sets for word in each)
        self._ranking = cast("_Ranking", bm25s.BM25())
        self._ranking.index(texts, show_progress=False)

    def find(self, question: str) -> Found:
        """Return the passages for *question*; none has words if the question has none."""
        asked = sorted(set(telling(question)))
        if not any(word in self._known for word in asked):
            return Found(missing=tuple(asked))
        scores = [float(score) for score in self._ranking.get_scores(asked)]
        best = max(range(len(scores)), key=lambda it: scores[it])
        told = self._sets[best].intersection(asked)
        others = [it for it, has in enumerate(self._sets) if told <= has and it != best]
        others.sort(key=lambda it: -scores[it])
        head = self._weight(told & self._heads[best])
        aside = self._weight(told - self._heads[best])
        return Found(
            passages=tuple(self.passages[it] for it in [best, *others][:_MOST]),
            confidence=(head + _ASIDE * aside) / self._weight(asked),
            missing=tuple(word for word in asked if word not in told),
        )

    def _weight(self, of: Collection[str]) -> float:
        number = len(self.passages)
        return math.fsum(math.log(1 + (number + 0.5) / (self._known[word] + 0.5)) for word in of)
