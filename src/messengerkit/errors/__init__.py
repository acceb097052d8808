"""Floor 0: every exception of the package, in one tree; nothing else is raised at a caller.

    MessengerError
    ├── ConfigurationError          a setting is missing or unsafe; raised before any I/O
    ├── InvalidInputError           a value from the caller breaks a limit; raised before any I/O
    ├── WrongLoopError              a client is used from a second event loop or process
    ├── ClientClosedError           a client is used after it was closed
    ├── TransportError              no answer came; `phase` says how far the call went
    │   ├── CircuitOpenError        Meta has not answered for a while; not even tried
    │   └── DeadlineError           the time was over before the call could leave
    ├── TransitionError             a send or a conversation is not where that step begins
    │   ├── HeldError               another admin holds the conversation
    │   ├── StaleVersionError       the conversation changed hands meanwhile
    │   └── WrongPersonError        the message is for another person
    ├── NotFoundError               there is no such conversation, message or event
    ├── StoreError                  the store could not be reached, or failed
    ├── UnreadableAnswerError       an answer came, and it is not the Graph API's
    ├── GraphError                  Meta answered with an error
    │   ├── TokenError              the page token is dead
    │   ├── PermissionDeniedError   a permission or an app setting is missing
    │   ├── OutsideWindowError      the reply window is shut
    │   ├── RetiredTagError         the message tag exists no more
    │   ├── ThreadNotOwnedError     another app controls the conversation
    │   ├── UserUnavailableError    this person cannot be reached
    │   ├── UserNotFoundError       the id is nobody's on this page
    │   ├── PageRestrictedError     Meta restricts the page for its conduct
    │   ├── RateLimitError          too many calls
    │   ├── LostAnswerError         sent, but Meta lost its own answer
    │   ├── TemporaryError          Meta says: try again
    │   └── InvalidRequestError     the call itself is wrong
    ├── DeliveryUnknownError        nobody knows whether the person has the message
    ├── PartialSendError            the first of several messages were sent, and then one was not
    ├── WebhookError
    │   ├── HandshakeError          the verify token is not ours
    │   ├── SignatureError          the body was not signed with our secret
    │   ├── BodyTooLargeError       the body is too large
    │   ├── MalformedBodyError      signed, and yet not JSON
    │   └── EventsNotTakenError     the backend could not take the events
    └── AdminError                  a request to the admin face is refused
        ├── AdminAuthError          who asks is not known
        │   └── AdminThrottledError     too many wrong credentials came from there
        ├── AdminForbiddenError     who asks is known, and may not
        ├── AdminConflictError      what is asked contradicts what is
        │   └── RequestInProgressError  the same Idempotency-Key is still at work
        ├── IdempotencyKeyError     the Idempotency-Key is malformed, or was used otherwise
        ├── MethodNotAllowedError   the path has no such method
        ├── MediaTypeError          the body is not of the type that the route reads
        └── BackendError            the backend itself failed

Meta's codes are declared on the class that they select: `pairs` (code, subcode) are
looked at first, then `subcodes` under any code, then `codes`. Texts decide nothing, for
Meta localises them. Platform page: /docs/messenger-platform/error-codes.
"""

from ._base import (
    CircuitOpenError,
    ClientClosedError,
    ConfigurationError,
    DeadlineError,
    DeliveryUnknownError,
    HeldError,
    InvalidInputError,
    MessengerError,
    NotFoundError,
    PartialSendError,
    StaleVersionError,
    StoreError,
    TransitionError,
    TransportError,
    UnreadableAnswerError,
    WrongLoopError,
    WrongPersonError,
)
from ._meta import (
    GraphError,
    InvalidRequestError,
    LostAnswerError,
    OutsideWindowError,
    PageRestrictedError,
    PermissionDeniedError,
    RateLimitError,
    RetiredTagError,
    TemporaryError,
    ThreadNotOwnedError,
    TokenError,
    UserNotFoundError,
    UserUnavailableError,
)
from ._refusals import (
    AdminAuthError,
    AdminConflictError,
    AdminError,
    AdminForbiddenError,
    AdminThrottledError,
    BackendError,
    BodyTooLargeError,
    EventsNotTakenError,
    HandshakeError,
    IdempotencyKeyError,
    MalformedBodyError,
    MediaTypeError,
    MethodNotAllowedError,
    RequestInProgressError,
    SignatureError,
    WebhookError,
)

__all__ = (
    "AdminAuthError",
    "AdminConflictError",
    "AdminError",
    "AdminForbiddenError",
    "AdminThrottledError",
    "BackendError",
    "BodyTooLargeError",
    "CircuitOpenError",
    "ClientClosedError",
    "ConfigurationError",
    "DeadlineError",
    "DeliveryUnknownError",
    "EventsNotTakenError",
    "GraphError",
    "HandshakeError",
    "HeldError",
    "IdempotencyKeyError",
    "InvalidInputError",
    "InvalidRequestError",
    "LostAnswerError",
    "MalformedBodyError",
    "MediaTypeError",
    "MessengerError",
    "MethodNotAllowedError",
    "NotFoundError",
    "OutsideWindowError",
    "PageRestrictedError",
    "PartialSendError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestInProgressError",
    "RetiredTagError",
    "SignatureError",
    "StaleVersionError",
    "StoreError",
    "TemporaryError",
    "ThreadNotOwnedError",
    "TokenError",
    "TransitionError",
    "TransportError",
    "UnreadableAnswerError",
    "UserNotFoundError",
    "UserUnavailableError",
    "WebhookError",
    "WrongLoopError",
    "WrongPersonError",
)
