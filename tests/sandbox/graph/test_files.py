"""Files that come with a call: the upload edge, a send with a file, and the body in parts."""

import pytest
from sandbox.graph.kit import (
    DAY,
    HI,
    HOME,
    PAGE,
    TO,
    URL,
    Answer,
    Api,
    carried,
    granted,
    medium,
    message,
    numbers,
    template,
)

from messengerkit.sandbox.graph.uploads import LARGEST
from messengerkit.sandbox.jsontext import JsonObject

PNG = ("filedata", "a.png", "image/png", b"\x89PNG\r\n--\r\n\r\n\x00")


def upload(api: Api, attachment: object, *files: tuple[str, str, str, bytes]) -> Answer:
    """Return the answer to an upload of *attachment*."""
    return api.form("me/message_attachments", {"message": {"attachment": attachment}}, *files)


def test_a_file_is_uploaded_and_sent_by_its_id() -> None:
    """Its bytes are kept, under a URL of the sandbox."""
    api = Api()

    answer = granted(upload(api, {"type": "image", "payload": {"is_reusable": True}}, PNG))

    (attachment_id,) = answer.values()
    assert list(answer) == ["attachment_id"]
    granted(api.attach({"attachment_id": attachment_id}, "image"))
    (attachment,) = api.delivered.attachments
    assert (attachment.attachment_id, attachment.name) == (attachment_id, "a.png")
    assert attachment.url.startswith(f"{HOME}/_sandbox/media/")
    kept = api.world.media.find(attachment.url.split("/")[-2])
    assert kept is not None
    assert (kept.data, kept.content_type) == (PNG[3], "image/png")
    assert HOME + kept.path == attachment.url


@pytest.mark.parametrize("attachment", [medium(), {**medium(), "type": "FILE"}])
def test_a_url_is_uploaded_too(attachment: JsonObject) -> None:
    """The call is then plain JSON."""
    api = Api()

    answer = api.post("me/message_attachments", {"message": {"attachment": attachment}})

    attachment_id = granted(answer)["attachment_id"]
    assert api.page.uploads[str(attachment_id)].url == URL
    assert not api.world.ledger.delivered


def test_a_payload_may_be_left_out_of_an_upload() -> None:
    """Then the file alone says what it is."""
    assert "attachment_id" in granted(upload(Api(), {"type": "image"}, PNG))


def test_an_upload_lasts_90_days() -> None:
    """Media that was sent stays; the id does not."""
    api = Api()
    saved = granted(upload(api, {"type": "image"}, PNG))["attachment_id"]

    api.time += 90 * DAY
    api.person.acts(api.time)

    assert numbers(api.attach({"attachment_id": saved}, "image")) == (100, 2018074)


@pytest.mark.parametrize(
    ("kind", "file", "expected"),
    [
        ("image", ("filedata", "a", "audio/mpeg", b"x"), (100, 2018047)),
        ("image", ("filedata", "a", "application/octet-stream", b"x"), (100, 2018047)),
        ("image", ("filedata", "a", "image/png", b""), (100, 2018047)),
        ("video", ("filedata", "a", "video/mp4", b""), (100, 2018294)),
        ("file", ("filedata", "a", "text/plain", bytes(LARGEST + 1)), (100, 2018109)),
        ("image", ("file", "a", "image/png", b"x"), (100, None)),
        ("template", PNG, (100, None)),
        ("sticker", PNG, (100, None)),
    ],
)
def test_a_wrong_file_is_refused(
    kind: str, file: tuple[str, str, str, bytes], expected: tuple[int, int | None]
) -> None:
    """Uploaded or sent, with the same numbers; and nothing of it is kept."""
    api = Api()
    attachment: JsonObject = {"type": kind, "payload": {}}
    before = api.state()

    assert numbers(upload(api, attachment, file)) == expected
    if kind != "template":
        sent: JsonObject = {"recipient": TO, "message": {"attachment": attachment}}
        assert numbers(api.form("me/messages", sent, file)) == expected
    assert api.state() == before


