"""What a user of the sandbox may get wrong, and what pages of other origins may not do."""

import pytest
from sandbox.kit import PERSON, Graph

from messengerkit.sandbox import App, Fault, Sandbox

STRANGE = App(id=7, secret="s" * 32)


def test_a_default_app_is_connected() -> None:
    """Or nobody could answer at all; none at all lets everybody answer."""
    Sandbox().set_default_app(None)
    with pytest.raises(ValueError, match="the app 7 is not connected"):
        Sandbox().set_default_app(STRANGE)


@pytest.mark.parametrize("text", ["", "x" * 20_001])
async def test_an_answer_by_hand_has_words(sandbox: Sandbox, text: str) -> None:
    """As many as a person may write."""
    with pytest.raises(ValueError, match="nobody can write an empty text"):
        await sandbox.inbox_writes(PERSON, text)

    assert sandbox.delivered == ()


def test_reads_lag_where_there_are_reads() -> None:
    """A send would use the fault up, and nobody would see why."""
    sandbox = Sandbox()
    with pytest.raises(ValueError, match="script it for that path"):
        sandbox.script(Fault.lagging_reads(5))

    sandbox.script(Fault.lagging_reads(5), path="conversations")
    sandbox.script(Fault.lagging_reads(5), path="any")


def test_a_person_is_shown_by_name() -> None:
    """A failed assertion should say who it was."""
    assert repr(Sandbox().person("Ana Example", psid="7")) == "Person('Ana Example', psid='7')"


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str
)
async def test_no_page_of_another_origin_sends(graph: Graph, headers: dict[str, str]) -> None:
    """A form can be posted from anywhere, and the token of the sandbox is in this source."""
    await graph.sandbox.person_writes(PERSON, "Hi")
    url = f"{graph.sandbox.url}/v26.0/me/messages"
    form = {
        "access_token": graph.sandbox.page.access_token,
        "recipient": f'{{"id":"{PERSON}"}}',
        "message": '{"text":"Not from here"}',
    }
    async with graph.http.post(url, data=form, headers=headers) as response:
        status = response.status
    async with graph.http.post(url, data=form, headers={"Origin": graph.sandbox.url}) as response:
        own = response.status

    assert (status, own) == (403, 200)
    assert len(graph.sandbox.delivered) == 1


async def test_the_get_started_button_is_told(graph: Graph) -> None:
    """Whoever shows a conversation shows it, with its own payload, if the page has it."""
    graph.sandbox.person(psid=PERSON)
    _, before = await graph.control(f"people/{PERSON}/conversation", method="GET")
    await graph.post({"get_started": {"payload": "BEGIN"}}, path="/v26.0/me/messenger_profile")
    _, after = await graph.control(f"people/{PERSON}/conversation", method="GET")

    assert (before["get_started"], after["get_started"]) == (None, "BEGIN")
