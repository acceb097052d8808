"""Floor 0: what we refuse ourselves: webhook and admin requests, with the status to answer."""

from typing import ClassVar

from typing_extensions import override

from ._base import MessengerError


class WebhookError(MessengerError):
    """A webhook request is refused; `status` is the HTTP status to answer with."""

    status: ClassVar[int] = 400


class HandshakeError(WebhookError):
    """The handshake's mode, verify token or challenge is not as agreed."""

    status = 403
    advice = "Enter the same verify token in the app dashboard and in FACEBOOK_VERIFY_TOKEN."


class SignatureError(WebhookError):
    """The body is not signed with any of our app secrets."""

    status = 401
    advice = "Check FACEBOOK_APP_SECRET, and that the raw body is verified, not a re-encoded one."


class BodyTooLargeError(WebhookError):
    """The body is larger than the limit."""

    status = 413
    advice = "Send less: what belongs here is far smaller than the limit."


class MalformedBodyError(WebhookError):
    """The body is signed with our app secret, and is not JSON."""

    advice = "Report this: Meta signed something that it does not document."


class EventsNotTakenError(WebhookError):
    """The body is good, and the backend could not take its events: Meta must send it again."""

    status = 503
    advice = "Read the backend's log; Meta delivers the events again until they are taken."


class AdminError(MessengerError):
    """A request to the admin face is refused; `status` is the HTTP status to answer with."""

    status: ClassVar[int] = 422
    advice = "Correct the request and send it again."


class AdminAuthError(AdminError):
    """Nobody we know sent this; `reason` is for the backend's log, never for the caller."""

    status = 401
    advice = "Send Authorization: Bearer with the admin key, and X-Admin-User-ID."

    def __init__(self, message: str = "Authentication failed.", *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class AdminThrottledError(AdminAuthError):
    """Too many wrong credentials came from there; a right one is never refused for it."""

    status = 429
    advice = "Wait as long as Retry-After says, then send the right key."

    def __init__(
        self, message: str = "Too many failures.", *, reason: str = "", retry_after: float = 60.0
    ) -> None:
        super().__init__(message, reason=reason)
        self.retry_after = retry_after


class AdminForbiddenError(AdminError):
    """We know who sent this, and they may not do it."""

    status = 403
    advice = "Ask in your own name, from the panel's own page, or leave it to who may do it."


class AdminConflictError(AdminError):
    """What is asked contradicts what is, such as a person of another conversation."""

    status = 409
    advice = "Load the conversation again, then decide."


class RequestInProgressError(AdminConflictError):
    """A request with the same `Idempotency-Key` is still at work."""

    advice = "Wait a moment, then send the same request with the same key for its answer."

    @property
    @override
    def retryable(self) -> bool:
        """Whether the same request may be sent again: with its key, it acts once."""
        return True


class IdempotencyKeyError(AdminError):
    """The `Idempotency-Key` is malformed, or was used for another request."""

    advice = "Use a new key for each new message, and the same key only to repeat it."


class MethodNotAllowedError(AdminError):
    """The path has no such method; `Allow` lists those that it has."""

    status = 405
    advice = "Use one of the methods that the Allow header lists."


class MediaTypeError(AdminError):
    """The body's `Content-Type` is not the one that the route reads."""

    status = 415
    advice = "Send JSON, with Content-Type: application/json."


class BackendError(AdminError):
    """Something failed that is neither the caller's affair nor Meta's."""

    status = 500
    advice = "Read the backend's log; it tells what failed."
