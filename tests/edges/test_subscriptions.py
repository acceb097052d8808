"""Which events an app is told."""

import pytest
from edges.played import DONE, Played, all_of, page

from messengerkit.edges import Subscriptions
from messengerkit.errors import InvalidInputError


@pytest.mark.parametrize("answer", [DONE, {"success": "true"}])
async def test_subscribing(answer: dict[str, object]) -> None:
    """One POST with the names of the fields; Meta's pages print its answer in two ways."""
    meta = Played(answer)
    await Subscriptions(meta).subscribe(["messages", "messaging_postbacks"])

    assert meta.asked == (
        "POST",
        "me/subscribed_apps",
        {"subscribed_fields": "messages,messaging_postbacks"},
    )
    assert meta.call.repeatable


@pytest.mark.parametrize("fields", ["messages", [], ["messages&access_token=x"]])
async def test_fields_are_names(fields: list[str]) -> None:
    """What is none is refused before anything is asked."""
    meta = Played()
    with pytest.raises(InvalidInputError, match="fields"):
        await Subscriptions(meta).subscribe(fields)

    assert meta.calls == []


async def test_who_is_told() -> None:
    """Each app, and what it is told about."""
    app = {
        "category": "Messenger bots",
        "link": "https://bot.example",
        "name": "Bot",
        "id": "815000000000001",
        "subscribed_fields": ["messages", "message_echoes"],
    }
    meta = Played(page(app))
    (told,) = await all_of(Subscriptions(meta).list())

    assert meta.asked == ("GET", "me/subscribed_apps", {})
    assert (told.app_id, told.name, told.category) == (815000000000001, "Bot", "Messenger bots")
    assert told.link == "https://bot.example"
    assert told.subscribed_fields == ("messages", "message_echoes")


async def test_unsubscribing() -> None:
    """One DELETE."""
    meta = Played(DONE)
    await Subscriptions(meta).unsubscribe()

    assert meta.asked == ("DELETE", "me/subscribed_apps", {})
    assert meta.call.repeatable
