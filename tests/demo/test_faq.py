"""What the demo's bot answers, and when it fetches a person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messengerkit.demo.faq import Faq, Reply, load, reply_to

FAQ = Faq.model_validate(
    {
        "fallback": "Pardon?",
        "escalation": "A person comes.",
        "ask_for_a_person": ["person", "human"],
        "answers": [
            {"words": ["open", "sunday"], "text": "Every day."},
            {"words": ["sunday", "brunch", "menu"], "text": "Brunch."},
        ],
    }
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When do you OPEN?", "Every day."),
        ("open,sunday!", "Every day."),
        ("Is there brunch on sunday?", "Brunch."),
        ("Sunday?", "Every day."),
        ("The menu for when you open on a sunday, brunch", "Brunch."),
        ("Opening?", "Pardon?"),
        ("", "Pardon?"),
        ("👋", "Pardon?"),
    ],
)
def test_the_answer_with_most_words_in_common_is_given(question: str, answer: str) -> None:
    """Whole words count, in any case; of two that meet as many, the first; of none, neither."""
    assert reply_to(FAQ, question) == Reply(answer, requires_human=False)


@pytest.mark.parametrize(
    "question", ["A person, please", "HUMAN!", "Is a human here when you open on sunday?"]
)
def test_who_asks_for_a_person_gets_one(question: str) -> None:
    """Whatever else is asked, the wish for a person comes first."""
    assert reply_to(FAQ, question) == Reply("A person comes.", requires_human=True)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When do you open?", "8 to 18"),
        ("Where are you?", "Harbour Street"),
        ("Have you anything vegan?", "vegan"),
        ("wifi?", "receipt"),
        ("What is the meaning of life?", "do not know"),
        ("Can I talk to a person, please?", "colleague"),
    ],
)
def test_the_questions_come_with_the_package(question: str, words: str) -> None:
    """`faq.json` is shipped, and answers what the demo asks."""
    assert words in reply_to(load(), question).text


def test_every_word_of_the_file_can_be_asked() -> None:
    """Words are looked up in lower case, so one with a capital would never be found."""
    faq = load()
    words = [*faq.ask_for_a_person, *(word for one in faq.answers for word in one.words)]

    assert words
    assert all(word == word.lower() and word.isalnum() for word in words)


@settings(database=None, deadline=None)
@given(question=st.text())
def test_every_question_has_a_reply_that_can_be_sent(question: str) -> None:
    """Whatever a person writes, the bot has something to say within Messenger's limit."""
    assert 0 < len(reply_to(load(), question).text) <= 2000
