"""messengerkit: Facebook Messenger for async Python backends, with people in the loop.

`MessengerClient` sends, `Webhook` receives, `messengerkit.admin` is the HTTP face for
people who answer, `messengerkit.sandbox` is Messenger on your own machine. A name is
loaded when it is first used, so that a backend which only verifies webhooks never
imports an HTTP client.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._phase import Phase
    from ._transport import AiohttpTransport, Transport
    from ._version import __version__
    from .background import Background
    from .client import MessengerClient
    from .delivery import Delivery
    from .errors import (
        AdminAuthError,
        AdminConflictError,
        AdminError,
        AdminForbiddenError,
        AdminThrottledError,
        BackendError,
        BodyTooLargeError,
        ClientClosedError,
        ConfigurationError,
        DeliveryUnknownError,
        EventsNotTakenError,
        GraphError,
        HandshakeError,
        IdempotencyKeyError,
        InvalidInputError,
        InvalidRequestError,
        LostAnswerError,
        MalformedBodyError,
        MediaTypeError,
        MessengerError,
        MethodNotAllowedError,
        OutsideWindowError,
        PageRestrictedError,
        PermissionDeniedError,
        RateLimitError,
        RequestInProgressError,
        RetiredTagError,
        SignatureError,
        TemporaryError,
        ThreadNotOwnedError,
        TokenError,
        TransportError,
        UnreadableAnswerError,
        UserNotFoundError,
        UserUnavailableError,
        WebhookError,
        WrongLoopError,
    )
    from .events import (
        AccountLinked,
        AccountUnlinked,
        Change,
        CommentChange,
        Event,
        FeedChange,
        MessageDeleted,
        MessageDelivered,
        MessageEcho,
        MessageEdited,
        MessageReaction,
        MessageRead,
        MessageReceived,
        MessageUnsupported,
        OptIn,
        Postback,
        ReferralReceived,
        Standby,
        ThreadControlPassed,
        ThreadControlRequested,
        ThreadControlTaken,
        UnknownEvent,
        parse_events,
    )
    from .loop_thread import LoopThread
    from .messages import Audio, File, Image, Message, SenderAction, SendResult, Text, Video
    from .page import Page
    from .retry import (
        ConstantBackoff,
        DecorrelatedJitter,
        ExponentialBackoff,
        Failure,
        FixedDelays,
        Retry,
        RetryPolicy,
    )
    from .router import Dispatched, Router
    from .seen import MemorySeen, Seen
    from .sending import SendOptions
    from .stats import Stats
    from .webhook import Webhook

__all__ = (
    "AccountLinked",
    "AccountUnlinked",
    "AdminAuthError",
    "AdminConflictError",
    "AdminError",
    "AdminForbiddenError",
    "AdminThrottledError",
    "AiohttpTransport",
    "Audio",
    "BackendError",
    "Background",
    "BodyTooLargeError",
    "Change",
    "ClientClosedError",
    "CommentChange",
    "ConfigurationError",
    "ConstantBackoff",
    "DecorrelatedJitter",
    "Delivery",
    "DeliveryUnknownError",
    "Dispatched",
    "Event",
    "EventsNotTakenError",
    "ExponentialBackoff",
    "Failure",
    "FeedChange",
    "File",
    "FixedDelays",
    "GraphError",
    "HandshakeError",
    "IdempotencyKeyError",
    "Image",
    "InvalidInputError",
    "InvalidRequestError",
    "LoopThread",
    "LostAnswerError",
    "MalformedBodyError",
    "MediaTypeError",
    "MemorySeen",
    "Message",
    "MessageDeleted",
    "MessageDelivered",
    "MessageEcho",
    "MessageEdited",
    "MessageReaction",
    "MessageRead",
    "MessageReceived",
    "MessageUnsupported",
    "MessengerClient",
    "MessengerError",
    "MethodNotAllowedError",
    "OptIn",
    "OutsideWindowError",
    "Page",
    "PageRestrictedError",
    "PermissionDeniedError",
    "Phase",
    "Postback",
    "RateLimitError",
    "ReferralReceived",
    "RequestInProgressError",
    "RetiredTagError",
    "Retry",
    "RetryPolicy",
    "Router",
    "Seen",
    "SendOptions",
    "SendResult",
    "SenderAction",
    "SignatureError",
    "Standby",
    "Stats",
    "TemporaryError",
    "Text",
    "ThreadControlPassed",
    "ThreadControlRequested",
    "ThreadControlTaken",
    "ThreadNotOwnedError",
    "TokenError",
    "Transport",
    "TransportError",
    "UnknownEvent",
    "UnreadableAnswerError",
    "UserNotFoundError",
    "UserUnavailableError",
    "Video",
    "Webhook",
    "WebhookError",
    "WrongLoopError",
    "__version__",
    "parse_events",
)

_MODULES = {
    "_phase": ("Phase",),
    "_transport": ("AiohttpTransport", "Transport"),
    "_version": ("__version__",),
    "background": ("Background",),
    "client": ("MessengerClient",),
    "delivery": ("Delivery",),
    "errors": tuple(name for name in __all__ if name.endswith("Error")),
    "events": (
        "AccountLinked",
        "AccountUnlinked",
        "Change",
        "CommentChange",
        "Event",
        "FeedChange",
        "MessageDeleted",
        "MessageDelivered",
        "MessageEcho",
        "MessageEdited",
        "MessageReaction",
        "MessageRead",
        "MessageReceived",
        "MessageUnsupported",
        "OptIn",
        "Postback",
        "ReferralReceived",
        "Standby",
        "ThreadControlPassed",
        "ThreadControlRequested",
        "ThreadControlTaken",
        "UnknownEvent",
        "parse_events",
    ),
    "loop_thread": ("LoopThread",),
    "messages": (
        "Audio",
        "File",
        "Image",
        "Message",
        "SendResult",
        "SenderAction",
        "Text",
        "Video",
    ),
    "page": ("Page",),
    "retry": (
        "ConstantBackoff",
        "DecorrelatedJitter",
        "ExponentialBackoff",
        "Failure",
        "FixedDelays",
        "Retry",
        "RetryPolicy",
    ),
    "router": ("Dispatched", "Router"),
    "seen": ("MemorySeen", "Seen"),
    "sending": ("SendOptions",),
    "stats": ("Stats",),
    "webhook": ("Webhook",),
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names}

# Hidden from type checkers, which would take any misspelt name for one of ours.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LAZY:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(f".{_LAZY[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LAZY})
