"""Files on their way to Meta: what is refused here, what is sent, and what is sent again."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack
from urllib.parse import parse_qs, urlsplit

import aiohttp
import faults
import pytest
from aiohttp import web
from multidict import CIMultiDictProxy
from networks import LOST, REFUSED, Network, client_on, error
from typing_extensions import TypedDict, override
from waits import Waits

from messengerkit import (
    AiohttpTransport,
    Audio,
    File,
    Image,
    InvalidInputError,
    InvalidRequestError,
    MessengerClient,
    Phase,
    Retry,
    TransportError,
    UnreadableAnswerError,
    Uploaded,
    Video,
)
from messengerkit._graph import Request
from messengerkit._multipart import Streamed
from messengerkit.messages import AttachmentType
from messengerkit.outgoing import UploadOptions
from messengerkit.uploads import MAX_UPLOAD, Source, source_of

ACCEPTED = (200, {"attachment_id": "1857777774821032"})
PIECE = 256 * 1024
CONTENT = bytes(range(256)) * 3000  # 768,000 bytes: three pieces


class Given(TypedDict, total=False):
    """What `source_of` is given; the rest is None."""

    path: str | os.PathLike[str]
    data: bytes
    stream: AsyncIterator[bytes]
    filename: str
    content_type: str
    size: int


async def source(kind: AttachmentType = "image", **given: Unpack[Given]) -> Source:
    """Return the source of a file."""
    return await source_of(
        kind,
        path=given.get("path"),
        data=given.get("data"),
        stream=given.get("stream"),
        filename=given.get("filename"),
        content_type=given.get("content_type"),
        size=given.get("size"),
    )


async def refusal(kind: AttachmentType = "image", **given: Unpack[Given]) -> InvalidInputError:
    """Return why there is no such source."""
    with pytest.raises(InvalidInputError) as caught:
        await source(kind, **given)
    return caught.value


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    """Give *pieces*."""
    for piece in pieces:
        yield piece


async def broken(*pieces: bytes) -> AsyncIterator[bytes]:
    """Give *pieces*, and break."""
    for piece in pieces:
        yield piece
    raise KeyError


async def whole(pieces: Callable[[], AsyncIterator[bytes]]) -> bytes:
    """Return all that *pieces* gives."""
    return b"".join([piece async for piece in pieces()])


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file of three pieces."""
    file = tmp_path / "menu.png"
    file.write_bytes(CONTENT)
    return file


def sparse(folder: Path, size: int) -> Path:
    """Return a file in *folder* that has *size* bytes, and needs no room."""
    file = folder / "large.png"
    with file.open("wb") as opened:
        opened.truncate(size)
    return file


class Huge(bytes):
    """Bytes that say there are too many of them, by one."""

    __slots__ = ()

    @override
    def __len__(self) -> int:
        return MAX_UPLOAD + 1


async def test_exactly_one_source_is_wanted(image: Path) -> None:
    """None, two or three of them are a mistake, and nothing is read."""
    wrong = [
        Given(),
        Given(path=image, data=b"x"),
        Given(data=b"", stream=stream()),
        Given(path="", stream=stream()),
        Given(path=image, data=b"x", stream=stream()),
    ]
    for given in wrong:
        refused = await refusal(**given)

        assert refused.field == "path"
        assert "exactly one of path, data and stream" in str(refused)


async def test_a_path_is_read_in_pieces_and_again(image: Path) -> None:
    """As text or as a path; its name and its media type are those of the file."""
    for path in (image, str(image)):
        found = await source(path=path)
        pieces = [piece async for piece in found.pieces()]

        assert (found.filename, found.content_type) == ("menu.png", "image/png")
        assert (found.size, found.repeatable) == (len(CONTENT), True)
        assert [len(piece) for piece in pieces] == [PIECE, PIECE, len(CONTENT) - 2 * PIECE]
        assert b"".join(pieces) == CONTENT
        assert await whole(found.pieces) == CONTENT


