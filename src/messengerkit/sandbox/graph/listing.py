"""Floor 8: lists of words in parameters, and lists that are answered in pages; pure.

Platform page: /docs/graph-api/results.
"""

import base64
from collections.abc import Container, Iterable, Sequence
from urllib.parse import urlencode

from messengerkit.sandbox.jsontext import JsonObject, compact

from .ask import Ask
from .reading import Part
from .refusals import Refused, must_be, not_modelled

_LIMIT = 25  # that of a call which names none; Meta's own is not documented
_MOST = 500


def words_of(params: Part, name: str) -> list[str]:
    """Return the words under *name*: a list, or a text with commas."""
    value = params.raw(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    words = params.items(name) or []
    if not all(isinstance(word, str) for word in words):
        raise Refused(must_be(name, "an array of strings"))
    return [str(word) for word in words]


def lower_words_of(params: Part, name: str) -> list[str]:
    """Return the words under *name* in lower case: Meta's own SDK writes enums in upper case."""
    return [word.lower() for word in words_of(params, name)]


def refuse_others(words: Iterable[str], known: Container[str], what: str) -> None:
    """Refuse the first of *words* that is not *known*; *what* says of what kind they are."""
    for word in words:
        if word not in known:
            raise Refused(not_modelled(f"{what} {word}"))


def refuse_instagram(params: Part) -> None:
    """Refuse a call for a platform that the sandbox does not model."""
    if params.one_of("platform", ("messenger", "instagram")) == "instagram":
        raise Refused(not_modelled("the platform instagram"))


def listed(ask: Ask, path: str, ids: Sequence[str]) -> tuple[Sequence[str], JsonObject]:
    """Return the *ids* of the page that *ask* is for, and `paging` where there are any.

    A cursor is the id that a page begins after, or ends before; it stays good while others
    come and go.
    """
    asked = ask.params.number("limit")
    limit = _LIMIT if asked is None else int(asked)
    if not 1 <= limit <= _MOST:
        raise Refused(must_be("limit", f"1 to {_MOST}"))
    first = _position(ask.params, "after", ids, 0)
    before = ask.params.text("before")
    if before:
        end = _position(ask.params, "before", ids, 1) - 1
        first = max(0, end - limit)
        limit = end - first
    found = ids[first : first + limit]
    if not found:
        return (), {}
    cursors = {"before": _cursor(found[0]), "after": _cursor(found[-1])}
    paging: JsonObject = {"cursors": cursors}
    if first + limit < len(ids):
        paging["next"] = _address(ask, path, after=cursors["after"])
    if first > 0:
        paging["previous"] = _address(ask, path, before=cursors["before"])
    return found, {"paging": paging}


def _position(params: Part, name: str, ids: Sequence[str], otherwise: int) -> int:
    cursor = params.text(name)
    if not cursor:
        return otherwise
    for index, identifier in enumerate(ids):
        if _cursor(identifier) == cursor:
            return index + 1
    raise Refused(must_be(name, "a cursor of this list"))


def _cursor(identifier: str) -> str:
    return base64.urlsafe_b64encode(identifier.encode()).decode().rstrip("=")


def _address(ask: Ask, path: str, **cursor: str) -> str:
    """Return the whole URL of another page; Meta's has the access token in it, too."""
    asked = {
        name: value if isinstance(value, str) else compact(value)
        for name, value in ask.call.params.items()
        if name not in {"after", "before", "access_token"}
    }
    known = {"access_token": str(ask.call.token), **asked, **cursor}
    query = urlencode(known, errors="replace")
    return f"{ask.home}/{ask.version}/{path}?{query}"
