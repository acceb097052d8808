"""The café's own pages, cut into passages: `knowledge/faq.md` and `knowledge/menu.json`."""

import re
from collections.abc import Iterator
from pathlib import Path

from .menu import from_menu
from .passage import Passage
from .words import HERE

LONGEST = 700  # characters of a passage: what is longer is cut between two paragraphs

_ENTRY = re.compile(r"^## +", re.MULTILINE)
_FIELD = re.compile(r"^(Also|Picture): *(.*)\n?", re.MULTILINE)


def load(folder: Path = HERE) -> tuple[Passage, ...]:
    """Return all passages, in the order of the files."""
    faq, menu = ((folder / name).read_text(encoding="utf-8") for name in ("faq.md", "menu.json"))
    return (*_from_faq(faq), *from_menu(menu))


def _from_faq(text: str) -> Iterator[Passage]:
    for entry in _ENTRY.split(text)[1:]:
        question, _, rest = entry.partition("\n")
        fields = {name: value.strip() for name, value in _FIELD.findall(rest)}
        also, picture = fields.get("Also", ""), fields.get("Picture")
        for part, piece in enumerate(_pieces(_FIELD.sub("", rest).strip())):
            yield Passage(entry=question.strip(), text=piece, part=part, also=also, picture=picture)


def _pieces(text: str) -> Iterator[str]:
    """Cut *text* between paragraphs, where it would grow too long."""
    piece = ""
    for paragraph in text.split("\n\n"):
        if piece and len(piece) + len(paragraph) > LONGEST:
            yield piece
            piece = ""
        piece = f"{piece}\n\n{paragraph}".strip()
    yield piece