async def test_bytes_are_given_in_pieces_and_again() -> None:
    """They have no name of their own, so it is that of their kind."""
    found = await source(data=CONTENT, content_type="image/png")

    assert (found.filename, found.content_type) == ("image", "image/png")
    assert (found.size, found.repeatable) == (len(CONTENT), True)
    assert [len(piece) async for piece in found.pieces()] == [PIECE, PIECE, len(CONTENT) % PIECE]
    assert await whole(found.pieces) == CONTENT


@pytest.mark.parametrize("size", [None, 5])
async def test_a_stream_is_given_as_it_comes_and_only_once(size: int | None) -> None:
    """Nobody knows its size, unless it is told; pieces without bytes are left out."""
    given = Given(stream=stream(b"ab", b"", b"cde"), filename="a.png")
    found = await source(**(given if size is None else given | Given(size=size)))

    assert (found.size, found.repeatable) == (size, False)
    assert [piece async for piece in found.pieces()] == [b"ab", b"cde"]


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
async def test_no_byte_is_lost_at_the_edge_of_a_piece(size: int, tmp_path: Path) -> None:
    """The last piece may be full, or a single byte."""
    content = CONTENT[:size]
    (file := tmp_path / "a.png").write_bytes(content)

    for given in (Given(path=file), Given(data=content, filename="a.png")):
        assert await whole((await source(**given)).pieces) == content


@pytest.mark.parametrize("name", ["gone.png", "", ".", "nul\0.png", "menu.png/a.png", "x" * 5000])
async def test_a_path_without_a_file_is_refused(name: str, image: Path) -> None:
    """A folder is no file, either; the message does not repeat the path."""
    refused = await refusal("file", path=os.path.join(image.parent, name) if name else "")  # noqa: PTH118  # pathlib refuses some

    assert refused.field == "path"
    assert str(refused) == "path: there is no such file, or it cannot be read"
    assert refused.__context__ is None


@pytest.mark.skipif(sys.platform == "win32", reason="THERE ARE NO SUCH PIPES")
async def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """To open it would wait for who writes, which may be nobody."""
    os.mkfifo(pipe := tmp_path / "a.png")

    assert (await refusal(path=pipe)).field == "path"


