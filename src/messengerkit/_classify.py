"""Floor 1: Meta's code, subcode and status into the class of the error tree that they select.

The codes themselves are declared on the classes (`errors.py`); here is only the order in
which they are looked at. Platform page: /docs/messenger-platform/error-codes.
"""

from . import errors
from .errors import GraphError

CLASSES: tuple[type[GraphError], ...] = (
    errors.TokenError,
    errors.PermissionDeniedError,
    errors.OutsideWindowError,
    errors.RetiredTagError,
    errors.ThreadNotOwnedError,
    errors.UserUnavailableError,
    errors.UserNotFoundError,
    errors.PageRestrictedError,
    errors.RateLimitError,
    errors.LostAnswerError,
    errors.TemporaryError,
    errors.InvalidRequestError,
)
# The keys' types admit None, which no class declares, so that what Meta left out finds nothing.
_BY_PAIR: dict[tuple[int | None, int | None], type[GraphError]] = {
    pair: cls for cls in CLASSES for pair in cls.pairs
}
_BY_SUBCODE: dict[int | None, type[GraphError]] = {
    subcode: cls for cls in CLASSES for subcode in cls.subcodes
}
_BY_CODE: dict[int | None, type[GraphError]] = {code: cls for cls in CLASSES for code in cls.codes}

TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


def class_of(
    code: int | None, subcode: int | None, http_status: int, *, is_transient: bool
) -> type[GraphError]:
    """Return the class for Meta's error: by code, and by status where the code is not known."""
    known = _BY_PAIR.get((code, subcode)) or _BY_SUBCODE.get(subcode) or _BY_CODE.get(code)
    if known is not None:
        return known
    if http_status == TOO_MANY_REQUESTS:
        return errors.RateLimitError
    if is_transient or http_status >= _SERVER_ERROR:
        return errors.TemporaryError
    return GraphError
