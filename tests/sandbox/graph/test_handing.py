"""A thread that changes hands together with a message."""

import pytest
from sandbox.graph.kit import (
    HI,
    OTHER_APP,
    OWN_APP,
    Api,
    granted,
    message,
    numbers,
)
from sandbox.graph.threads import told, with_default


def test_a_message_passes_the_thread() -> None:
    """To the app that is named, or to the default app; it hears of it after the echo."""
    api = Api()

    granted(api.say(HI, thread_control={"control_type": "pass", "app_id": OTHER_APP.id}))

    assert api.conversation.owner_at(api.time) == OTHER_APP.id
    fields = [one.field for one in api.world.told()]
    assert fields.index("message_echoes") < fields.index("messaging_handovers")
    api = with_default(owner=OWN_APP)
    granted(api.say(HI, thread_control={"control_type": "pass"}))
    assert [app for app, _ in told(api)] == [OWN_APP]


@pytest.mark.parametrize("control_type", ["release", None])
def test_a_message_lets_the_thread_go(control_type: str | None) -> None:
    """That is the default, and nobody is told."""
    api = with_default(owner=OWN_APP)

    granted(api.say(HI, thread_control={"control_type": control_type}))

    assert api.conversation.owner_at(api.time) is None
    assert told(api) == []


@pytest.mark.parametrize(
    ("thread_control", "expected", "words"),
    [
        ("pass", (100, None), "Param thread_control must be a JSON object"),
        (
            {"control_type": "take"},
            (100, None),
            "Param thread_control[control_type] must be one of {pass, release}",
        ),
        (
            {"control_type": "pass"},
            (100, None),
            "The parameter thread_control[app_id] is required",
        ),
        (
            {"control_type": "pass", "app_id": 1},
            (100, 2018164),
            "Invalid app id of the target",
        ),
        ({"to": 1}, (100, None), "The sandbox does not model thread_control[to] yet"),
    ],
)
def test_a_wrong_handing_over_sends_nothing(
    thread_control: object, expected: tuple[int, int | None], words: str
) -> None:
    """The message is refused with it."""
    api = Api()
    before = api.state()

    answer = api.say(HI, thread_control=thread_control)

    assert (numbers(answer), message(answer)) == (expected, f"(#100) {words}")
    assert api.state() == before
