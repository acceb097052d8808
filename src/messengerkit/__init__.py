"""messengerkit: Facebook Messenger for async Python backends, with people in the loop.

`MessengerClient` sends, `Webhook` receives, `messengerkit.admin` is the HTTP face for
people who answer, `messengerkit.sandbox` is Messenger on your own machine. A name is
loaded when it is first used, so that a backend which only verifies webhooks never
imports an HTTP client.
"""

from importlib import import_module
from typing import TYPE_CHECKING

# Three tables of the same names, which a test keeps equal; a name a line would make a book.
# fmt: off
# isort: off
if TYPE_CHECKING:
    from ._author import Author
    from ._phase import Phase
    from ._transport import AiohttpTransport, Transport
    from ._version import __version__
    from .background import Background
    from .breaker import Breaker
    from .buttons import (
        AccountLinkButton, AccountUnlinkButton, Button, DefaultAction, GamePlayButton,
        PhoneNumberButton, PostbackButton, WebUrlButton,
    )
    from .client import MessengerClient
    from .connection import ClientOptions
    from .delivery import Delivery, Evidence, State
    from .errors import (
        AdminAuthError, AdminConflictError, AdminError, AdminForbiddenError, AdminThrottledError,
        BackendError, BodyTooLargeError, CircuitOpenError, ClientClosedError, ConfigurationError,
        DeadlineError, DeliveryUnknownError, EventsNotTakenError, GraphError, HandshakeError,
        HeldError, IdempotencyKeyError, InvalidInputError, InvalidRequestError, LostAnswerError,
        MalformedBodyError, MediaTypeError, MessengerError, MethodNotAllowedError,
        NotFoundError, OutsideWindowError, PageRestrictedError, PartialSendError,
        PermissionDeniedError, RateLimitError, RequestInProgressError, RetiredTagError,
        SignatureError, StaleVersionError, StoreError, TemporaryError, ThreadNotOwnedError,
        TokenError, TransitionError, TransportError, UnreadableAnswerError, UserNotFoundError,
        UserUnavailableError, WebhookError, WrongLoopError, WrongPersonError,
    )
    from .events import (
        AccountLinked, AccountUnlinked, Change, CommentChange, Event, FeedChange, MessageDeleted,
        MessageDelivered, MessageEcho, MessageEdited, MessageReaction, MessageRead, MessageReceived,
        MessageUnsupported, OptIn, Postback, ReferralReceived, Standby, ThreadControlPassed,
        ThreadControlRequested, ThreadControlTaken, UnknownEvent, parse_events,
    )
    from .hooks import Attempt, Hooks, Result
    from .inquiring import Lags
    from .loop_thread import LoopThread
    from .many import Send, SendOutcome
    from .messages import (
        Audio, ButtonTemplate, Element, EmailQuickReply, File, GenericTemplate, Image, Images,
        MediaTemplate, Message, PhoneQuickReply, QuickReply, Reaction, SendResult, SenderAction,
        Text, Video, split_text,
    )
    from .outbound import MemoryOutboundLog, Outbound, OutboundLog
    from .outgoing import MessageOptions
    from .pace import Limiter, PageLimiter
    from .page import Page
    from .rates import Rate
    from .retry import (
        ConstantBackoff, DecorrelatedJitter, ExponentialBackoff, Failure, FixedDelays, Retry,
        RetryBudget, RetryPolicy,
    )
    from .router import Dispatched, Router
    from .seen import MemorySeen, Seen
    from .settling import Absent, Delivered, Settling, Unconfirmed, Verdict
    from .stats import Stats
    from .terms import SendOptions
    from .uploads import Uploaded
    from .usage import Usage
    from .webhook import Webhook
    from .window import Permit, permit

