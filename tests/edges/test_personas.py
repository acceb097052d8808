"""Personas: made, looked at, listed, deleted."""

import pytest
from edges.played import DONE, Played, all_of, page, refused

from messengerkit.edges import Persona, Personas
from messengerkit.errors import InvalidInputError, InvalidRequestError, UnreadableAnswerError

PICTURE = "https://cdn.example.com/alice.png"
ALICE = {"name": "Alice", "profile_picture_url": PICTURE, "id": "500"}


async def test_a_persona_is_made() -> None:
    """Meta answers with the id alone; the persona that comes back is whole."""
    meta = Played({"id": "500"})
    persona = await Personas(meta).create("Alice", profile_picture_url=PICTURE)

    assert meta.asked == (
        "POST",
        "me/personas",
        {"name": "Alice", "profile_picture_url": PICTURE},
    )
    assert persona == Persona(ALICE)
    assert (persona.id, persona.name, persona.profile_picture_url) == ("500", "Alice", PICTURE)


async def test_making_one_is_not_repeated() -> None:
    """Twice would make two; and Meta fetches the picture before it answers."""
    meta = Played({"id": "500"})
    await Personas(meta).create(name="Alice", profile_picture_url=PICTURE)

    assert (meta.call.repeatable, meta.call.fetches) == (False, True)


@pytest.mark.parametrize(
    ("name", "picture", "field"),
    [
        ("", PICTURE, "name"),
        ("A" * 51, PICTURE, "name"),
        ("\ud800", PICTURE, "name"),
        ("Alice", "http://cdn.example.com/alice.png", "profile_picture_url"),
        ("Alice", "alice.png", "profile_picture_url"),
    ],
)
async def test_limits_are_checked_first(name: str, picture: str, field: str) -> None:
    """Nothing is asked of Meta that it would refuse."""
    meta = Played()
    with pytest.raises(InvalidInputError) as caught:
        await Personas(meta).create(name, profile_picture_url=picture)

    assert (caught.value.field, meta.calls) == (field, [])


async def test_an_answer_without_an_id_is_unreadable() -> None:
    """A persona that cannot be named cannot be used."""
    with pytest.raises(UnreadableAnswerError):
        await Personas(Played({})).create("Alice", profile_picture_url=PICTURE)


async def test_a_persona_is_looked_at() -> None:
    """By its id."""
    meta = Played(ALICE)

    assert await Personas(meta).get("500") == Persona(ALICE)
    assert meta.asked == ("GET", "500", {"fields": "id,name,profile_picture_url"})
    assert meta.call.repeatable


async def test_a_persona_that_is_none() -> None:
    """It is an error: whoever asks for an id believes that it is there."""
    with pytest.raises(InvalidRequestError):
        await Personas(Played(refused(100, 33))).get("500")


async def test_all_personas() -> None:
    """Page after page."""
    meta = Played(page(ALICE, after="c1"), page({"id": "501", "name": "Bob"}))
    names = [persona.name async for persona in Personas(meta).list()]

    assert names == ["Alice", "Bob"]
    assert meta.calls[0].path == ("me", "personas")
    assert meta.calls[0].parameters == {"fields": "id,name,profile_picture_url", "limit": 25}


async def test_a_persona_is_deleted() -> None:
    """Twice is the same as once."""
    meta = Played(DONE)
    await Personas(meta).delete("500")

    assert meta.asked == ("DELETE", "500", {})
    assert meta.call.repeatable


async def test_ids_stay_in_their_place() -> None:
    """What is no id is refused before anything is asked or deleted."""
    meta = Played()
    with pytest.raises(InvalidInputError, match="persona_id"):
        await Personas(meta).delete("500/messages")
    with pytest.raises(InvalidInputError, match="persona_id"):
        await Personas(meta).get("..")

    assert meta.calls == []


async def test_no_persona_at_all() -> None:
    """A page without any has an empty list."""
    assert await all_of(Personas(Played({"data": []})).list()) == []
