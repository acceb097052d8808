"""Rows of the error table: blocks, windows, threads, private replies, rates and old messages."""

from sandbox.error_table.stage import (
    PAGE,
    SECOND_APP,
    Answer,
    Object,
    Row,
    Scene,
    Stage,
    calls,
    sends,
    to,
    with_app,
    with_rates,
    with_two_apps,
)

from messengerkit.sandbox import Rates
from messengerkit.sandbox.world.meters import Rate

HELLO = {"text": "Hello"}
OUTSIDE = "(#10) This message is sent outside of allowed window."
ONCE = Rate(1, 60)
AUDIO = {"attachment": {"type": "audio", "payload": {"url": "https://cdn.example.com/a.mp3"}}}


def later(span: str, **beside: object) -> Scene:
    """Return a scene in which a text is sent *span* after the person wrote."""

    async def play(stage: Stage) -> Answer:
        stage.sandbox.advance(span)
        return await stage.send(HELLO, **beside)

    return play


def blocked(span: str = "1s", **call: object) -> Scene:
    """Return a scene in which something is sent to a person *span* after they blocked the page."""

    async def play(stage: Stage) -> Answer:
        stage.person.blocks()
        stage.sandbox.advance(span)
        body = {"recipient": {"id": stage.person.psid}, **call}
        return await stage.call("POST", "me/messages", body)

    return play


def not_the_owner(path: str, span: str = "1s", **body: object) -> Scene:
    """Return a scene in which the second app has the thread, and the first one calls."""

    async def play(stage: Stage) -> Answer:
        stage.sandbox.set_default_app(SECOND_APP)
        await stage.person.writes("Hi again")
        stage.sandbox.advance(span)
        recipient = {"id": stage.person.psid}
        return await stage.call("POST", path, {"recipient": recipient, **body})

    return play


def controls(act: str, **body: object) -> Scene:
    """Return a scene in which the control of the thread is asked for or given away."""
    return lambda stage: stage.call(
        "POST", f"me/{act}", {"recipient": {"id": stage.person.psid}, **body}
    )


def replies(times: int, span: str) -> Scene:
    """Return a scene in which a comment is answered *span* after it, so often."""

    async def play(stage: Stage) -> Answer:
        scene = to({"comment_id": stage.person.comments()})
        stage.sandbox.advance(span)
        for _ in range(times - 1):
            await scene(stage)
        return await scene(stage)

    return play


def twice(scene: Scene) -> Scene:
    """Return a scene that is played twice; the first time all is well."""

    async def play(stage: Stage) -> Answer:
        first = await scene(stage)
        assert first.status == 200, first.body
        return await scene(stage)

    return play


def to_another_comment() -> Scene:
    """Return a scene in which a comment is answered for the first time."""
    return lambda stage: to({"comment_id": stage.person.comments()})(stage)


async def an_old_message(stage: Stage) -> Answer:
    """Ask for a message that 20 others came after."""
    mid = await stage.person.writes("How it began")
    for number in range(20):
        await stage.person.writes(f"Message {number}")
    return await stage.call("GET", mid, fields="message")


def _too_often(name: str, rates: Rates, scene: Scene) -> Row:
    return Row(613, None, f"too many {name}", twice(scene), made=with_rates(rates))


NOBODY: Object = {"target_app_id": 77}

ROWS = (
    Row(551, 1545041, "a message to who blocked", blocked(message=HELLO)),
    Row(551, 1545041, "typing to who blocked", blocked(sender_action="typing_on")),
    Row(10, 2018278, "no type after a day", later("24h1s"), OUTSIDE),
    Row(10, 2018278, "RESPONSE after a day", later("25h", messaging_type="RESPONSE"), OUTSIDE),
    Row(10, 2018278, "UPDATE after a day", later("25h", messaging_type="UPDATE"), OUTSIDE),
    Row(
        10,
        2018278,
        "HUMAN_AGENT after 7 days",
        later("7d1s", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"),
        OUTSIDE,
    ),
    Row(
        10,
        2018300,
        "another app's thread",
        not_the_owner("me/messages", message=HELLO),
        made=with_two_apps,
    ),
    Row(
        10,
        2018300,
        "another app's thread, passed",
        not_the_owner("me/pass_thread_control", target_app_id=PAGE.app_id),
        made=with_two_apps,
    ),
    Row(10, None, "taking without a default app", controls("take_thread_control")),
    Row(100, 2018164, "no app of the page", controls("pass_thread_control", **NOBODY)),
    Row(
        100,
        2018164,
        "passed to no app with a message",
        sends(HELLO, thread_control={"control_type": "pass", "app_id": "77"}),
    ),
    Row(100, None, "no target", controls("pass_thread_control")),
    Row(100, None, "control for too long", controls("extend_thread_control", duration=691_200)),
    Row(100, None, "no duration", controls("extend_thread_control")),
    Row(10900, None, "a comment answered twice", replies(2, "1h")),
    Row(10903, None, "a comment of last week", replies(1, "8d")),
    Row(200, 2018027, "a phone number", to({"phone_number": "+12125552368"})),
    Row(9000001, None, "an old message", an_old_message),
    _too_often("messages", Rates(messages=ONCE), sends(HELLO)),
    _too_often("audios", Rates(audio_video=ONCE), sends(AUDIO)),
    _too_often("private replies", Rates(private_replies=ONCE), to_another_comment()),
    _too_often("reads", Rates(conversations=ONCE), calls("GET", "me/conversations")),
    _too_often(
        "profile calls",
        Rates(messenger_profile=ONCE),
        calls("GET", "me/messenger_profile", fields="greeting"),
    ),
    _too_often(
        "calls about a menu",
        Rates(user_settings=ONCE),
        lambda stage: stage.call("GET", "me/custom_user_settings", psid=stage.person.psid),
    ),
    # Where two things are wrong, the earlier one in Meta's order is told.
    Row(551, 1545041, "blocked before outside", blocked("25h", message=HELLO)),
    Row(
        10,
        2018300,
        "another app's before outside",
        not_the_owner("me/messages", "25h", message=HELLO),
        made=with_two_apps,
    ),
    Row(
        200,
        2018028,
        "in development before blocked",
        blocked(message=HELLO),
        made=with_app(development=True),
    ),
    Row(
        200,
        None,
        "permission before recipient",
        calls("POST", "me/messages", {}),
        made=with_app(without=["pages_messaging"]),
    ),
    Row(
        100,
        2018034,
        "contents before recipient",
        calls("POST", "me/messages", {"recipient": {"id": "9999999999999999"}, "message": {}}),
    ),
)
