"""What the answers of all edges have in common, and the lists that come in pages."""

import pytest
from edges.played import Played, all_of, page

from messengerkit._graph import Call
from messengerkit._json import JsonObject
from messengerkit.edges._answers import confirm, id_of
from messengerkit.edges._caller import listed
from messengerkit.edges._paging import walk
from messengerkit.errors import InvalidInputError, UnreadableAnswerError

LIST = Call(method="GET", path=("me", "personas"), parameters={"limit": 2}, repeatable=True)


@pytest.mark.parametrize(
    "answer",
    [
        {"success": True},
        {"success": "true"},
        {"result": "success"},
        {"result": "unlink account success"},
        {"success": True, "thread_owner": {}},
    ],
)
def test_success_has_several_forms(answer: JsonObject) -> None:
    """Meta's pages print it as a truth, as text and as a result; more beside it is no harm."""
    confirm(answer)


@pytest.mark.parametrize("answer", [{}, {"success": False}, {"success": "false"}, {"data": []}])
def test_what_tells_of_no_success_is_unreadable(answer: JsonObject) -> None:
    """It may not have been done."""
    with pytest.raises(UnreadableAnswerError):
        confirm(answer)


@pytest.mark.parametrize(("answer", "found"), [({"id": "5"}, "5"), ({"id": 5}, "5")])
def test_ids_are_text(answer: JsonObject, found: str) -> None:
    """Meta writes them as numbers now and then."""
    assert id_of(answer) == found


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": None}])
def test_what_has_no_id_is_unreadable(answer: JsonObject) -> None:
    """What was made cannot be found again without it."""
    with pytest.raises(UnreadableAnswerError):
        id_of(answer)


@pytest.mark.parametrize("names", ["messages", (), ("messages", "a b"), ("",)])
def test_a_list_of_names_has_names(names: tuple[str, ...]) -> None:
    """One text is not a list, though Python would take it for one of letters."""
    with pytest.raises(InvalidInputError) as caught:
        listed(names, "fields")

    assert caught.value.field == "fields"


async def test_pages_are_followed_by_cursor() -> None:
    """Each next page is the same call, with the cursor that the one before it gave."""
    meta = Played(page({"id": "1"}, {"id": "2"}, after="c1"), page({"id": "3"}, after="c2"), page())

    assert await all_of(walk(meta, LIST)) == [{"id": "1"}, {"id": "2"}, {"id": "3"}]
    assert [call.parameters for call in meta.calls] == [
        {"limit": 2},
        {"limit": 2, "after": "c1"},
        {"limit": 2, "after": "c2"},
    ]
    assert {(call.method, call.path, call.repeatable) for call in meta.calls} == {
        ("GET", ("me", "personas"), True)
    }


async def test_a_page_without_a_next_one_is_the_last() -> None:
    """Its cursors stand there all the same."""
    meta = Played(page({"id": "1"}))

    assert await all_of(walk(meta, LIST)) == [{"id": "1"}]


async def test_an_empty_page_is_the_last() -> None:
    """Even if it names a next one."""
    meta = Played(page(after="c1"))

    assert await all_of(walk(meta, LIST)) == []


async def test_a_page_is_asked_for_when_it_is_needed() -> None:
    """Whoever stops early has not asked for more."""
    meta = Played(page({"id": "1"}, after="c1"))
    async for _row in walk(meta, LIST):
        break

    assert len(meta.calls) == 1


@pytest.mark.parametrize("length", [1, 2, 3, 7])
@pytest.mark.parametrize("straight", [0, 1, 4])
async def test_pages_that_go_round_have_an_end(straight: int, length: int) -> None:
    """Wherever the circle begins and however long it is, it is noticed soon."""
    circle = [f"c{number % length}" for number in range(100)]
    cursors = [f"s{number}" for number in range(straight)] + circle
    meta = Played(*(page({"id": "1"}, after=cursor) for cursor in cursors))
    with pytest.raises(UnreadableAnswerError, match="circle"):
        await all_of(walk(meta, LIST))

    assert len(meta.calls) <= 3 * (straight + length) + 1


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": {}},
        {"data": [{"id": "1"}], "paging": {"next": "https://graph.facebook.com/next"}},
        {"data": [{"id": "1"}], "paging": {"next": "https://x", "cursors": {"after": ""}}},
    ],
)
async def test_what_is_no_page_is_unreadable(answer: JsonObject) -> None:
    """No list, or a next page that cannot be had: a list that is not whole says so."""
    with pytest.raises(UnreadableAnswerError):
        await all_of(walk(Played(answer), LIST))


async def test_what_is_no_object_is_passed_over() -> None:
    """One bad row does not cost the others."""
    meta = Played({"data": [None, {"id": "1"}, "text"]})

    assert await all_of(walk(meta, LIST)) == [{"id": "1"}]
