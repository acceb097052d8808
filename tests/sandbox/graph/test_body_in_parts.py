"""A body in parts, read into fields and files; any bytes will do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox.graph.kit import (
    TO,
    Api,
    message,
    parts,
)

from messengerkit.sandbox.graph.formparts import FormFile, read_parts

PNG = ("filedata", "a.png", "image/png", b"\x89PNG\r\n--\r\n\r\n\x00")
KIND = 'multipart/form-data; boundary="a b"'


def test_a_body_in_parts_has_fields_and_files() -> None:
    """Names, media types and bytes are as they were sent, line breaks and all."""
    fields, files = read_parts(KIND, parts({"recipient": TO, "tag": "Grüße"}, PNG))

    assert fields == {"recipient": '{"id": "24000000000000001"}', "tag": "Grüße"}
    assert files == (
        FormFile(name="filedata", filename="a.png", content_type="image/png", data=PNG[3]),
    )


@pytest.mark.parametrize(
    ("head", "filename"),
    [
        ('filename="Menü 日本.png"', "Menü 日本.png"),
        ("filename*=utf-8''Men%C3%BC.png", "Menü.png"),
        ('filename="a \\"b\\".png"', 'a "b".png'),
        ('filename=""', ""),
    ],
)
def test_a_file_has_a_name_in_any_script(head: str, filename: str) -> None:
    """As browsers write it, and as RFC 2231 does."""
    body = f'--a\r\nContent-Disposition: form-data; name="f"; {head}\r\n\r\nx\r\n--a--'

    (_, (file,)) = read_parts("multipart/form-data; boundary=a", body.encode())

    assert (file.filename, file.content_type) == (filename, "application/octet-stream")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("multipart/form-data", b"x", "no boundary"),
        ("multipart/form-data; boundary=", b"x", "no boundary"),
        (KIND, b"x", "no end"),
        (KIND, b"--a b\r\n", "no end"),
        (KIND, b"--a b\r\n\r\nx\r\n--a b--", "no name"),
        (KIND, b"--a b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a b--", "no name"),
        (KIND, b'--a b\r\nContent-Disposition: form-data; name="a"\r\n--a b--', "no name"),
        (
            KIND,
            b'--a b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--a b--',
            "not UTF-8",
        ),
        (KIND, b'--a b\r\nContent-Disposition: x; name="\xff"\r\n\r\nx\r\n--a b--', "not UTF-8"),
        (KIND, b"--a b\r\n" * 101 + b"--a b--", "too many parts"),
        (KIND, b"--a b\r\nX: " + b"x" * 10_000 + b"\r\n\r\nx\r\n--a b--", "no name"),
        ("multipart/form-data; boundary=\udcff", b"x", "no end"),
    ],
)
def test_what_is_no_body_in_parts_says_why(kind: str, body: bytes, reason: str) -> None:
    """A body that cannot be read is a ValueError with its reason."""
    with pytest.raises(ValueError, match=reason):
        read_parts(kind, body)


def test_a_body_in_parts_that_cannot_be_read_is_refused() -> None:
    """It is a code 100 with the reason in it."""
    answer = Api().form("me/messages", {"tag": "\r\n--a b--"}, ("", "", "", b""))

    assert message(answer) == "(#100) The request could not be read: a part of the body has no name"


HEADS = st.text() | st.sampled_from(
    [
        'Content-Disposition: form-data; name="a"',
        'Content-Disposition: form-data; name="a"; filename="b"',
        "Content-Disposition: form-data; name*=utf-7''a",
        "Content-Disposition: form-data; name=a; filename*=idna''%ff",
        "Content-Disposition: form-data; name=a; filename*=a%00b''x",
        "Content-Disposition: form-data; name=a; filename*0=x; filename*1*=''y",
        "Content-Type: ;;",
    ]
)


@given(
    heads=st.lists(st.lists(HEADS, max_size=3).map("\r\n".join), max_size=3),
    data=st.binary(max_size=20),
    kind=st.text() | st.just(KIND),
)
def test_any_parts_are_read_or_a_value_error(heads: list[str], data: bytes, kind: str) -> None:
    """No body whatever raises anything else."""
    pieces = [head.encode("utf-8", "replace") + b"\r\n\r\n" + data for head in heads]
    body = b"".join(b"--a b\r\n" + piece + b"\r\n" for piece in pieces) + b"--a b--"

    try:
        fields, files = read_parts(kind, body)
    except ValueError:
        return
    assert len(fields) + len(files) <= len(heads)