async def test_a_file_that_may_not_be_read_is_refused_before_anything_is_sent(
    image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is there is not enough."""

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", forbidden)

    assert (await refusal(path=image)).field == "path"


async def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """Meta would refuse it, too, and less clearly; a size below 1 is none."""
    for given in (
        Given(path=sparse(tmp_path, 0)),
        Given(data=b"", filename="a.png"),
        Given(stream=stream(), filename="a.png", size=0),
        Given(stream=stream(), filename="a.png", size=-1),
    ):
        refused = await refusal(**given)

        assert (refused.field, str(refused)) == ("file", "file: must not be empty")


async def test_25_mb_are_taken_and_not_a_byte_more(tmp_path: Path) -> None:
    """The edge belongs to what is taken."""
    edge = await source(path=sparse(tmp_path, MAX_UPLOAD))
    told = await source(stream=stream(), filename="a.png", size=MAX_UPLOAD)

    assert edge.size == told.size == MAX_UPLOAD == 26_214_400
    for given in (
        Given(path=sparse(tmp_path, MAX_UPLOAD + 1)),
        Given(data=Huge(), filename="a.png"),
        Given(stream=stream(), filename="a.png", size=MAX_UPLOAD + 1),
    ):
        refused = await refusal(**given)

        assert refused.field == "file"
        assert "at most 26214400 bytes (25 MB), and has 26214401" in str(refused)


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("image", "menu.png", "image/png"),
        ("image", "MENU.JPG", "image/jpeg"),
        ("image", "menu.webp", "image/webp"),
        ("image", "http://a.example/x?y=.gif", "image/gif"),
        ("image", "data:text/plain,x.png", "image/png"),
        ("image", "//[x.png", "image/png"),
        ("video", "tour.mp4", "video/mp4"),
        ("video", "tour.mov", "video/quicktime"),
        ("video", "tour.m4v", "video/mp4"),
        ("video", "tour.ogv", "video/ogg"),
        ("audio", "hello.mp3", "audio/mpeg"),
        ("audio", "hello.m4a", "audio/mp4"),
        ("audio", "hello.ogg", "audio/ogg"),
        ("file", "bill.pdf", "application/pdf"),
        ("file", "menu.png", "image/png"),
        ("file", "backup.tar.gz", "application/octet-stream"),
        ("file", "menu.svgz", "application/octet-stream"),
        ("file", "what.nobody-knows", "application/octet-stream"),
        ("file", "README", "application/octet-stream"),
    ],
)
async def test_the_media_type_is_told_by_the_name(
    kind: AttachmentType, name: str, expected: str
) -> None:
    """By its end, whatever stands before it, and the same on every machine."""
    assert (await source(kind, data=b"x", filename=name)).content_type == expected


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("image", "image/png"),
        ("image", "Image/PNG"),
        ("video", "video/x-matroska"),
        ("audio", "audio/vnd.wave"),
        ("file", "application/vnd.ms-excel"),
        ("file", "image/svg+xml"),
    ],
)
async def test_a_media_type_that_is_told_is_believed(kind: AttachmentType, given: str) -> None:
    """Before the name; upper and lower case are the same."""
    found = await source(kind, data=b"x", filename="a.bin", content_type=given)

    assert found.content_type == given


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("image", Given(filename="tour.mp4"), "of the kind image/…, and 'video/mp4' is not one"),
        ("image", Given(content_type="video/mp4"), "image/…, and 'video/mp4' is not one"),
        ("video", Given(filename="menu.png"), "video/…, and 'image/png' is not one"),
        ("audio", Given(filename="what.nobody-knows"), "audio/…, and none is known"),
        ("audio", Given(), "audio/…, and none is known"),
        ("image", Given(filename="menu.svgz"), "image/…, and none is known"),
        ("image", Given(content_type="image/"), "'image/' is not one"),
        ("image", Given(content_type="image/png\r\nX-Evil: 1"), "is not one"),
        ("image", Given(content_type="image/png; a=b"), "is not one"),
        ("image", Given(content_type="image/" + "x" * 65), "is not one"),
        ("file", Given(content_type="pdf"), "must be a media type, and 'pdf' is not one"),
        ("file", Given(content_type="a/b\n"), "must be a media type, and 'a/b\\n' is not one"),
    ],
)
async def test_a_media_type_that_meta_would_refuse_is_refused(
    kind: AttachmentType, given: Given, told: str
) -> None:
    """Meta says so (100/2018047) only once it has the whole file."""
    refused = await refusal(kind, **(given | Given(data=b"x")))

    assert refused.field == "content_type"
    assert told in str(refused)


async def test_a_kind_that_is_none_is_refused() -> None:
    """Whoever has no type checker is told by the field."""
    refused = await refusal("sticker", data=b"x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # on purpose

    assert (refused.field, str(refused)) == (
        "kind",
        "kind: must be one of image, video, audio, file",
    )


async def test_a_name_that_is_told_is_taken_before_the_files(image: Path) -> None:
    """With everything in it: the form makes it safe, and the rest keeps its letters."""
    name = 'Día "uno"\r\nX-Evil: 1.png'
    found = await source(path=image, filename=name)

    assert (found.filename, found.content_type) == (name, "image/png")


def of(*pieces: bytes, size: int | None = None) -> Source:
    """Return a source of *pieces* that is said to have *size* bytes."""
    return Source(
        filename="a.png", content_type="image/png", size=size, pieces=lambda: stream(*pieces)
    )


@pytest.mark.parametrize("size", [None, 6])
async def test_progress_is_told_of_each_piece_once_it_has_left(size: int | None) -> None:
    """How many bytes so far, and of how many, if anybody knows; a repetition begins anew."""
    told: list[tuple[int, int | None]] = []
    watched = of(b"ab", b"c", b"def", size=size).watched(
        lambda sent, of_all: told.append((sent, of_all))
    )
    pieces = watched()

    assert await anext(pieces) == b"ab"
    assert told == []
    assert [piece async for piece in pieces] == [b"c", b"def"]
    assert told == [(2, size), (3, size), (6, size)]
    assert await whole(watched) == b"abcdef"
    assert told[3:] == told[:3]


async def test_nobody_need_watch() -> None:
    """Without progress the pieces are the same."""
    assert await whole(of(b"ab", b"c").watched(None)) == b"abc"


async def test_a_progress_that_fails_is_named() -> None:
    """It ends the upload; its own error is the cause."""

    def fails(_sent: int, _size: int | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(InvalidInputError, match="ZeroDivisionError") as caught:
        await whole(of(b"ab").watched(fails))

    assert caught.value.field == "progress"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


async def until_refused(given: Source) -> tuple[bytes, InvalidInputError]:
    """Return what *given* lets go, and the error that ends it."""
    left = bytearray()

    async def each() -> None:
        async for piece in given.watched(None)():
            left.extend(piece)

    with pytest.raises(InvalidInputError) as caught:
        await each()
    return bytes(left), caught.value


async def test_a_stream_is_cut_before_the_byte_that_is_too_much() -> None:
    """What is more than 25 MB is not sent, even if nobody knew before."""
    million = bytes(2**20)
    left, refused = await until_refused(of(*[million] * 25, b"x"))

    assert refused.field == "file"
    assert "25 MB" in str(refused)
    assert len(left) == MAX_UPLOAD
    assert len(await whole(of(*[million] * 25).watched(None))) == MAX_UPLOAD


@pytest.mark.parametrize(
    ("pieces", "size", "told", "left"),
    [
        ((b"abc",), 4, "was to have 4 bytes, and had 3", b"abc"),
        ((b"abc", b"de"), 4, "was to have 4 bytes, and had 5 or more", b"abc"),
        ((b"abcde",), 4, "was to have 4 bytes, and had 5 or more", b""),
        ((), 4, "was to have 4 bytes, and had 0", b""),
        ((), None, "must not be empty", b""),
    ],
)
async def test_a_file_that_is_not_as_long_as_told_is_an_error(
    pieces: tuple[bytes, ...], size: int | None, told: str, left: bytes
) -> None:
    """Meta would wait for what does not come, or take what is too much for something else."""
    found, refused = await until_refused(of(*pieces, size=size))

    assert refused.field == "file"
    assert told in str(refused)
    assert found == left


def cut(file: Path) -> None:
    """Take the end of *file* away."""
    os.truncate(file, len(CONTENT) - 1)


def longer(file: Path) -> None:
    """Add to *file*."""
    os.truncate(file, len(CONTENT) + 1)


def other(file: Path) -> None:
    """Put another file of the same size in the place of *file*."""
    file.write_bytes(bytes(len(CONTENT)))
    os.utime(file, ns=(0, 0))


CHANGES = [
    (cut, "path: the file has changed since the upload began"),
    (longer, "path: the file has changed since the upload began"),
    (other, "path: the file has changed since the upload began"),
    (Path.unlink, "path: can no longer be read"),
]


@pytest.mark.parametrize(("change", "told"), CHANGES)
async def test_a_file_that_changes_while_it_is_read_is_an_error(
    change: Callable[[Path], None], told: str, image: Path
) -> None:
    """What Meta gets is one version of the file, or nothing."""
    pieces = (await source(path=image)).pieces()
    await anext(pieces)
    change(image)

    with pytest.raises(InvalidInputError) as caught:
        await anext(pieces)
    assert (caught.value.field, str(caught.value)) == ("path", told)


def opened() -> set[str]:
    """Return what this process has open, as Linux knows it."""
    found = set[str]()
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing itself
            found.add(str(one.readlink()))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="IT LOOKS INTO LINUX'S /proc")
async def test_nothing_stays_open_between_two_pieces(image: Path) -> None:
    """Whoever is cancelled, or stops asking, leaves no file behind."""
    pieces = (await source(path=image)).pieces()
    await anext(pieces)

    assert str(image) not in opened()


async def test_a_stream_that_fails_is_named() -> None:
    """Its own error is the cause, whatever it is."""
    pieces = (await source(stream=broken(b"x"), filename="a.png")).pieces()
    assert await anext(pieces) == b"x"

    with pytest.raises(InvalidInputError, match="KeyError") as caught:
        await anext(pieces)
    assert caught.value.field == "stream"
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("image", Image(attachment_id="1857")),
        ("video", Video(attachment_id="1857")),
        ("audio", Audio(attachment_id="1857")),
        ("file", File(attachment_id="1857")),
    ],
)
def test_what_was_uploaded_is_a_message(
    kind: AttachmentType, message: Image | Video | Audio | File
) -> None:
    """Of its kind, by its id; Meta has nothing to fetch any more."""
    uploaded = Uploaded(kind=kind, attachment_id="1857")

    assert uploaded.message() == message
    assert uploaded.message(metadata="mine").metadata == "mine"
    assert uploaded.message().fetches is False


def body(request: Request) -> Streamed:
    """Return the form that was asked for."""
    assert isinstance(request.body, Streamed)
    return request.body


async def test_an_upload_is_one_form(waits: Waits, image: Path) -> None:
    """Message, platform and file go to `me/message_attachments`, the token in the header."""
    network = Network([ACCEPTED])
    uploaded = await client_on(network, waits).upload("image", path=image)
    asked, form = network.asked[0], body(network.asked[0])

    assert uploaded == Uploaded(kind="image", attachment_id="1857777774821032")
    assert (asked.method, asked.timeout) == ("POST", 90.0)
    assert asked.url == "https://graph.facebook.com/v26.0/me/message_attachments"
    assert asked.headers == {
        "Authorization": "Bearer EAATest",
        "Content-Type": form.content_type,
        "Content-Length": str(len(form.head) + len(CONTENT) + len(form.tail)),
    }
    assert form.head.decode().replace(form.content_type.rpartition("=")[2], "B") == (
        '--B\r\nContent-Disposition: form-data; name="message"\r\n\r\n'
        '{"attachment":{"type":"image","payload":{"is_reusable":true}}}\r\n'
        '--B\r\nContent-Disposition: form-data; name="platform"\r\n\r\nmessenger\r\n'
        '--B\r\nContent-Disposition: form-data; name="filedata"; filename="menu.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    assert await whole(form.pieces) == CONTENT


async def test_an_upload_for_instagram_says_so(waits: Waits) -> None:
    """The platform is a field of the form."""
    network = Network([ACCEPTED])
    await client_on(network, waits).upload(
        "video", data=b"x", filename="a.mp4", platform="instagram"
    )

    assert b'name="platform"\r\n\r\ninstagram\r\n' in body(network.asked[0]).head
    assert b'"type":"video"' in body(network.asked[0]).head


async def test_two_uploads_have_two_boundaries(waits: Waits) -> None:
    """Nobody who gives a file can know what will stand around it."""
    network = Network([ACCEPTED])
    client = client_on(network, waits)
    for _ in range(2):
        await client.upload("file", data=b"x")

    assert body(network.asked[0]).content_type != body(network.asked[1]).content_type


async def test_the_proof_of_an_upload_is_in_the_query() -> None:
    """A form has no JSON to carry it; the token is not there."""
    network = Network([ACCEPTED])
    client = MessengerClient(
        page_access_token="EAATest", app_secret="of the app", transport=network, limiter=None
    )
    await client.upload("file", data=b"x")
    query = parse_qs(urlsplit(network.asked[0].url).query)

    assert list(query) == ["appsecret_proof"]
    assert len(query["appsecret_proof"][0]) == 64
    assert b"proof" not in body(network.asked[0]).head


@pytest.mark.parametrize("first", [REFUSED, LOST, error(2), (502, "<html>")])
async def test_a_path_and_bytes_are_tried_again_from_their_beginning(
    first: TransportError | tuple[int, object], waits: Waits, image: Path
) -> None:
    """Twice the same file is two ids, and nobody is the worse for it."""
    for given in (Given(path=image), Given(data=CONTENT, filename="menu.png")):
        network = Network([first, ACCEPTED])
        client = client_on(network, waits)
        path, data = given.get("path"), given.get("data")
        await client.upload("image", path=path, data=data, filename="menu.png")

        assert [await whole(body(one).pieces) for one in network.asked] == [CONTENT, CONTENT]
    assert waits == [2.0, 2.0]


@pytest.mark.parametrize("options", [UploadOptions(), UploadOptions(retry=Retry(attempts=9))])
@pytest.mark.parametrize("first", [REFUSED, LOST])
async def test_a_stream_is_never_tried_twice(
    first: TransportError, options: UploadOptions, waits: Waits
) -> None:
    """It is gone, whatever the policy says, and also if nothing was sent."""
    network = Network([first, ACCEPTED])
    with pytest.raises(TransportError):
        await client_on(network, waits).upload("file", stream=stream(b"x"), **options)

    assert len(network.asked) == 1
    assert "Content-Length" not in network.asked[0].headers
    assert waits == []


async def test_a_refusal_of_an_upload_is_metas(waits: Waits) -> None:
    """The wrong media type, as Meta finds it: said once, and not tried again."""
    network = Network([error(100, 2018047)])
    with pytest.raises(InvalidRequestError) as caught:
        await client_on(network, waits).upload("file", data=b"x")

    assert caught.value.subcode == 2018047
    assert len(network.asked) == 1


@pytest.mark.parametrize("answer", [{}, {"attachment_id": None}, {"attachment_id": ["1"]}])
async def test_an_answer_without_an_id_is_unreadable(answer: object, waits: Waits) -> None:
    """There is nothing to send; it is tried again, as an upload may be."""
    network = Network([(200, answer)])
    with pytest.raises(UnreadableAnswerError):
        await client_on(network, waits).upload("file", data=b"x")

    assert len(network.asked) == 3


async def test_an_id_that_is_a_number_is_one(waits: Waits) -> None:
    """Meta's echoes have numbers, and a send wants text."""
    network = Network([(200, {"attachment_id": 1857777774821032})])
    uploaded = await client_on(network, waits).upload("file", data=b"x")

    assert uploaded.attachment_id == "1857777774821032"


async def test_what_is_wrong_never_leaves(waits: Waits) -> None:
    """No call is made for a file that Meta would refuse."""
    network = Network([ACCEPTED])
    client = client_on(network, waits)
    with pytest.raises(InvalidInputError):
        await client.upload("image", path="gone.png")

    assert network.asked == []


@dataclass
class Received:
    """What one request brought.

    Attributes:
        headers: Those of the request.
        parts: Of each part its name, its file's name, its media type and its bytes.
    """

    headers: CIMultiDictProxy[str]
    parts: list[tuple[str | None, str | None, str | None, bytes]]


@dataclass
class Meta:
    """A server that takes uploads as Meta does.

    Attributes:
        url: Where it is.
        cut: How many of the next requests end in a closed connection, half-way.
        received: The whole requests.
    """

    url: str = ""
    cut: int = 0
    received: list[Received] = field(default_factory=list[Received])

    async def take(self, request: web.Request) -> web.Response:
        """Take one upload."""
        if self.cut:
            self.cut -= 1
            await request.content.readexactly(PIECE)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        parts: list[tuple[str | None, str | None, str | None, bytes]] = []
        reader = await request.multipart()
        while isinstance(part := await reader.next(), aiohttp.BodyPartReader):
            content = bytes(await part.read())
            parts.append((part.name, part.filename, part.headers.get("Content-Type"), content))
        self.received.append(Received(request.headers, parts))
        return web.json_response({"attachment_id": "1857"})


@asynccontextmanager
async def serving_meta() -> AsyncGenerator[Meta]:
    """Give a server on a port of the loopback."""
    meta = Meta()
    app = web.Application()
    app.router.add_post("/v26.0/me/message_attachments", meta.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        meta.url = f"http://{host}:{port}"
        yield meta
    finally:
        await runner.cleanup()


def client_at(url: str, waits: Waits) -> MessengerClient:
    """Return a client with a real transport and a fake clock."""
    return MessengerClient(page_access_token="EAATest", graph_url=url, limiter=None, sleep=waits)


@pytest.mark.parametrize("way", ["path", "data", "stream", "stream of a known size"])
async def test_what_arrives_is_the_file(way: str, image: Path, waits: Waits) -> None:
    """Byte for byte; the length is told if it is known, and else it comes in chunks."""
    name = "Menü (été) 菜单.png"
    told: list[tuple[int, int | None]] = []
    options = UploadOptions(
        filename=name, progress=lambda sent, of_all: told.append((sent, of_all))
    )
    if way == "stream of a known size":
        options["size"] = len(CONTENT)
    async with serving_meta() as meta, client_at(meta.url, waits) as client:
        uploaded = await client.upload(
            "image",
            path=image if way == "path" else None,
            data=CONTENT if way == "data" else None,
            stream=stream(CONTENT[:1000], CONTENT[1000:]) if way.startswith("stream") else None,
            **options,
        )
    (received,) = meta.received
    size = None if way == "stream" else len(CONTENT)

    assert uploaded.attachment_id == "1857"
    assert received.parts == [
        ("message", None, None, b'{"attachment":{"type":"image","payload":{"is_reusable":true}}}'),
        ("platform", None, None, b"messenger"),
        ("filedata", name, "image/png", CONTENT),
    ]
    assert received.headers["Authorization"] == "Bearer EAATest"
    assert ("Content-Length" in received.headers) is (size is not None)
    assert received.headers.get("Transfer-Encoding") == ("chunked" if size is None else None)
    assert told[-1] == (len(CONTENT), size)


async def test_a_file_that_was_cut_off_half_way_is_sent_again_whole(
    image: Path, waits: Waits
) -> None:
    """From its first byte, and told of anew."""
    told: list[int] = []
    async with serving_meta() as meta, client_at(meta.url, waits) as client:
        meta.cut = 1
        await client.upload("image", path=image, progress=lambda sent, _: told.append(sent))

    assert waits == [2.0]
    assert [one.parts[-1][-1] for one in meta.received] == [CONTENT]
    assert told[-3:] == [PIECE, 2 * PIECE, len(CONTENT)]


@dataclass
class Cut:
    """A server that keeps what it gets until the connection ends, and answers nothing.

    Attributes:
        got: What it got.
        ended: Is set once the connection has ended.
    """

    got: bytes = b""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        """Take everything."""
        try:
            while some := await reader.read(PIECE):
                self.got += some
        except ConnectionError:
            pass
        self.ended.set()


@pytest.mark.parametrize(
    ("way", "name", "told"),
    [
        ("breaks", "stream", "failed (KeyError)"),
        ("shorter", "file", "was to have 768001 bytes, and had 768000"),
        ("longer", "file", "was to have 767999 bytes, and had 768000 or more"),
        ("empty", "file", "must not be empty"),
        ("too large", "file", "25 MB"),
    ],
)
async def test_a_stream_that_goes_wrong_half_way_is_our_error(
    way: str, name: str, told: str, waits: Waits
) -> None:
    """And the connection is closed before Meta could take the part for the whole."""
    pieces, size = {
        "breaks": (broken(CONTENT), None),
        "shorter": (stream(CONTENT), len(CONTENT) + 1),
        "longer": (stream(CONTENT), len(CONTENT) - 1),
        "empty": (stream(), None),
        "too large": (stream(*[CONTENT] * 35), None),
    }[way]
    options = UploadOptions() if size is None else UploadOptions(size=size)
    server = Cut()
    async with faults.serving(server.take) as url, client_at(url, waits) as client:
        with pytest.raises(InvalidInputError) as caught:
            await client.upload("file", stream=pieces, **options)
        await server.ended.wait()

    assert caught.value.field == name
    assert told in str(caught.value)
    check_unfinished(server.got)


def check_unfinished(got: bytes) -> None:
    """The end of the form never left, nor that of the body."""
    head, _, rest = got.partition(b"\r\n\r\n")
    boundary = head.partition(b"boundary=")[2].partition(b"\r\n")[0]
    length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]

    assert boundary
    assert b"--" + boundary + b"--" not in rest
    assert not rest.endswith(b"0\r\n\r\n")
    assert not length or len(rest) < int(length)


@pytest.mark.parametrize(("change", "told"), CHANGES)
async def test_a_file_that_changes_half_way_is_our_error(
    change: Callable[[Path], None], told: str, image: Path, waits: Waits
) -> None:
    """It is not tried again: the next version would be no better known."""
    server = Cut()
    async with faults.serving(server.take) as url, client_at(url, waits) as client:
        with pytest.raises(InvalidInputError) as caught:
            await client.upload(
                "image",
                path=image,
                progress=lambda sent, _: change(image) if sent == PIECE else None,
            )
        await server.ended.wait()

    assert (str(caught.value), waits) == (told, [])
    check_unfinished(server.got)


async def test_a_progress_that_fails_ends_the_upload(image: Path, waits: Waits) -> None:
    """It is not taken for the network's failure, and not tried again."""

    def fails(_sent: int, _size: int | None) -> None:
        raise ZeroDivisionError

    server = Cut()
    async with faults.serving(server.take) as url, client_at(url, waits) as client:
        with pytest.raises(InvalidInputError) as caught:
            await client.upload("image", path=image, progress=fails)
        await server.ended.wait()

    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert waits == []
    check_unfinished(server.got)


async def phase_of(url: str, image: Path, waits: Waits, **options: Unpack[UploadOptions]) -> Phase:
    """Return how far an upload to *url* went before it failed, at the first attempt."""
    options["retry"] = None
    async with client_at(url, waits) as client:
        with pytest.raises(TransportError) as caught:
            await client.upload("image", path=image, **options)
    return caught.value.phase


async def test_a_refused_connection_is_not_sent(image: Path, waits: Waits) -> None:
    """No byte left, and no piece was read."""
    told: list[int] = []
    url = f"http://127.0.0.1:{faults.closed_port()}"

    phase = await phase_of(url, image, waits, progress=lambda sent, _: told.append(sent))
    assert (phase, told) == (Phase.NOT_SENT, [])


async def test_a_connection_that_ends_half_way_is_sent(image: Path, waits: Waits) -> None:
    """Some of it may have left."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(PIECE)
        faults.reset(writer)

    async with faults.serving(hang_up) as url:
        assert await phase_of(url, image, waits) is Phase.SENT


async def test_a_timeout_while_the_file_leaves_is_sent(image: Path) -> None:
    """Nobody knows what Meta has; the connection is closed."""
    loop, transport, server = asyncio.get_running_loop(), AiohttpTransport(), Cut()

    def late(_sent: int, _size: int | None) -> None:
        transport._deadlines._ring(loop, loop.time() + 90)

    async with (
        faults.serving(server.take) as url,
        MessengerClient(
            page_access_token="EAATest", graph_url=url, transport=transport, limiter=None
        ) as client,
    ):
        with pytest.raises(TransportError, match="TimeoutError") as caught:
            await client.upload("image", path=image, progress=late, retry=None)
        await server.ended.wait()

    assert caught.value.phase is Phase.SENT
    check_unfinished(server.got)


async def test_half_an_answer_is_answered(image: Path, waits: Waits) -> None:
    """The status is known, and the id is not."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await faults.whole_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")
        await writer.drain()

    async with faults.serving(half) as url:
        assert await phase_of(url, image, waits) is Phase.ANSWERED


async def test_an_answer_that_comes_before_the_end_of_the_file_counts(
    tmp_path: Path, waits: Waits
) -> None:
    """Meta may refuse a token at once: that is what is told, and not a broken connection."""
    answer = b'{"error":{"code":100,"message":"No."}}'

    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 400 No\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        await asyncio.Event().wait()

    async with faults.serving(hasty) as url, client_at(url, waits) as client:
        with pytest.raises(InvalidRequestError):
            await client.upload("image", path=sparse(tmp_path, MAX_UPLOAD))


async def test_a_cancelled_upload_is_cancelled(image: Path, waits: Waits) -> None:
    """Half-way, and the connection ends."""
    server = Cut()
    async with faults.serving(server.take) as url, client_at(url, waits) as client:
        half = asyncio.Event()
        task = asyncio.create_task(
            client.upload("image", path=image, progress=lambda _sent, _of_all: half.set())
        )
        await half.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.ended.wait()

    check_unfinished(server.got)
