"""A piece of what the café has written down, to be found and told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of what the café has written down.

    Attributes:
        entry: The question, or the dish, that it is about; passages cut from one entry share it.
        text: What it says.
        part: Which piece of its entry it is, from 0 on.
        also: Other words for the same, which a guest may use.
        picture: A file in `knowledge/pictures`, or None.
    """

    entry: str
    text: str
    part: int = 0
    also: str = ""
    picture: str | None = None