__all__ = (
    "Absent", "AccountLinkButton", "AccountLinked", "AccountUnlinkButton", "AccountUnlinked",
    "AdminAuthError", "AdminConflictError", "AdminError", "AdminForbiddenError",
    "AdminThrottledError", "AiohttpTransport", "Attempt", "Audio", "Author", "BackendError",
    "Background", "BodyTooLargeError", "Breaker", "Button", "ButtonTemplate", "Change",
    "CircuitOpenError", "ClientClosedError", "ClientOptions", "CommentChange", "ConfigurationError",
    "ConstantBackoff", "DeadlineError", "DecorrelatedJitter", "DefaultAction", "Delivered",
    "Delivery", "DeliveryUnknownError", "Dispatched", "Element", "EmailQuickReply", "Event",
    "EventsNotTakenError", "Evidence", "ExponentialBackoff", "Failure", "FeedChange", "File",
    "FixedDelays", "GamePlayButton", "GenericTemplate", "GraphError", "HandshakeError", "HeldError",
    "Hooks", "IdempotencyKeyError", "Image", "Images", "InvalidInputError", "InvalidRequestError",
    "Lags", "Limiter", "LoopThread", "LostAnswerError", "MalformedBodyError", "MediaTemplate",
    "MediaTypeError", "MemoryOutboundLog", "MemorySeen", "Message", "MessageDeleted",
    "MessageDelivered", "MessageEcho", "MessageEdited", "MessageOptions", "MessageReaction",
    "MessageRead", "MessageReceived", "MessageUnsupported", "MessengerClient", "MessengerError",
    "MethodNotAllowedError", "NotFoundError", "OptIn", "Outbound", "OutboundLog",
    "OutsideWindowError", "Page", "PageLimiter", "PageRestrictedError", "PartialSendError",
    "PermissionDeniedError", "Permit", "Phase", "PhoneNumberButton", "PhoneQuickReply", "Postback",
    "PostbackButton", "QuickReply", "Rate", "RateLimitError", "Reaction", "ReferralReceived",
    "RequestInProgressError", "Result", "RetiredTagError", "Retry", "RetryBudget", "RetryPolicy",
    "Router", "Seen", "Send", "SendOptions", "SendOutcome", "SendResult", "SenderAction",
    "Settling", "SignatureError", "StaleVersionError", "Standby", "State", "Stats", "StoreError",
    "TemporaryError", "Text", "ThreadControlPassed", "ThreadControlRequested", "ThreadControlTaken",
    "ThreadNotOwnedError", "TokenError", "TransitionError", "Transport", "TransportError",
    "Unconfirmed", "UnknownEvent", "UnreadableAnswerError", "Uploaded", "Usage",
    "UserNotFoundError", "UserUnavailableError", "Verdict", "Video", "WebUrlButton", "Webhook",
    "WebhookError", "WrongLoopError", "WrongPersonError", "__version__", "parse_events", "permit",
    "split_text",
)

_MODULES = {
    "_author": ("Author",),
    "_phase": ("Phase",),
    "_transport": ("AiohttpTransport", "Transport"),
    "_version": ("__version__",),
    "background": ("Background",),
    "breaker": ("Breaker",),
    "buttons": (
        "AccountLinkButton", "AccountUnlinkButton", "Button", "DefaultAction", "GamePlayButton",
        "PhoneNumberButton", "PostbackButton", "WebUrlButton",
    ),
    "client": ("MessengerClient",),
    "connection": ("ClientOptions",),
    "delivery": ("Delivery", "Evidence", "State"),
    "errors": tuple(name for name in __all__ if name.endswith("Error")),
    "events": (
        "AccountLinked", "AccountUnlinked", "Change", "CommentChange", "Event", "FeedChange",
        "MessageDeleted", "MessageDelivered", "MessageEcho", "MessageEdited", "MessageReaction",
        "MessageRead", "MessageReceived", "MessageUnsupported", "OptIn", "Postback",
        "ReferralReceived", "Standby", "ThreadControlPassed", "ThreadControlRequested",
        "ThreadControlTaken", "UnknownEvent", "parse_events",
    ),
    "hooks": ("Attempt", "Hooks", "Result"),
    "inquiring": ("Lags",),
    "loop_thread": ("LoopThread",),
    "many": ("Send", "SendOutcome"),
    "messages": (
        "Audio", "ButtonTemplate", "Element", "EmailQuickReply", "File", "GenericTemplate", "Image",
        "Images", "MediaTemplate", "Message", "PhoneQuickReply", "QuickReply", "Reaction",
        "SendResult", "SenderAction", "Text", "Video", "split_text",
    ),
    "outbound": ("MemoryOutboundLog", "Outbound", "OutboundLog"),
    "outgoing": ("MessageOptions",),
    "pace": ("Limiter", "PageLimiter"),
    "page": ("Page",),
    "rates": ("Rate",),
    "retry": (
        "ConstantBackoff", "DecorrelatedJitter", "ExponentialBackoff", "Failure", "FixedDelays",
        "Retry", "RetryBudget", "RetryPolicy",
    ),
    "router": ("Dispatched", "Router"),
    "seen": ("MemorySeen", "Seen"),
    "settling": ("Absent", "Delivered", "Settling", "Unconfirmed", "Verdict"),
    "stats": ("Stats",),
    "terms": ("SendOptions",),
    "uploads": ("Uploaded",),
    "usage": ("Usage",),
    "webhook": ("Webhook",),
    "window": ("Permit", "permit"),
}
# isort: on
# fmt: on
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
