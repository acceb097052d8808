"""Floor 0: the base of the tree, and what goes wrong around a call rather than in it."""

from typing_extensions import override

from messengerkit._phase import Phase


class MessengerError(Exception):
    """The base of all: `except MessengerError` misses nothing of ours.

    Attributes:
        code: Meta's code, or None if the error is not Meta's.
        subcode: Meta's subcode, or None.
        fbtrace_id: Meta's own trace of the call, for its support, or None.
        http_status: The status of the answer, or None if none came.
        retry_after: Seconds that Meta asked to wait, or None.
        advice: One sentence that tells a person what to do.
    """

    advice: str = "Report this with the fbtrace_id, if there is one."

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        subcode: int | None = None,
        fbtrace_id: str | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode
        self.fbtrace_id = fbtrace_id
        self.http_status = http_status
        self.retry_after = retry_after

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed when repeated, and surely not act twice."""
        return False


class ConfigurationError(MessengerError):
    """A setting is missing or unsafe; the text names each one, and never its value."""

    advice = "Set what the message names, then start again."


class InvalidInputError(MessengerError):
    """The value of `field` breaks a limit of the platform; nothing was sent."""

    advice = "Correct the field that the message names, then send again."

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class WrongLoopError(MessengerError):
    """A client belongs to the first event loop and process that used it."""

    advice = "Make one client for each event loop and process, inside it."


class ClientClosedError(MessengerError):
    """The client was closed; its connections are gone."""

    advice = "Keep the client open as long as the backend runs, and close it on shutdown."


class TransportError(MessengerError):
    """No whole answer came back; `phase` tells whether Meta can have acted on the call."""

    advice = "Check the network between this backend and Meta."

    def __init__(
        self, message: str, *, phase: Phase = Phase.SENT, http_status: int | None = None
    ) -> None:
        super().__init__(message, http_status=http_status)
        self.phase = phase

    @property
    @override
    def retryable(self) -> bool:
        """Whether no byte of the body left."""
        return self.phase is Phase.NOT_SENT


class CircuitOpenError(TransportError):
    """The page's calls have failed so often that none is made for a while; nothing was sent.

    `retry_after` says when Meta is looked for again.
    """

    advice = "Wait: the client itself finds out when Meta answers again."

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, phase=Phase.NOT_SENT)
        self.retry_after = retry_after


class DeadlineError(TransportError):
    """The time for a call was over before it could leave; nothing was sent."""

    advice = "Give the call more time, or find out why it has to wait."

    def __init__(self, message: str) -> None:
        super().__init__(message, phase=Phase.NOT_SENT)


class TransitionError(MessengerError):
    """A step is not possible from where a send, or a conversation, is; nothing was changed."""

    advice = "Look at it again: somebody else has moved it on."


class HeldError(TransitionError):
    """Another admin holds the conversation; nothing was changed.

    Attributes:
        admin_id: Who holds it.
    """

    advice = "Ask whoever holds the conversation, or take it over."

    def __init__(self, message: str, *, admin_id: str = "") -> None:
        super().__init__(message)
        self.admin_id = admin_id


class StaleVersionError(TransitionError):
    """The conversation changed hands since whoever asks last saw it; nothing was changed."""

    advice = "Look at the conversation as it is now, and decide again."


class WrongPersonError(TransitionError):
    """The message is for another person than the conversation's; nothing was sent."""

    advice = "Open the conversation of the person whom the message is for."


class NotFoundError(MessengerError):
    """There is no conversation, message or event with this id."""

    advice = "Look it up again: it may have been erased."


class StoreError(MessengerError):
    """The store could not be reached, or could not do it; nothing was changed."""

    advice = "Check that the database runs, and that this backend may write to it."

    @property
    @override
    def retryable(self) -> bool:
        return True


class UnreadableAnswerError(MessengerError):
    """Something answered, a proxy perhaps, in a form that the Graph API never has."""

    advice = "Check whether a proxy or an outage of Meta answered instead of the Graph API."


class PartialSendError(MessengerError):
    """Of several messages that belong together, the first ones were sent, and then one was not.

    The error that stopped it is its `__cause__`.

    Attributes:
        sent: The message ids of those that were accepted.
        rest: What is left to send, from the one that failed on: send it to go on.
        in_doubt: The one of which nobody knows whether it arrived; it is not in `rest`.
    """

    advice = "Send `rest` to go on; if `in_doubt` is there, look into the conversation first."

    def __init__(
        self,
        message: str,
        *,
        sent: tuple[str, ...] = (),
        rest: str = "",
        in_doubt: str | None = None,
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.rest = rest
        self.in_doubt = in_doubt


class DeliveryUnknownError(MessengerError):
    """The call left, and no answer tells whether `recipient_id` has the message.

    Not repeated after `attempts` calls, because a repetition may deliver it twice. The
    error that hid the outcome is its `__cause__`.
    """

    advice = "Look into the conversation before you send again: the person may have it."

    def __init__(
        self,
        message: str,
        *,
        recipient_id: str = "",
        attempts: int = 1,
        sought: "object | None" = None,
    ) -> None:
        super().__init__(message)
        self.recipient_id = recipient_id
        self.attempts = attempts
        self._sought = sought  # what `reconcile` looks for; not for reports: it has the words
