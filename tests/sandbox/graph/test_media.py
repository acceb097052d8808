"""Media in a message: by URL, by id, several at once; and what is saved by the way."""

import pytest
from sandbox.graph.kit import (
    DAY,
    EMPTY,
    URL,
    Answer,
    Api,
    carried,
    granted,
    medium,
    message,
    numbers,
)

from messengerkit.sandbox.jsontext import JsonObject

IMAGE = medium()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "menu.png",
        "//cdn.example.com/menu.png",
        "ftp://cdn.example.com/menu.png",
        "file:///menu.png",
        "data:image/png;base64,AA==",
        "https:///menu.png",
        "http://localhost:8000/menu.png",
        "https://minio/menu.png",
        "https://cdn.example.com:port/menu.png",
        "https://[cdn.example.com/menu.png",
        " https://cdn.example.com/menu.png",
        "https://cdn.example.com/the menu.png",
        "https://cdn.example.com/menu.png\n",
        "https://cdn.example.com/\ud83d",
    ],
)
def test_what_is_no_url_is_refused_with_what_was_given(url: str) -> None:
    """Neither http nor https, no public host, or characters that no URL has."""
    answer = Api().attach({"url": url}, "file")

    assert numbers(answer) == (100, None)
    assert message(answer) == f"(#100) {url} should represent a valid URL"


def test_a_host_that_nobody_reaches_is_not_fetched() -> None:
    """`.invalid` is no domain: 100/2018008, as Meta says of a dead link."""
    assert numbers(Api().attach({"url": "https://cdn.invalid/a.png"}, "image")) == (100, 2018008)


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file", "IMAGE"])
@pytest.mark.parametrize("url", [URL, "http://203.0.113.7:8080/a?b#c", "HTTPS://A.EXAMPLE"])
@pytest.mark.parametrize("text", [{}, {"text": ""}, {"text": None}])
def test_media_by_url_goes_out(kind: str, url: str, text: JsonObject) -> None:
    """The four kinds, over http as well as https; an empty text beside them is none."""
    api = Api()

    granted(api.say({"attachment": medium(kind, url), "metadata": "k", **text}))

    assert api.delivered.attachments == (carried(kind.lower(), url),)
    assert (api.delivered.text, api.delivered.metadata) == ("", "k")


@pytest.mark.parametrize("reusable", [True, "true", "1", 1])
def test_what_is_reusable_is_saved_by_the_way(reusable: object) -> None:
    """The answer has its id, which sends it again."""
    api = Api()

    saved = granted(api.attach({"url": URL, "is_reusable": reusable}, "image"))["attachment_id"]

    assert isinstance(saved, str)
    assert api.delivered.attachments == (carried("image", URL, saved),)
    again = granted(api.attach({"attachment_id": saved, "is_reusable": True}, "image"))
    assert "attachment_id" not in again
    assert api.world.ledger.delivered[-1].attachments == (carried("image", URL, saved),)
    assert len(api.page.uploads) == 1


@pytest.mark.parametrize("reusable", [False, None, "false", "0", 0])
def test_what_is_not_reusable_is_not_saved(reusable: object) -> None:
    """The answer has no id of it."""
    api = Api()

    answer = granted(api.attach({"url": URL, "is_reusable": reusable}, "image"))

    assert "attachment_id" not in answer
    assert api.page.uploads == {}


@pytest.mark.parametrize("kind", ["image", "video"])
def test_an_unknown_id_is_refused(kind: str) -> None:
    """100/2018074 for one that never was, and for one of another kind."""
    api = Api()
    saved = granted(api.attach({"url": URL, "is_reusable": True}, "audio"))["attachment_id"]

    assert numbers(api.attach({"attachment_id": saved}, kind)) == (100, 2018074)
    assert numbers(api.attach({"attachment_id": 7}, kind)) == (100, 2018074)


def test_an_id_is_good_for_90_days() -> None:
    """As a number or as text; then it is as unknown as any."""
    api = Api()
    saved = granted(api.attach({"url": URL, "is_reusable": True}, "image"))["attachment_id"]
    assert isinstance(saved, str)

    api.time += 90 * DAY - 1
    api.person.acts(api.time)
    granted(api.attach({"attachment_id": int(saved)}, "image"))
    api.time += 1

    assert numbers(api.attach({"attachment_id": saved}, "image")) == (100, 2018074)


def test_the_oldest_ids_are_forgotten() -> None:
    """No more are kept than anything else."""
    api = Api(retention=2)

    ids = [
        granted(api.attach({"url": URL, "is_reusable": True}, "image"))["attachment_id"]
        for _ in range(3)
    ]

    assert list(api.page.uploads) == ids[1:]


def several(*attachments: object) -> Answer:
    """Return the answer to a message of several attachments."""
    return Api().say({"attachments": list(attachments)})


def test_several_images_are_one_message() -> None:
    """By URL or by id, in their order."""
    api = Api()
    saved = granted(api.attach({"url": URL, "is_reusable": True}, "image"))["attachment_id"]
    assert isinstance(saved, str)
    by_id = {"type": "image", "payload": {"attachment_id": saved}}

    granted(api.say({"attachments": [medium(url="https://a.example/1.png"), by_id]}))

    assert api.world.ledger.delivered[-1].attachments == (
        carried("image", "https://a.example/1.png"),
        carried("image", URL, saved),
    )


@pytest.mark.parametrize(
    ("attachments", "code", "words"),
    [
        ([], 194, "(#194) param message[attachments] has too few elements."),
        ([IMAGE] * 11, 105, "(#105) param message[attachments] has too many elements."),
        ([7], 100, "(#100) Param message[attachments][0] must be a JSON object"),
        (
            [IMAGE, {"type": "image", "payload": EMPTY}],
            100,
            "(#100) The parameter message[attachments][1][payload][url] is required",
        ),
        (
            [medium("video")],
            100,
            "(#100) The sandbox does not model several attachments that are no images yet",
        ),
        (
            [medium(is_reusable=True)],
            100,
            "(#100) The sandbox does not model several attachments but by url or attachment_id yet",
        ),
    ],
)
def test_wrong_images_are_refused(attachments: list[object], code: int, words: str) -> None:
    """One to ten images, and nothing else."""
    answer = several(*attachments)

    assert (numbers(answer), message(answer)) == ((code, None), words)
