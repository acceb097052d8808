"""The demo's conversations: who has them, and what a list of them shows."""

import pytest

from messengerkit.demo.conversations import Conversation, Conversations

ANA, BEN = "24000000000000001", "24000000000000002"


@pytest.fixture
def conversation(conversations: Conversations) -> Conversation:
    """Return the conversation with Ana."""
    return conversations.of(ANA)


def test_each_person_has_one_conversation(conversations: Conversations) -> None:
    """The same person gets the same conversation, with an id that outlives the process."""
    ana, ben = conversations.of(ANA), conversations.of(BEN)

    assert conversations.of(ANA) is ana
    assert ana.id != ben.id
    assert Conversations().of(ANA).id == ana.id
    assert (ana.psid, ben.psid) == (ANA, BEN)


@pytest.mark.parametrize("spell", [str.lower, str.upper])
def test_a_conversation_is_found_by_its_id(
    conversations: Conversations, conversation: Conversation, spell: type[str]
) -> None:
    """A UUID is the same in capitals."""
    conversations.of(BEN)

    assert conversations.find(spell(str(conversation.id))) is conversation


def test_a_conversation_is_found_by_its_id_without_dashes(
    conversations: Conversations, conversation: Conversation
) -> None:
    """Else the check that the person belongs to the conversation is passed by leaving dashes."""
    assert conversations.find(conversation.id.hex) is conversation


@pytest.mark.parametrize("unknown", ["", "test-uuid", "3f203e6d-b68c-5224-953b-000000000000"])
def test_a_conversation_of_somebody_elses_is_not_found(
    conversations: Conversations, conversation: Conversation, unknown: str
) -> None:
    """An id that is not kept here is None, not a new conversation."""
    assert conversations.find(unknown) is None
    assert conversations.of(ANA) is conversation


def test_the_bot_answers_until_a_person_is_asked_for(conversation: Conversation) -> None:
    """A plea escalates, and the bot is silent while a person is awaited."""
    conversation.user_wrote("Hi", requires_human=False)
    before = conversation.bot_may_answer, conversation.status
    conversation.user_wrote("A person, please", requires_human=True)
    conversation.user_wrote("Hello?", requires_human=False)

    assert before == (True, "active")
    assert (conversation.bot_may_answer, conversation.status) == (False, "escalated")


def test_who_answers_takes_the_conversation(conversation: Conversation) -> None:
    """Once an admin has written, nobody is awaited, and the bot stays silent."""
    conversation.user_wrote("A person, please", requires_human=True)
    conversation.human_wrote("Alice here")

    assert (conversation.status, conversation.human_handling) == ("active", True)
    assert not conversation.bot_may_answer
    assert [(one.sender_type, one.text, one.requires_human) for one in conversation.entries] == [
        ("user", "A person, please", True),
        ("human", "Alice here", False),
    ]


def test_only_those_who_wait_are_listed(conversations: Conversations) -> None:
    """The panel's list has who waits for a person, and nobody else."""
    conversations.of(BEN).user_wrote("Hi", requires_human=False)
    conversations.of(ANA).user_wrote("Help", requires_human=True)

    assert [one.psid for one in conversations.escalated()] == [ANA]


def test_a_summary_shows_what_the_person_said_last(conversation: Conversation) -> None:
    """Not what the bot or an admin answered to it."""
    conversation.user_wrote("Hi", requires_human=False)
    conversation.user_wrote("Help", requires_human=True)
    conversation.human_wrote("Alice here")

    assert conversation.summary() == {
        "id": str(conversation.id),
        "recipient_id": ANA,
        "status": "active",
        "human_handling": True,
        "last_message": "Help",
        "requires_human": True,
    }
