"""Floor 8: Meta's checks of the customer feedback template; pure.

Platform page: /docs/messenger-platform/send-messages/templates/customer-feedback-template.
"""

import re
from collections.abc import Mapping

from .reading import Part, units
from .refusals import Refused, must_be, required

_ID = re.compile(r"[A-Za-z0-9_]{1,80}")
_LABELS = ("neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none")
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "csat": ("one_to_five", "five_stars", "five_emojis"),
    "nps": ("zero_to_ten",),
    "ces": ("one_to_seven",),
    "free_form": (),
}
_TITLE = range(5, 86)
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)  # what Meta takes for a URL is not documented
_DAYS = range(1, 8)


def read_feedback(payload: Part) -> None:
    """Refuse a survey that Meta refuses."""
    payload.only(
        (
            "template_type",
            "title",
            "subtitle",
            "button_title",
            "feedback_screens",
            "business_privacy",
            "expires_in_days",
        )
    )
    for name, limit in (("title", 65), ("subtitle", 80), ("button_title", 20)):
        payload.words(name, limit)
        _refuse_link(payload, name)
    privacy = payload.needed("business_privacy")
    privacy.only(("url",))
    privacy.words("url")
    privacy.url("url")
    days = payload.number("expires_in_days")
    if days is not None and days not in _DAYS:
        raise Refused(must_be(payload.at("expires_in_days"), "1 to 7"))
    for screen in payload.parts("feedback_screens", most=1, least=1):
        screen.only(("screen_id", "questions"))
        screen.identifier("screen_id")
        for question in screen.parts("questions", most=1, least=1):
            _question(question)


def _question(question: Part) -> None:
    question.only(("id", "type", "title", "score_label", "score_option", "follow_up"))
    if not _ID.fullmatch(question.words("id")):
        raise Refused(must_be(question.at("id"), "letters, digits and _"))
    kind = question.one_of("type", _OPTIONS)
    if kind is None:
        raise Refused(required(question.at("type")))
    title = question.text("title")
    if title is not None and units(title) not in _TITLE:
        raise Refused(must_be(question.at("title"), "5 to 85 characters"))
    _refuse_link(question, "title")
    question.one_of("score_label", _LABELS)
    question.one_of("score_option", _OPTIONS[kind])
    if (follow_up := question.part("follow_up")) is not None:
        follow_up.only(("type", "placeholder"))
        follow_up.one_of("type", ("free_form",))
        follow_up.text("placeholder", 65)
        _refuse_link(follow_up, "placeholder")


def _refuse_link(part: Part, name: str) -> None:
    if _LINK.search(part.text(name) or ""):
        raise Refused(must_be(part.at(name), "without URLs"))
