"""The form around a file, read back by two parsers that are not ours."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import aiohttp
import pytest
from aiohttp.base_protocol import BaseProtocol
from hypothesis import example, given
from hypothesis import strategies as st

from messengerkit._multipart import Streamed, form

BOUNDARY = "0123456789abcdef0123456789abcdef"

texts = st.text(st.characters(exclude_categories=["Cs"]))  # UTF-8 carries no lone surrogates
contents = st.binary() | st.sampled_from(
    [b"\r\n", b"\r\n--", b"--", f"--{BOUNDARY[:-1]}".encode(), b"\x00\xff" * 100]
)


async def nothing() -> AsyncIterator[bytes]:
    """Give nothing; the form only hands it on."""
    yield b""


def made(
    fields: Mapping[str, str], *, filename: str = "a.png", size: int | None = None
) -> Streamed:
    """Return a form of *fields* and of an image."""
    return form(
        fields,
        filename=filename,
        content_type="image/png",
        size=size,
        pieces=nothing,
        boundary=BOUNDARY,
    )


def parsed(streamed: Streamed, content: bytes) -> list[EmailMessage]:
    """Return what Python's own parser of e-mail makes of a form with *content*."""
    head = f"Content-Type: {streamed.content_type}\r\n\r\n".encode()
    body = streamed.head + content + streamed.tail
    message = message_from_bytes(head + body, policy=policy.HTTP)
    parts = cast("list[EmailMessage]", list(message.iter_parts()))
    assert message.get_content_type() == "multipart/form-data"
    assert not any(one.defects for one in (message, *parts))
    return parts


def name_of(part: EmailMessage) -> str:
    """Return what *part* is called in its form."""
    disposition = part["content-disposition"]
    assert disposition.content_disposition == "form-data"
    return str(disposition.params["name"])


def bytes_of(part: EmailMessage) -> bytes:
    """Return what *part* holds."""
    held = part.get_payload(decode=True)
    assert isinstance(held, bytes)
    return held


def test_a_form_is_what_the_platforms_page_shows() -> None:
    """The fields in their order, then the file as `filedata`, with a media type of its own."""
    streamed = made({"message": "{}", "platform": "messenger"})

    assert streamed.content_type == f"multipart/form-data; boundary={BOUNDARY}"
    assert streamed.head == (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="message"\r\n\r\n{}\r\n'
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="platform"\r\n\r\nmessenger\r\n'
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="filedata"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode("ascii")
    assert streamed.tail == f"\r\n--{BOUNDARY}--\r\n".encode("ascii")


@given(fields=st.dictionaries(texts, texts, max_size=3), filename=texts, content=contents)
@example(fields={'a"; b="c': "x"}, filename='a"; filename="b.exe', content=b"\r\n--")
@example(fields={"a\r\nContent-Length: 0\r\n\r\n": ""}, filename="a\r\n\r\nb", content=b"")
def test_pythons_own_parser_reads_back_what_went_in(
    fields: dict[str, str], filename: str, content: bytes
) -> None:
    """Whatever the names, the texts and the bytes are: no part more, none less, none altered."""
    *others, file = parsed(made(fields, filename=filename, size=len(content)), content)

    assert [bytes_of(part).decode() for part in others] == list(fields.values())
    assert bytes_of(file) == content
    assert name_of(file) == "filedata"
    assert file.get_content_type() == "image/png"
    safe = re.sub(r"""[\x00-\x1f\x7f-\x9f"/\\;\u2028\u2029]""", "_", filename).strip()
    assert file.get_filename() == (safe or "file")


@given(fields=st.dictionaries(texts, texts, max_size=3), filename=texts, content=contents)
@example(fields={"a;b;c": "x"}, filename="a;b;c=d", content=b"")
def test_aiohttps_parser_reads_back_what_went_in(
    fields: dict[str, str], filename: str, content: bytes
) -> None:
    """A second opinion, of a parser that reads line by line."""
    streamed = made(fields, filename=filename, size=len(content))

    async def read() -> list[tuple[str | None, bytes]]:
        loop = asyncio.get_running_loop()
        stream = aiohttp.StreamReader(BaseProtocol(loop), 2**16, loop=loop)
        stream.feed_data(streamed.head + content + streamed.tail)
        stream.feed_eof()
        found: list[tuple[str | None, bytes]] = []
        parts = aiohttp.MultipartReader({"Content-Type": streamed.content_type}, stream)
        while isinstance(part := await parts.next(), aiohttp.BodyPartReader):
            found.append((part.name, bytes(await part.read())))
        return found

    found = asyncio.run(read())

    assert [body for _, body in found] == [*(one.encode() for one in fields.values()), content]
    assert found[-1][0] == "filedata"


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("menu.png", "menu.png"),
        ("My menu (final, v2) 100%.png", "My menu (final, v2) 100%.png"),
        ("Hóa đơn メニュー 🍲.pdf", "Hóa đơn メニュー 🍲.pdf"),
        ('the "best".png', "the _best_.png"),
        ("a\r\nX-Evil: 1\r\n\r\n.png", "a__X-Evil: 1____.png"),
        ("a\x00b\x7fc\x85d\u2028e", "a_b_c_d_e"),
        ("a; b; c.png", "a_ b_ c.png"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\menu.png", "C:_menu.png"),
        ("half a \ud83c.png", "half a _.png"),
        (" menu.png ", "menu.png"),
        (" ", "file"),
        ("", "file"),
    ],
)
def test_a_filename_stays_inside_its_quotes(filename: str, shown: str) -> None:
    """A person's letters are kept; what could end the name, the line or a folder is not."""
    (file,) = parsed(made({}, filename=filename), b"x")

    assert file.get_filename() == shown
    assert file.keys() == ["Content-Disposition", "Content-Type"]


@pytest.mark.parametrize("size", [0, 1, 25 * 1024 * 1024])
def test_the_length_is_that_of_the_whole(size: int) -> None:
    """Head, file and tail, in bytes and not in characters."""
    streamed = made({"message": "ä🍲"}, filename="ä🍲.png", size=size)

    assert streamed.length == len(streamed.head) + size + len(streamed.tail)


def test_a_file_of_unknown_size_has_no_length() -> None:
    """Nobody guesses: it is sent in chunks."""
    assert made({}).length is None


def test_a_form_shows_nothing_of_itself() -> None:
    """The texts and the name of a person's file are not for a log."""
    shown = repr(made({"message": "secret"}, filename="secret.png", size=1))

    assert shown.startswith("Streamed(")
    assert "secret" not in shown
