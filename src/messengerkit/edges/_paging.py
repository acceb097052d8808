"""Floor 5: lists that come in pages, and the one way to walk them.

Platform page: /docs/graph-api/results.
"""

from collections.abc import AsyncIterator

from messengerkit._graph import Call
from messengerkit._inbound import as_text, inner
from messengerkit._json import JsonObject
from messengerkit.errors import UnreadableAnswerError

from ._answers import rows
from ._caller import Caller


async def walk(caller: Caller, call: Call) -> AsyncIterator[JsonObject]:
    """Yield what the pages of *call* list; a page is asked for when it is needed.

    A page may have less than its limit. The last one is empty, or names no next one.

    Raises:
        UnreadableAnswerError: If a page has no list, or the pages have no end.
        MessengerError: Whatever *caller* raises.
    """
    page, number, mark, moves_at = call, 0, "", 1
    while True:
        answer = await caller(page)
        listed = rows(answer)
        after = _after(answer) if listed else None
        if after == mark:
            msg = "Meta's pages go round in a circle."
            raise UnreadableAnswerError(msg)
        for row in listed:
            yield row
        if after is None:
            return
        # The mark moves on at 1, 2, 4, 8 … pages, so that a circle of any length comes
        # back to it, and one cursor is all that is kept (R. P. Brent, 1980).
        number += 1
        if number == moves_at:
            mark, moves_at = after, 2 * moves_at
        page = call._replace(parameters={**call.parameters, "after": after})


def _after(answer: JsonObject) -> str | None:
    """Return the cursor of the next page, or None if there is none.

    Not the URL of the next page, which Meta gives, too: it holds the access token.
    """
    paging = inner(answer, "paging")
    if not paging.get("next"):
        return None
    after = as_text(inner(paging, "cursors").get("after"))
    if not after:
        msg = "Meta's answer has a next page, and no cursor to it."
        raise UnreadableAnswerError(msg)
    return after
