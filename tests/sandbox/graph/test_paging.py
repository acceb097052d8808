"""Lists that are told in pages: limits, cursors, and whole URLs."""

from urllib.parse import urlsplit

import pytest
from sandbox.graph.kit import (
    HOME,
    PAGE,
    Api,
    cursor,
    granted,
    message,
    numbers,
    page_of,
)

from messengerkit.sandbox.jsontext import JsonObject, is_object


def test_lists_are_told_in_pages() -> None:
    """Forwards and backwards, until there is no next one; and `next` is a whole URL."""
    api = Api()
    mids = [api.writes().mid for _ in range(5)][::-1]

    first, paging = page_of(api, limit="2")
    second, then = page_of(api, limit="2", after=cursor(paging, "after"))
    third, last = page_of(api, limit="2", after=cursor(then, "after"))

    assert [*first, *second, *third] == mids
    assert set(paging) == {"cursors", "next"}
    assert set(then) == {"cursors", "next", "previous"}
    assert set(last) == {"cursors", "previous"}
    assert page_of(api, limit="2", after=cursor(last, "after")) == ([], {})
    assert page_of(api, limit="2", before=cursor(last, "before"))[0] == second
    assert page_of(api, limit="2", before=cursor(paging, "before")) == ([], {})
    assert page_of(api, limit="9", before=cursor(last, "before"))[0] == mids[:4]
    assert page_of(api, limit="2", before="", after="")[0] == first
    following = urlsplit(str(paging["next"]))
    assert f"{following.scheme}://{following.netloc}" == HOME
    assert following.path == f"/v26.0/{api.conversation.id}/messages"
    assert f"access_token={PAGE.access_token}&limit=2&after=" in following.query


def test_a_cursor_stays_good_while_messages_come() -> None:
    """What is new stands before it, and nothing is told twice."""
    api = Api()
    mids = [api.writes().mid for _ in range(3)][::-1]
    first, paging = page_of(api, limit="2")
    api.writes()

    assert first == mids[:2]
    assert page_of(api, limit="2", after=cursor(paging, "after"))[0] == mids[2:]


@pytest.mark.parametrize("limit", ["1", "500", "1.5"])
def test_a_limit_is_a_number(limit: str) -> None:
    """1 to 500."""
    api = Api()
    api.writes()

    assert page_of(api, limit=limit)[0]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "nan", "inf", "1e999", ""])
def test_a_wrong_limit_is_refused(limit: str) -> None:
    """And no crash, whatever Python takes for a number."""
    api = Api()

    answer = api.get(f"{api.conversation.id}/messages", limit=limit)

    assert numbers(answer) == (100, None)
    assert message(answer).startswith("(#100) Param limit must be ")


def test_the_limit_is_25_unless_it_is_named() -> None:
    """Meta's own is not documented."""
    api = Api()
    for _ in range(26):
        api.writes()

    assert len(page_of(api)[0]) == 25


def test_a_next_page_keeps_what_was_asked() -> None:
    """Parameters that came as JSON, or with half a character, are written as text."""
    api = Api()
    for _ in range(2):
        api.writes()
    asked: JsonObject = {"limit": 1, "fields": ["id"], "x": "\ud83d"}

    answer = api.call("GET", f"{api.conversation.id}/messages", asked)

    paging = granted(answer)["paging"]
    assert is_object(paging)
    assert "&limit=1&fields=%5B%22id%22%5D&x=%3F&after=" in str(paging["next"])
