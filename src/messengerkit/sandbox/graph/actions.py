"""Floor 8: sender actions: typing, seen, and reactions.

Platform page: /docs/messenger-platform/send-messages/sender-actions.
"""

from dataclasses import dataclass

from messengerkit.sandbox.world.people import PersonState

from .ask import Ask
from .refusals import Refused, must_be, must_be_one_of, no_such_object, not_modelled

_ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")
_NOT_BESIDE = ("reply_to", "tag", "thread_control")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What the page does without writing.

    Attributes:
        name: `typing_on`, `typing_off`, `mark_seen`, `react` or `unreact`.
        mid: The message that it reacts to, or None.
        emoji: With what.
        persona_id: Under whose name it types, or None.
    """

    name: str
    mid: str | None
    emoji: str | None
    persona_id: str | None


def read_action(ask: Ask) -> Action:
    """Return the sender action of a call.

    Raises:
        Refused: If Meta refuses it.
    """
    params = ask.params
    for beside in _NOT_BESIDE:
        if params.has(beside):
            raise Refused(not_modelled(f"{beside} beside sender_action"))
    name = (params.text("sender_action") or "").lower()
    if name not in _ACTIONS:
        raise Refused(must_be_one_of("sender_action", _ACTIONS))
    mid, emoji = None, None
    if name in {"react", "unreact"}:
        payload = params.needed("payload")
        mid = payload.words("message_id")
        emoji = payload.words("reaction") if name == "react" else None
    return Action(name=name, mid=mid, emoji=emoji, persona_id=read_persona(ask))


def read_persona(ask: Ask) -> str | None:
    """Return under whose name the page writes or types, or None for its own.

    Raises:
        Refused: If the page has no such persona.
    """
    persona_id = ask.params.identifier("persona_id")
    if persona_id is not None and persona_id not in ask.page.personas:
        raise Refused(must_be("persona_id", "the id of a persona of the page"))
    return persona_id


def act(ask: Ask, person: PersonState, action: Action) -> None:
    """Do *action*, and let those who watch see it.

    Raises:
        Refused: If it reacts to what is not there, or the page calls too often.
    """
    if action.mid is not None:
        _react(ask, person, action, action.mid)
        return
    ask.meter("messages")
    if action.name.startswith("typing"):
        conversation = person.conversation
        conversation.typing = action.name == "typing_on"
        conversation.typing_persona = action.persona_id
        persona = ask.page.personas.get(action.persona_id or "")
        ask.world.changes.tell("typing", person, typing=conversation.typing, persona=persona)


def _react(ask: Ask, person: PersonState, action: Action, mid: str) -> None:
    entry = person.conversation.entries.get(mid)
    if entry is None:
        raise Refused(no_such_object("POST", mid))
    ask.meter("messages")
    if action.emoji is None:
        entry.reactions.pop("page", None)
    else:
        entry.reactions["page"] = action.emoji
    ask.world.changes.tell("reaction", person, mid=mid)
