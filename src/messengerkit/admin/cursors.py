"""Floor 7: where a list of a desk goes on, as one word that a URL can carry."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from messengerkit.desk import Place
from messengerkit.desk.entries import LONG_AGO
from messengerkit.errors import InvalidInputError

_CURSOR = re.compile(r"([0-9])\.([0-9]{1,17})\.([0-9a-f]{32})")
_A_MICROSECOND = timedelta(microseconds=1)


def cursor_of(at: datetime, one: UUID, *, priority: int = 0) -> str:
    """Return the cursor of what stands at this place of a list."""
    return f"{priority}.{(at - LONG_AGO) // _A_MICROSECOND}.{one.hex}"


def place_from(cursor: str, field: str) -> Place:
    """Return the place that *cursor* tells.

    Raises:
        InvalidInputError: If it tells none; it names the *field*.
    """
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        msg = f"{field}: must be the `next` of an earlier answer"
        raise InvalidInputError(msg, field=field)
    at = LONG_AGO + int(found[2]) * _A_MICROSECOND
    return Place(int(found[1]), at, UUID(found[3]))
