"""Floor 8: which app may answer a person.

Without a default app every app may, until one of them is given the thread. With one, an
idle thread is the default app's. Platform page:
/docs/messenger-platform/conversation-routing.
"""

from messengerkit.sandbox.world.people import PersonState

from .ask import Ask
from .refusals import OTHER_APP, Refused


def refuse_other_app(ask: Ask, person: PersonState) -> None:
    """Refuse an app that may not answer *person* now."""
    owner = person.conversation.owner_at(ask.now) or ask.page.default_app
    if owner is not None and owner != ask.app.id:
        raise Refused(OTHER_APP)
