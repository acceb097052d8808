"""Floor 9: the demo's bot: answers from a small file, and knows when to fetch a person."""

import re
from dataclasses import dataclass
from importlib.resources import files

from pydantic import BaseModel

_WORD = re.compile(r"\w+")


class _Answer(BaseModel):
    words: frozenset[str]
    text: str


class Faq(BaseModel):
    """The questions that the bot knows, as `faq.json` has them."""

    fallback: str
    escalation: str
    ask_for_a_person: frozenset[str]
    answers: tuple[_Answer, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says, and whether a person must answer instead of it."""

    text: str
    requires_human: bool


def load() -> Faq:
    """Return the questions that come with the package."""
    return Faq.model_validate_json(files("messengerkit.demo").joinpath("faq.json").read_bytes())


def reply_to(faq: Faq, question: str) -> Reply:
    """Return the reply whose words meet most words of *question*."""
    asked = frozenset(_WORD.findall(question.lower()))
    if asked & faq.ask_for_a_person:
        return Reply(faq.escalation, requires_human=True)
    best = max(faq.answers, key=lambda answer: len(answer.words & asked))
    return Reply(best.text if best.words & asked else faq.fallback, requires_human=False)
