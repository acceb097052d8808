"""What a failed send means, and what each mode makes of it."""

import pytest

from messengerkit import errors
from messengerkit._phase import Phase
from messengerkit.delivery import Delivery, Outcome, may_repeat, outcome_of
from messengerkit.errors import GraphError, MessengerError, TemporaryError, TransportError


def temporary(code: int, *, is_transient: bool = False) -> TemporaryError:
    """Return Meta's "try again"."""
    error = TemporaryError("Later.", code=code)
    error.is_transient = is_transient
    return error


OUTCOMES: list[tuple[MessengerError, Outcome]] = [
    (TransportError("-", phase=Phase.NOT_SENT), Outcome.NOT_SENT),
    (TransportError("-", phase=Phase.SENT), Outcome.UNKNOWN),
    (TransportError("-", phase=Phase.ANSWERED), Outcome.UNKNOWN),
    (errors.UnreadableAnswerError("-"), Outcome.UNKNOWN),
    (errors.RateLimitError("-"), Outcome.NOT_SENT),
    (temporary(2), Outcome.NOT_SENT),
    (temporary(1200), Outcome.NOT_SENT),
    (temporary(1), Outcome.UNKNOWN),
    (temporary(1, is_transient=True), Outcome.NOT_SENT),
    (errors.LostAnswerError("-", code=1, subcode=1357046), Outcome.UNKNOWN),
    (errors.TokenError("-"), Outcome.REFUSED),
    (errors.PermissionDeniedError("-"), Outcome.REFUSED),
    (errors.OutsideWindowError("-"), Outcome.REFUSED),
    (errors.RetiredTagError("-"), Outcome.REFUSED),
    (errors.ThreadNotOwnedError("-"), Outcome.REFUSED),
    (errors.UserUnavailableError("-"), Outcome.REFUSED),
    (errors.UserNotFoundError("-"), Outcome.REFUSED),
    (errors.PageRestrictedError("-"), Outcome.REFUSED),
    (errors.InvalidRequestError("-"), Outcome.REFUSED),
    (errors.InvalidInputError("-"), Outcome.REFUSED),
    (errors.ClientClosedError("-"), Outcome.REFUSED),
    (errors.WrongLoopError("-"), Outcome.REFUSED),
    (errors.ConfigurationError("-"), Outcome.REFUSED),
    (GraphError("-", code=999), Outcome.UNKNOWN),
    (MessengerError("-"), Outcome.UNKNOWN),
]


@pytest.mark.parametrize(("error", "outcome"), OUTCOMES)
def test_outcome_of_a_failure(error: MessengerError, outcome: Outcome) -> None:
    """Only proof makes an outcome certain; everything else is unknown."""
    assert outcome_of(error) is outcome


@pytest.mark.parametrize("error", [temporary(2), temporary(1200), temporary(1, is_transient=True)])
def test_metas_word_may_be_distrusted(error: TemporaryError) -> None:
    """Without the trust in "temporary", a temporary error leaves the outcome unknown."""
    assert outcome_of(error, believe_transient=False) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("outcome", "mode", "allowed"),
    [
        (Outcome.NOT_SENT, Delivery.AT_MOST_ONCE, True),
        (Outcome.NOT_SENT, Delivery.EFFECTIVELY_ONCE, True),
        (Outcome.NOT_SENT, Delivery.AT_LEAST_ONCE, True),
        (Outcome.UNKNOWN, Delivery.AT_MOST_ONCE, False),
        (Outcome.UNKNOWN, Delivery.EFFECTIVELY_ONCE, False),
        (Outcome.UNKNOWN, Delivery.AT_LEAST_ONCE, True),
        (Outcome.REFUSED, Delivery.AT_MOST_ONCE, False),
        (Outcome.REFUSED, Delivery.EFFECTIVELY_ONCE, False),
        (Outcome.REFUSED, Delivery.AT_LEAST_ONCE, False),
    ],
)
def test_the_mode_decides_what_may_be_repeated(
    outcome: Outcome, mode: Delivery, *, allowed: bool
) -> None:
    """The unknown is repeated by explicit choice only, a refusal never."""
    assert may_repeat(MessengerError("-"), outcome, mode) is allowed


def test_a_lost_answer_is_never_repeated() -> None:
    """Code 1/1357046 means that the message has gone out: no mode sends it again."""
    error = errors.LostAnswerError("-", code=1, subcode=1357046)

    assert not may_repeat(error, outcome_of(error), Delivery.AT_LEAST_ONCE)
