"""Floor 6: the feed of changes and the keys of replies, in memory."""

from collections.abc import Iterable, Sequence
from itertools import islice

from messengerkit._json import integer
from messengerkit.desk.entries import Change, ReplyKey
from messengerkit.errors import InvalidInputError

from ._tables import Part


class Feed(Part):
    """What a transaction does with changes, and with keys."""

    def reply_key(self, key: str, /) -> ReplyKey | None:
        """Return what was written under this key."""
        return self._tables.keys.get(key)

    def add_reply_key(self, key: ReplyKey, /) -> None:
        """Keep *key*."""
        self._tables.keys.add(key.key, key)

    def add_changes(self, changes: Iterable[Change], /) -> None:
        """Put *changes* at the end of the feed."""
        for one in changes:
            cursor = str(next(self._tables.numbers))
            self._tables.changes.add(cursor, one._replace(cursor=cursor))

    def changes(self, after: str | None, limit: int, /) -> Sequence[Change]:
        """Return the changes after the one with this cursor, oldest first."""
        table = self._tables.changes
        if after is None:
            return list(islice(table.before("all"), 1))
        return list(islice(table.after("all", place=(_number(after),)), limit))


def _number(cursor: str) -> int:
    number = integer(cursor or "0")
    if number is None:
        msg = "after: must be a cursor"
        raise InvalidInputError(msg, field="after")
    return number
