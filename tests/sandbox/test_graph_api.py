"""The Graph API as a client meets it: on a socket, in Meta's envelope."""

import io
import json
from urllib.parse import urlencode

import aiohttp
import pytest
from sandbox.kit import PERSON, START, Clock, Graph

from messengerkit.sandbox import Attachment, Delivered, Sandbox

DAY = 86_400
OUT = {"recipient": {"id": PERSON}, "message": {"text": "Hello"}}


async def test_a_message_reaches_the_person(sandbox: Sandbox, graph: Graph) -> None:
    """A granted message has an `m_` id, and is found under it among those delivered."""
    await sandbox.person_writes(PERSON, "Hi")

    status, headers, answer = await graph.post(
        {**OUT, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    )

    (delivered,) = sandbox.delivered
    assert status == 200
    assert headers["Content-Type"] == "application/json; charset=UTF-8"
    assert headers["Facebook-API-Version"] == "v26.0"
    assert delivered == Delivered(
        PERSON,
        delivered.mid,
        "Hello",
        None,
        "MESSAGE_TAG",
        START,
        "HUMAN_AGENT",
        page_id=sandbox.page.id,
        app_id=sandbox.page.app_id,
    )
    assert delivered.message == {"text": "Hello"}
    assert answer == {"recipient_id": PERSON, "message_id": delivered.mid}
    assert delivered.mid.startswith("m_")


async def test_media_reaches_the_person(sandbox: Sandbox, graph: Graph) -> None:
    """A message by URL is answered like a text, and delivered without one."""
    await sandbox.person_writes(PERSON, "Hi")
    url = "https://cdn.example.com/menu.mp4"
    attachment = {"type": "video", "payload": {"url": url}}

    status, _, answer = await graph.post({**OUT, "message": {"attachment": attachment}})

    (delivered,) = sandbox.delivered
    assert (status, answer) == (200, {"recipient_id": PERSON, "message_id": delivered.mid})
    assert (delivered.text, delivered.attachments) == ("", (Attachment("video", url),))


async def test_a_file_reaches_the_person(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    """A file of 25 MiB is read in parts, and can be fetched where the person has it."""
    await sandbox.person_writes(PERSON, "Hi")
    data = b"\x00\r\n--" * (25 * 2**20 // 5)
    form = aiohttp.FormData(
        {
            "recipient": json.dumps(OUT["recipient"]),
            "message": json.dumps({"attachment": {"type": "image", "payload": {}}}),
        },
        quote_fields=False,
        default_to_multipart=True,
    )
    form.add_field("filedata", io.BytesIO(data), filename="Menü.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {sandbox.page.access_token}"}

    async with http.post(f"{sandbox.url}/me/messages", data=form, headers=headers) as response:
        assert response.status == 200, await response.text()

    ((attachment,),) = [one.attachments for one in sandbox.delivered]
    assert (attachment.type, attachment.name) == ("image", "Menü.png")
    async with http.get(attachment.url) as response:
        assert response.content_type == "image/png"
        assert await response.read() == data


async def test_ids_never_repeat(sandbox: Sandbox, graph: Graph) -> None:
    """Every message, from either side, has an id of its own."""
    mids = {await sandbox.person_writes(PERSON, "Hi") for _ in range(3)}
    for _ in range(3):
        await graph.say()

    assert len(mids | {one.mid for one in sandbox.delivered}) == 6


async def test_a_form_is_as_good_as_json(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    """A form with JSON strings and the token in it sends a message."""
    await sandbox.person_writes(PERSON, "Hi")
    form = {
        "recipient": json.dumps(OUT["recipient"]),
        "message": json.dumps(OUT["message"]),
        "access_token": sandbox.page.access_token,
    }

    async with http.post(f"{sandbox.url}/{sandbox.page.id}/messages", data=form) as response:
        assert response.status == 200

    assert [one.text for one in sandbox.delivered] == ["Hello"]


@pytest.mark.parametrize(
    ("token", "code", "word", "message"),
    [
        (
            None,
            2500,
            "invalid_request",
            "An active access token must be used to query information about the current user.",
        ),
        ("wrong", 190, "invalid_token", "Invalid OAuth access token - Cannot parse access token"),
    ],
)
async def test_a_bad_token_is_a_400_with_a_challenge(
    sandbox: Sandbox,
    http: aiohttp.ClientSession,
    token: str | None,
    code: int,
    word: str,
    message: str,
) -> None:
    """Meta answers 400 and not 401, and says the same in `WWW-Authenticate`."""
    query = {"access_token": token} if token else {}

    async with http.get(f"{sandbox.url}/v26.0/me", params=query) as response:
        error = (await response.json())["error"]

        assert response.status == 400
        challenge = f'OAuth "Facebook Platform" "{word}" "{message}"'
        assert response.headers["WWW-Authenticate"] == challenge
    trace = error.pop("fbtrace_id")
    assert error == {"message": message, "type": "OAuthException", "code": code}
    assert trace.startswith("A")


async def test_a_refusal_keeps_to_the_envelope(sandbox: Sandbox, graph: Graph) -> None:
    """Message, type, code, subcode and trace, in Meta's order, and nothing else."""
    status, headers, answer = await graph.post(OUT)

    assert status == 400
    assert headers["Facebook-API-Version"] == "v26.0"
    text = json.dumps(answer, separators=(",", ":"))
    envelope = (
        '{"error":{"message":"(#100) No matching user found","type":"OAuthException",'
        '"code":100,"error_subcode":2018001,"fbtrace_id":"A'
    )
    assert text.startswith(envelope)
    assert text.count(":") == 6
    assert sandbox.delivered == ()


async def test_an_error_that_is_not_oauth_has_no_challenge(graph: Graph) -> None:
    """`WWW-Authenticate` stands beside OAuth errors only."""
    _, headers, _ = await graph.post(OUT, appsecret_proof="0" * 64)

    assert "WWW-Authenticate" not in headers


async def test_a_callers_words_cannot_split_a_header(graph: Graph) -> None:
    """What a caller wrote comes back in the header as harmless text."""
    status, headers, _ = await graph.post({**OUT, "message": {'a"\r\nSet-Cookie: b\u00e4': 1}})

    assert status == 400
    assert "message[a???Set-Cookie: b?]" in headers["WWW-Authenticate"]


async def test_an_expired_version_says_which_one_answered(graph: Graph) -> None:
    """A call to v18.0 is answered by v21.0, and the header tells."""
    _, headers, _ = await graph.post(OUT, path="/v18.0/me/messages")

    assert headers["Facebook-API-Version"] == "v21.0"


async def test_a_body_beyond_all_measure_is_a_graph_error(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    """A body over the server's limit is a code 100 like other unreadable ones."""
    body, kind = io.BytesIO(b"a" * 27 * 2**20), {"Content-Type": "application/json"}

    async with http.post(f"{sandbox.url}/me/messages", data=body, headers=kind) as response:
        assert "the body is too large" in (await response.json())["error"]["message"]

    assert [one.body for one in sandbox.requests] == [b""]


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
async def test_an_unreadable_body_is_a_graph_error(
    sandbox: Sandbox, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    """Bytes that are not JSON, compressed or not, are a code 100 and no crash."""
    headers = {"Content-Type": "application/json", **headers}

    async with http.post(f"{sandbox.url}/me/messages", data=b"{", headers=headers) as response:
        assert "(#100)" in (await response.json())["error"]["message"]


async def test_whoever_leaves_before_the_end_has_asked_nothing(
    sandbox: Sandbox, graph: Graph, clock: Clock
) -> None:
    """Half a request is neither answered nor recorded, and no crash."""
    clock.asked.clear()
    _, writer = await graph.connect(b"{", missing=1)
    await clock.asked.wait()

    writer.close()
    await writer.wait_closed()
    await sandbox.aclose()

    assert sandbox.requests == ()


async def test_the_window_shuts_24_hours_after_the_last_act(
    sandbox: Sandbox, graph: Graph, clock: Clock
) -> None:
    """Writing and tapping both open the window anew."""
    await sandbox.person_writes(PERSON, "Hi")
    clock.time += DAY
    assert "2018278" in str(await graph.say())

    await sandbox.person_taps(PERSON, "MENU", "Menu")

    assert "message_id" in str(await graph.say())


async def test_every_call_is_remembered_without_its_token(
    sandbox: Sandbox, http: aiohttp.ClientSession, clock: Clock
) -> None:
    """Header, query and both kinds of body show that there was a token, and not which."""
    token, url = sandbox.page.access_token, f"{sandbox.url}/v26.0/me/messages"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    await http.post(url, headers={"Authorization": f"Bearer {token}"}, json=OUT)
    await http.post(url, headers={"Authorization": token}, params={"access_token": token})
    await http.post(url, json={"access_token": token, "tag": "x"})
    await http.post(url, data=urlencode({"tag": "x", "access_token": token}), headers=form)

    header, query, body, encoded = sandbox.requests
    assert (header.method, header.path, header.status) == ("POST", "/v26.0/me/messages", 400)
    assert json.loads(header.body) == OUT
    assert header.at == clock.time
    assert header.headers["authorization"] == "Bearer ***"
    assert query.headers["authorization"] == "***"
    assert query.query == {"access_token": "***"}
    assert json.loads(body.body) == {"access_token": "***", "tag": "x"}
    assert encoded.body == b"tag=x&access_token=***"
    assert token not in repr(sandbox.requests)


async def test_waiting_ends_when_the_message_is_there(sandbox: Sandbox, graph: Graph) -> None:
    """One waits by PSID or by any rule; what was delivered before counts."""
    await sandbox.person_writes(PERSON, "Hi")
    await graph.say("first")
    await graph.say("second")

    assert (await sandbox.wait_for_delivery(PERSON)).text == "first"
    assert (await sandbox.wait_for_delivery(lambda one: one.text == "second")).text == "second"


async def test_waiting_in_vain_ends_in_a_timeout(sandbox: Sandbox) -> None:
    """Nothing delivered in time is a TimeoutError that tells how many there were."""
    with pytest.raises(TimeoutError, match="of 0 delivered messages none matched"):
        await sandbox.wait_for_delivery(PERSON, timeout=0)