@pytest.mark.parametrize(
    ("attachment", "files"),
    [
        ({"type": "image"}, []),
        ({"type": "image", "payload": {}}, [PNG, PNG]),
        (medium(), [PNG]),
    ],
)
def test_exactly_one_file_is_uploaded(
    attachment: JsonObject, files: list[tuple[str, str, str, bytes]]
) -> None:
    """None, two, or one beside a URL are Meta's own words."""
    answer = upload(Api(), attachment, *files)

    assert message(answer) == (
        "(#100) Incorrect number of files uploaded. Must upload exactly one file."
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "The parameter message is required"),
        ({"message": {}}, "The parameter message[attachment] is required"),
        (
            {"message": {"attachment": {}}},
            "The parameter message[attachment][type] is required",
        ),
        (
            {"message": {"attachment": {"type": "image"}}, "platform": "instagram"},
            "The sandbox does not model the platform instagram yet",
        ),
        (
            {"message": {"attachment": {"type": "image"}}, "platform": "x"},
            "Param platform must be one of {instagram, messenger}",
        ),
        (
            {"message": {"attachment": {"type": "image"}, "text": "x"}},
            "The sandbox does not model message[text] yet",
        ),
        (
            {"message": {"attachment": {"type": "image", "url": URL}}},
            "The sandbox does not model message[attachment][url] yet",
        ),
        (
            {"message": {"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}},
            "The sandbox does not model message[attachment][payload][attachment_id] yet",
        ),
    ],
)
def test_a_wrong_upload_is_refused_in_metas_words(fields: JsonObject, words: str) -> None:
    """From the outside in."""
    answer = Api().form("me/message_attachments", fields, PNG)

    assert message(answer) == f"(#100) {words}"


@pytest.mark.parametrize(
    ("url", "expected"), [("x", (100, None)), ("https://a.invalid/a", (100, 2018008))]
)
def test_a_url_that_cannot_be_fetched_is_not_saved(
    url: str, expected: tuple[int, int | None]
) -> None:
    """Neither what is no URL nor what nobody reaches."""
    api = Api()

    answer = api.post("me/message_attachments", {"message": {"attachment": medium(url=url)}})

    assert numbers(answer) == expected
    assert api.page.uploads == {}


@pytest.mark.parametrize("reusable", [True, False])
def test_a_file_is_sent_with_the_message(*, reusable: bool) -> None:
    """And saved by the way, if it is to be."""
    api = Api()
    attachment = {"type": "image", "payload": {"is_reusable": reusable}}

    answer = granted(
        api.form("me/messages", {"recipient": TO, "message": {"attachment": attachment}}, PNG)
    )

    saved = answer.get("attachment_id")
    assert (saved in api.page.uploads) is reusable
    (attached,) = api.delivered.attachments
    url = attached.url
    assert attached == carried("image", url, str(saved) if reusable else None, "a.png")
    assert url.endswith("/a.png")


def test_a_file_that_is_not_delivered_is_not_kept() -> None:
    """A refusal after the checks of the message leaves neither medium nor id behind."""
    api = Api(elapsed=DAY)
    attachment = {"type": "image", "payload": {"is_reusable": True}}
    fields: JsonObject = {"recipient": TO, "message": {"attachment": attachment}}
    before = api.state()

    assert numbers(api.form("me/messages", fields, PNG)) == (10, 2018278)
    fields["recipient"] = {"id": "2"}
    assert numbers(api.form("me/messages", fields, PNG)) == (100, 2018001)
    assert numbers(api.attach({"url": URL, "is_reusable": True}, "image")) == (10, 2018278)
    assert api.state() == before


def test_an_upload_needs_a_page() -> None:
    """The token of an app is refused before the file is looked at."""
    api = Api()
    before = api.state()

    answer = api.form(
        "me/message_attachments",
        {"message": {"attachment": {"type": "image"}}},
        PNG,
        token=f"{PAGE.app_id}|{PAGE.app_secret}",
    )

    assert numbers(answer) == (190, None)
    assert api.state() == before


@pytest.mark.parametrize(
    "content",
    [
        HI,
        {"attachment": medium()},
        {"attachments": [medium()]},
        {"attachment": {"type": "template", "payload": template("product", elements=[{"id": 1}])}},
    ],
)
def test_a_file_that_has_no_place_is_one_too_many(content: JsonObject) -> None:
    """It would go lost in silence."""
    answer = Api().form("me/messages", {"recipient": TO, "message": content}, PNG)

    assert message(answer).startswith("(#100) Incorrect number of files uploaded.")


def test_several_images_come_by_url_or_id() -> None:
    """One file cannot be all of them."""
    empty: JsonObject = {"type": "image", "payload": {}}

    answer = Api().form(
        "me/messages", {"recipient": TO, "message": {"attachments": [empty, empty]}}, PNG
    )

    assert "does not model several attachments but by url" in message(answer)
