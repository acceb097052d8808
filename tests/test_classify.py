"""Meta's numbers into classes: the table of the platform page, row by row."""

import pytest

from messengerkit import errors
from messengerkit._classify import CLASSES, class_of
from messengerkit.errors import GraphError

ROWS: list[tuple[int | None, int | None, type[GraphError]]] = [
    (190, None, errors.TokenError),
    (190, 463, errors.TokenError),
    (102, None, errors.TokenError),
    (10, None, errors.PermissionDeniedError),
    (200, 2018028, errors.PermissionDeniedError),
    (230, None, errors.PermissionDeniedError),
    (299, None, errors.PermissionDeniedError),
    (1, 99, errors.PermissionDeniedError),
    (100, 2018247, errors.PermissionDeniedError),
    (10, 2018278, errors.OutsideWindowError),
    (10, 2018065, errors.OutsideWindowError),
    (10, 2534022, errors.OutsideWindowError),
    (100, 1893061, errors.RetiredTagError),
    (10, 2018300, errors.ThreadNotOwnedError),
    (2018300, None, errors.ThreadNotOwnedError),
    (100, 2534037, errors.ThreadNotOwnedError),
    (551, None, errors.UserUnavailableError),
    (551, 1545041, errors.UserUnavailableError),
    (200, 1545041, errors.UserUnavailableError),
    (10, 2018108, errors.UserUnavailableError),
    (100, 2018001, errors.UserNotFoundError),
    (368, None, errors.PageRestrictedError),
    (10, 1893063, errors.PageRestrictedError),
    (613, None, errors.RateLimitError),
    (613, 1996, errors.RateLimitError),
    (4, 2018022, errors.RateLimitError),
    (32, None, errors.RateLimitError),
    (80006, None, errors.RateLimitError),
    (9, 2018352, errors.RateLimitError),
    (1, 1357046, errors.LostAnswerError),
    (1, None, errors.TemporaryError),
    (2, None, errors.TemporaryError),
    (1200, 2018024, errors.TemporaryError),
    (2, 2018344, errors.PermissionDeniedError),
    (100, None, errors.InvalidRequestError),
    (100, 2018034, errors.InvalidRequestError),
    (1, 2018382, errors.InvalidRequestError),
    (613, 1893016, errors.InvalidRequestError),
    (2500, None, errors.InvalidRequestError),
    (999, None, GraphError),
    (None, None, GraphError),
]


@pytest.mark.parametrize(("code", "subcode", "cls"), ROWS)
def test_code_and_subcode_select_the_class(
    code: int | None, subcode: int | None, cls: type[GraphError]
) -> None:
    """Pairs are looked at first, then subcodes, then codes."""
    assert class_of(code, subcode, 400, is_transient=False) is cls


@pytest.mark.parametrize(
    ("status", "is_transient", "cls"),
    [
        (429, False, errors.RateLimitError),
        (500, False, errors.TemporaryError),
        (503, False, errors.TemporaryError),
        (400, True, errors.TemporaryError),
        (400, False, GraphError),
    ],
)
def test_an_unknown_code_is_classed_by_status(
    status: int, cls: type[GraphError], *, is_transient: bool
) -> None:
    """Where the code is not known, the status and Meta's own hint decide."""
    assert class_of(999, None, status, is_transient=is_transient) is cls


def test_a_known_code_outranks_the_status() -> None:
    """A dead token on a 500 is a dead token."""
    assert class_of(190, None, 500, is_transient=True) is errors.TokenError


def test_no_number_is_declared_twice() -> None:
    """Each code, subcode and pair belongs to one class, so that their order cannot matter."""
    for kind in ("codes", "subcodes", "pairs"):
        declared = [number for cls in CLASSES for number in getattr(cls, kind)]

        assert len(declared) == len(set(declared))


def test_every_class_of_metas_is_in_the_table() -> None:
    """A new subclass that nobody lists would never be raised."""
    assert set(GraphError.__subclasses__()) == set(CLASSES)
