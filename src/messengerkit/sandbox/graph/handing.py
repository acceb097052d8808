"""Floor 8: a thread that changes hands together with a message.

Platform page: /docs/messenger-platform/conversation-routing, "thread_control".
"""

from typing import Literal

from messengerkit.sandbox.world.people import PersonState

from .ask import Ask
from .controlling import known_app, pass_thread
from .reading import Part
from .refusals import Refused, required

Handing = int | Literal["release"] | None
"""To which app, to none, or not at all."""


def read_handing(params: Part, ask: Ask) -> Handing:
    """Return what becomes of the thread after the message.

    Raises:
        Refused: If Meta refuses it.
    """
    control = params.part("thread_control")
    if control is None:
        return None
    control.only(("control_type", "app_id"))
    if control.one_of("control_type", ("pass", "release")) != "pass":
        return "release"
    app_id = control.identifier("app_id") or ask.page.default_app
    if app_id is None:
        raise Refused(required(control.at("app_id")))
    return known_app(ask, str(app_id))


def after_send(ask: Ask, person: PersonState, handing: Handing) -> None:
    """Hand over the thread; a release is told nobody, as Meta has it here."""
    if handing == "release":
        person.conversation.give_to(None)
    elif handing is not None:
        pass_thread(ask, person, handing, None)
