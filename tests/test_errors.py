"""The one tree of exceptions."""

import inspect
import pickle
import re

import pytest

from messengerkit import errors
from messengerkit._phase import Phase
from messengerkit.errors import MessengerError, TransportError

CLASSES = [
    cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, Exception)
]


@pytest.mark.parametrize("cls", CLASSES)
def test_one_base_catches_all(cls: type[MessengerError]) -> None:
    """Every exception of the package is a MessengerError."""
    assert issubclass(cls, MessengerError)


@pytest.mark.parametrize("cls", CLASSES)
def test_advice_is_one_sentence(cls: type[MessengerError]) -> None:
    """Every error says in one sentence what to do."""
    assert re.fullmatch(r"[A-Z][^.]+(\.[^ ][^.]*)*\.", cls.advice)


@pytest.mark.parametrize("cls", CLASSES)
def test_the_tree_in_the_docstring_is_whole(cls: type[MessengerError]) -> None:
    """Every class stands in the drawing, and the drawing has no other."""
    drawn = set(re.findall(r"\b[A-Z]\w+Error\b", errors.__doc__ or ""))

    assert cls.__name__ in drawn
    assert drawn == {one.__name__ for one in CLASSES}


@pytest.mark.parametrize("cls", CLASSES)
def test_errors_survive_pickling(cls: type[MessengerError]) -> None:
    """A worker process can hand an error over with all that it carries."""
    error = cls("It failed.")
    error.code, error.retry_after = 613, 3.5
    other = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes

    assert (str(other), vars(other)) == (str(error), vars(error))


@pytest.mark.parametrize(("phase", "retryable"), [(Phase.NOT_SENT, True), (Phase.SENT, False)])
def test_only_what_was_not_sent_is_retryable(phase: Phase, *, retryable: bool) -> None:
    """A transport error may be retried only if no byte of the body left."""
    assert TransportError("No answer.", phase=phase).retryable is retryable
