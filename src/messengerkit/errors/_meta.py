"""Floor 0: Meta's answers that are errors; each class declares the codes that select it."""

from collections.abc import Iterable
from typing import ClassVar

from typing_extensions import override

from ._base import MessengerError


class GraphError(MessengerError):
    """Meta answered with an error whose code selects no class below.

    `is_transient` is Meta's own word that a repetition may work; `user_message` is what
    Meta would have a person be shown, localised.
    """

    advice = "Look the code up in Meta's error reference."
    codes: ClassVar[frozenset[int]] = frozenset()
    subcodes: ClassVar[frozenset[int]] = frozenset()
    pairs: ClassVar[frozenset[tuple[int, int]]] = frozenset()
    is_transient: bool = False
    user_message: str | None = None

    def __init_subclass__(
        cls,
        *,
        codes: Iterable[int] = (),
        subcodes: Iterable[int] = (),
        pairs: Iterable[tuple[int, int]] = (),
    ) -> None:
        super().__init_subclass__()
        cls.codes, cls.subcodes, cls.pairs = frozenset(codes), frozenset(subcodes), frozenset(pairs)


class TokenError(GraphError, codes={102, 104, 190}):
    """The page token is expired, revoked or malformed; no repetition helps."""

    advice = "Renew the page access token (FACEBOOK_PAGE_ACCESS_TOKEN): a page admin logs in again."


class PermissionDeniedError(
    GraphError,
    codes={3, 10, 36103, 2018247, *range(200, 300)},
    pairs={(1, 99), (2, 2018344), (100, 2018247), (100, 2534013)},
):
    """A permission, a feature or the app's mode does not allow this."""

    advice = "Grant the app pages_messaging for this page; in development mode, add a role."


class OutsideWindowError(GraphError, subcodes={2018065, 2018278, 2534022}):
    """More than 24 hours have passed since the person last wrote."""

    advice = "Wait until the person writes again; a human agent may answer for 7 days."


class RetiredTagError(GraphError, pairs={(100, 1893061)}):
    """The message tag was retired by Meta (the last three on 2026-04-27)."""

    advice = "Send without the tag inside the reply window, or use a utility message."


class ThreadNotOwnedError(
    GraphError, codes={2018300, 2018321, 2534037}, subcodes={2018300, 2018321, 2534037}
):
    """Another app, often the Page Inbox, controls this conversation now."""

    advice = "Take thread control or wait until the other app releases it."


class UserUnavailableError(
    GraphError, codes={551, 3801}, subcodes={1545041}, pairs={(10, 2018108), (10, 1893015)}
):
    """The person blocked the page, left Messenger, or opted out."""

    advice = "Stop writing to this person until the person writes again."


class UserNotFoundError(GraphError, subcodes={2018001, 2534014}):
    """No person of this page has this id; ids are page-scoped."""

    advice = "Use the sender id of a webhook of this same page; another page's ids do not work."


class PageRestrictedError(
    GraphError,
    codes={368, 2022, 2042002, 2534122},
    subcodes={2042002, 2534122},
    pairs={(10, 1893063), (10, 1404170), (100, 2534029)},
):
    """Meta restricts the page for its conduct, for a time or for good."""

    advice = "Have a person read the page's Support Inbox at Meta; repeating makes it worse."


class RateLimitError(
    GraphError,
    codes={4, 17, 32, 341, 613, 2018144, *range(80000, 80015)},
    pairs={(9, 2018352)},
):
    """Too many calls; the message was not sent."""

    advice = "Send more slowly; the limit lifts by itself after `retry_after` seconds."

    @property
    @override
    def retryable(self) -> bool:
        """Always: what is throttled is not sent."""
        return True


class LostAnswerError(GraphError, pairs={(1, 1357046)}):
    """Code 1/1357046: the message has gone out, and Meta lost its own answer."""

    advice = "Do not send again; the message has most likely arrived."


class TemporaryError(GraphError, codes={1, 2, 1200}):
    """Meta could not do this just now."""

    advice = "Try again in a while; if it lasts, see Meta's platform status."
    believed: ClassVar[frozenset[int]] = frozenset({2, 1200})

    @property
    @override
    def retryable(self) -> bool:
        """Whether it is Meta's documented word that nothing was done and a repetition may work."""
        return self.is_transient or self.code in self.believed


class InvalidRequestError(
    GraphError,
    codes={
        *(11, 100, 105, 194, 506, 546, 803, 2500, 10303, 10900, 10903, 24001, 24002, 24005),
        *(36000, 1609005, 9000001, *range(2018389, 2018397)),
    },
    pairs={(1, 2018382), (613, 1893016)},
):
    """Meta found the call itself wrong; the same call will always fail."""

    advice = "Correct the request; Meta's message names the parameter."
