"""Floor 8: an app's own subscription, which begins with a handshake at its callback.

Platform page: /docs/graph-api/reference/app/subscriptions.
"""

from dataclasses import dataclass, field

from .ask import Ask
from .refusals import Refused, must_be
from .subscriptions import read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """A handshake to be made; if it passes, the answer is success.

    Attributes:
        app_id: The app that subscribes.
        callback_url: Where its webhooks go.
        verify_token: What the callback must know.
    """

    app_id: int
    callback_url: str
    verify_token: str = field(repr=False)


def subscribe(ask: Ask) -> Handshake:
    """Let the webhooks of the app go to its callback."""
    ask.require_app_token()
    if str(ask.app.id) != ask.node:
        raise Refused(must_be("app", "the one whose token it is"))
    params = ask.params
    if params.words("object") != "page":
        raise Refused(must_be("object", "page"))
    # What is brought, the page's own subscription says; a slip must not pass all the same.
    read_fields(params, "fields")
    return Handshake(
        app_id=ask.app.id,
        callback_url=params.words("callback_url"),
        verify_token=params.words("verify_token"),
    )
