"""People whom a page knows by something else than their PSID, and what it may learn of them."""

import pytest
from sandbox.kit import PERSON, Backend, Graph, as_object

from messengerkit.sandbox import Person, Sandbox

HELLO = {"text": "Hello"}


@pytest.fixture
def ana(sandbox: Sandbox) -> Person:
    """Return somebody who has not written yet."""
    return sandbox.person("Ana Example", psid=PERSON)


async def test_a_ticked_checkbox_opens_the_window(
    ana: Person, subscribed: Backend, graph: Graph
) -> None:
    """The backend hears a `user_ref` and no sender; it may write to it, and learns no PSID."""
    user_ref = await ana.opts_in("from the shop")
    (event,) = subscribed.events()
    status, _, answer = await graph.post({"recipient": {"user_ref": user_ref}, "message": HELLO})

    assert as_object(event["optin"]) == {"ref": "from the shop", "user_ref": user_ref}
    assert "sender" not in event
    assert (status, set(answer)) == (200, {"message_id"})
    assert [one.text for one in ana.inbox] == ["Hello"]


async def test_who_has_blocked_the_page_ticks_nothing(ana: Person) -> None:
    """It would open the window again."""
    ana.blocks()

    with pytest.raises(ValueError, match="has blocked the page"):
        await ana.opts_in()


async def test_a_linking_token_tells_who_it_is(ana: Person, graph: Graph) -> None:
    """Until then the page does not know who logs in."""
    token = ana.starts_linking()

    answer = await graph.get("/v26.0/me", fields="recipient", account_linking_token=token)

    assert answer == {"recipient": PERSON, "id": graph.sandbox.page.id}


async def test_references_are_bounded() -> None:
    """A sandbox that runs for days keeps the newest ones."""
    async with Sandbox(retention=3) as sandbox:
        ana = sandbox.person()
        references = [await ana.opts_in() for _ in range(5)]
        tokens = [ana.starts_linking() for _ in range(5)]

        (page,) = sandbox._world.pages.values()
        assert list(page.references) == references[2:]
        assert list(page.linking) == tokens[2:]


async def test_who_has_no_picture_gets_one(ana: Person, graph: Graph) -> None:
    """A profile always has a picture; it is there, and nothing in it runs."""
    told = await graph.get(f"/v26.0/{PERSON}", fields="profile_pic")
    async with graph.http.get(str(told["profile_pic"])) as response:
        body = await response.read()

    assert ana.psid == PERSON
    assert response.status == 200
    assert response.content_type == "image/svg+xml"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert body.startswith(b"<svg ")
