"""What a text may have besides, without a desk: attachments after it, and what it answers."""

import json
from pathlib import Path

import pytest
from admin.kit import PERSON, SEND, TEXT, Panel, guide_body, guide_headers, read, records

from messengerkit.admin import AdminRequest
from messengerkit.sandbox import Fault, Sandbox

ATTACH = "/admin/send-attachment"
FIRST, SECOND = "https://cdn.example.com/a.png", "https://cdn.example.com/b.pdf"
MEDIA = [{"type": "image", "url": FIRST}, {"type": "file", "url": SECOND}]
WINDOW = Fault.graph_error(10, 2018278)


async def test_attachments_follow_the_text(panel: Panel, sandbox: Sandbox, journal: Path) -> None:
    """One by one, in their order, and each is recorded; the answer is the text's."""
    done = await panel.send(attachments=MEDIA)

    text, *media = sandbox.delivered
    assert [text.text, *(one.attachments[0].url for one in media)] == [TEXT, FIRST, SECOND]
    assert (done.status, done.data["message_id"]) == (200, text.mid)
    assert [(one["action"], one["outcome"]) for one in records(journal)] == [
        ("send_message", "sent"),
        ("send_attachment", "sent"),
        ("send_attachment", "sent"),
    ]


@pytest.mark.parametrize(
    ("fault", "rest", "in_doubt", "code"),
    [
        (WINDOW, f"{FIRST}\n{SECOND}", None, "outside_window"),
        (Fault.reset(), SECOND, FIRST, "delivery_unknown"),
    ],
    ids=["refused", "unknown"],
)
async def test_only_the_text_arrived(
    panel: Panel, sandbox: Sandbox, fault: Fault, rest: str, in_doubt: str | None, code: str
) -> None:
    """A 202 that tells what is left: whoever reads a failure sends the text again."""
    sandbox.script(Fault.slow(0.0))
    sandbox.script(fault)
    done = await panel.send(attachments=MEDIA)

    (text,) = sandbox.delivered
    assert (done.status, done.data["delivery"], done.data["sent"]) == (202, "partial", [text.mid])
    assert (done.data["rest"], done.data["in_doubt"]) == (rest, in_doubt)
    problem = done.data["problem"]
    assert isinstance(problem, dict)
    assert problem["code"] == code


async def test_what_was_sent_in_part_is_not_sent_again(panel: Panel, sandbox: Sandbox) -> None:
    """The key keeps the answer, as it does for what nobody knows."""
    sandbox.script(Fault.slow(0.0))
    sandbox.script(WINDOW)
    request = AdminRequest(
        method="POST",
        path=SEND,
        headers=(*guide_headers(), ("Idempotency-Key", "k-1")),
        body=json.dumps(guide_body(attachments=MEDIA)).encode(),
    )
    face = panel.face
    first, again = [read(await face.respond(SEND, request)) for _ in range(2)]

    assert (first.status, again.status, again.data) == (202, 202, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(sandbox.delivered) == 1


async def test_the_text_itself_was_refused(panel: Panel, sandbox: Sandbox) -> None:
    """Then nothing is out, and nothing more is tried."""
    sandbox.script(WINDOW)
    done = await panel.send(attachments=MEDIA)

    assert (done.status, len(sandbox.delivered)) == (502, 0)


async def test_an_answer_to_a_message_is_one(panel: Panel, sandbox: Sandbox) -> None:
    """The person sees to what it answers: the text alone, not what follows it."""
    mid = await sandbox.person_writes(PERSON, "Which one?")
    done = await panel.send(reply_to=mid, attachments=MEDIA[:1])

    assert done.status == 200
    assert [one.reply_to for one in sandbox.delivered] == [mid, None]


async def test_media_may_answer_a_message(panel: Panel, sandbox: Sandbox) -> None:
    """By its URL as well."""
    mid = await sandbox.person_writes(PERSON, "Show me.")
    body = {**guide_body(), **MEDIA[0], "reply_to": mid}
    del body["message_text"]
    done = read(await panel.ask(json.dumps(body).encode(), guide_headers(), ATTACH))

    assert done.status == 200
    assert [one.reply_to for one in sandbox.delivered] == [mid]


async def test_who_has_it_is_not_looked_at(panel: Panel) -> None:
    """Without a desk nobody has a conversation; a backend of one's own may look."""
    assert (await panel.send(version=7, take_over=True)).status == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attachments": MEDIA * 6}, "attachments"),
        ({"attachments": [{"type": "link", "url": FIRST}]}, "attachments.0.type"),
        ({"attachments": [{"type": "image", "url": "http://a.example/"}]}, "attachments.0.url"),
        ({"attachments": [MEDIA[0] | {"x": 1}]}, "attachments.0.x"),
        ({"reply_to": ""}, "reply_to"),
        ({"reply_to": "m" * 1001}, "reply_to"),
        ({"reply_to": "m\n"}, "reply_to"),
        ({"version": -1}, "version"),
        ({"take_over": None}, "take_over"),
    ],
)
async def test_what_is_wrong_is_refused(
    panel: Panel, sandbox: Sandbox, changes: dict[str, object], field: str
) -> None:
    """It names the field, and nothing is sent."""
    done = await panel.send(guide_body(**changes))

    assert (done.status, done.error["field"]) == (422, field)
    assert len(sandbox.delivered) == 0
