"""Floor 8: the rules of an exchange that works: what is asked arrives, and so does the answer."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, unquote

from messengerkit._multipart import Streamed
from messengerkit.errors import InvalidInputError

from ._trial import PATH, TOKEN, Rule, Trial, require
from ._wire import Arrived, Connection

_BYTES = bytes(range(256))
_LARGE = _BYTES * 4096
_STATUSES = (201, 204, 304, 400, 401, 404, 429, 500, 503)


async def echo(connection: Connection) -> None:
    """Answer every request with its own body."""
    while True:
        arrived = await connection.request()
        await connection.answer(arrived.body, headers="X-App-Usage: {}\r\n")


async def _target(trial: Trial) -> None:
    asked = "/v26.0/24%2F7/x?fields=id%2Cname&q=a%2Bb%20c"
    await trial.send(method="GET", target=asked, body=None)
    arrived = _last(trial)
    path, _, query = arrived.target.partition("?")
    require(arrived.method == "GET", f"the method was {arrived.method}")
    segments = [unquote(segment) for segment in path.split("/")]
    require(segments == ["", "v26.0", "24/7", "x"], f"the path was {path}")
    require(parse_qsl(query) == [("fields", "id,name"), ("q", "a+b c")], f"the query was {query}")
    await trial.send(method="DELETE", body=None)
    method = _last(trial).method
    require(method == "DELETE", f"DELETE arrived as {method}")


async def _headers(trial: Trial) -> None:
    wanted = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/odd; a=b", "X-One": "1, 2"}
    await trial.send(headers=wanted)
    arrived = _last(trial).headers
    for name, value in wanted.items():
        found = arrived.get(name.lower())
        require(found == value, f"{name} arrived as {found!r}")


async def _body(trial: Trial) -> None:
    for body in (b"", b"{}", _BYTES):
        await trial.send(body=body)
        require(_last(trial).body == body, f"{len(body)} bytes arrived otherwise")


async def _large_body(trial: Trial) -> None:
    await trial.send(body=_LARGE)
    require(_last(trial).body == _LARGE, "a megabyte arrived otherwise")


async def _streamed(trial: Trial) -> None:
    file = _LARGE[: 2**19]

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(file), 2**16):
            yield file[start : start + 2**16]

    for length in (len(file) + 8, None):
        body = Streamed("application/octet-stream", length, b"head", pieces, b"tail")
        headers = {"Content-Type": body.content_type}
        if length is not None:
            headers["Content-Length"] = str(length)
        await trial.send(headers=headers, body=body)
        told = "no length" if length is None else "its length"
        whole = _last(trial).body == b"head" + file + b"tail"
        require(whole, f"a body with {told} told arrived otherwise")


async def _failing_stream(trial: Trial) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a piece"
        msg = "the file is too large"
        raise InvalidInputError(msg)

    body = Streamed("application/octet-stream", None, b"head", pieces, b"tail")
    try:
        await trial.send(headers={"Content-Type": body.content_type}, body=body)
    except InvalidInputError:
        return
    require(kept=False, seen="it gave an answer")


async def _values(trial: Trial) -> None:
    answer = await trial.send(body=_BYTES)
    require(answer.status == 200, f"the status is {answer.status}")  # noqa: PLR2004  # OK
    require(answer.body == _BYTES, "the body is another")
    found = answer.headers.get("x-app-usage")
    require(found == "{}", f"the header x-app-usage, in lower case, is {found!r}")


async def statuses(connection: Connection) -> None:
    """Answer with the status that is the last segment of the path."""
    while True:
        arrived = await connection.request()
        status = int(arrived.target.rpartition("/")[2])
        where = (
            f"Location: {connection.wire.url}{PATH}/200\r\n" if status in range(300, 399) else ""
        )
        await connection.answer(
            b"" if status in {204, 304} else b"{}", status=status, headers=where
        )


async def _statuses(trial: Trial) -> None:
    for status in _STATUSES:
        answer = await trial.send(target=f"{PATH}/{status}")
        require(answer.status == status, f"{status} came back as {answer.status}")


async def _redirects(trial: Trial) -> None:
    for status in (301, 302, 303, 307, 308):
        for body in (b"{}", None):
            method = "GET" if body is None else "POST"
            answer = await trial.send(method=method, target=f"{PATH}/{status}", body=body)
            require(answer.status == status, f"{status} to a {method} became {answer.status}")
    require(len(trial.wire.arrived) == 10, "the redirect was followed")  # noqa: PLR2004  # five twice


async def _large_answer(trial: Trial) -> None:
    answer = await trial.send(body=_LARGE)
    require(answer.body == _LARGE, f"of {len(_LARGE)} bytes {len(answer.body)} came back")


async def chunks(connection: Connection) -> None:
    """Answer in chunks, and close."""
    await connection.request()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    await connection.write(head + b'5\r\n{"a":\r\n')
    await connection.write(b"2\r\n1}\r\n0\r\n\r\n")


async def packed(connection: Connection) -> None:
    """Pack the answer, if the request says that it may be."""
    arrived = await connection.request()
    if "gzip" in arrived.headers.get("accept-encoding", ""):
        await connection.answer(
            gzip.compress(b'{"a":1}', mtime=0), headers="Content-Encoding: gzip\r\n"
        )
    else:
        await connection.answer(b'{"a":1}')


async def early(connection: Connection) -> None:
    """Give two pieces of information before the answer."""
    await connection.request()
    await connection.write(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
    await connection.answer(b'{"a":1}')


async def _one_answer(trial: Trial) -> None:
    answer = await trial.send()
    seen = f"it came back as {answer.status} {answer.body!r}"
    require((answer.status, answer.body) == (200, b'{"a":1}'), seen)


async def _one_after_the_other(trial: Trial) -> None:
    for number in range(5):
        body = b"%d" % number
        answer = await trial.send(body=body)
        require(answer.body == body, f"call {number} got the answer {answer.body!r}")


async def closes(connection: Connection) -> None:
    """Answer once, say that it was the last time, and close."""
    arrived = await connection.request()
    await connection.answer(arrived.body, headers="Connection: close\r\n")


async def _at_once(trial: Trial) -> None:
    bodies = [b"%d" % number for number in range(20)]
    answers = await asyncio.gather(*(trial.send(body=body) for body in bodies))
    mixed = sum(answer.body != body for answer, body in zip(answers, bodies, strict=True))
    require(mixed == 0, f"{mixed} of 20 calls got another one's answer")


async def together(connection: Connection) -> None:
    """Answer once five requests have come."""
    await connection.request()
    await connection.wire.together.wait()
    await connection.answer(b'{"a":1}')


async def _together(trial: Trial) -> None:
    await asyncio.gather(*(_one_answer(trial) for _ in range(5)))


def _last(trial: Trial) -> Arrived:
    require(bool(trial.wire.arrived), "nothing arrived")
    return trial.wire.arrived[-1]


RULES = (
    Rule("The method, the path and the query arrive as they are.", echo, _target),
    Rule("The headers arrive as they are.", echo, _headers),
    Rule("The body arrives byte for byte.", echo, _body),
    Rule("A large body arrives whole.", echo, _large_body),
    Rule("A streamed body arrives whole.", echo, _streamed),
    Rule("What a streamed body raises of ours is raised.", echo, _failing_stream),
    Rule("The status, the headers and the body come back.", echo, _values),
    Rule("Every status is an answer.", statuses, _statuses),
    Rule("A redirect is an answer, and is not followed.", statuses, _redirects),
    Rule("A large answer comes back whole.", echo, _large_answer),
    Rule("An answer in chunks comes back whole.", chunks, _one_answer),
    Rule("What the transport accepts packed, it unpacks.", packed, _one_answer),
    Rule("A status 1xx before the answer is not the answer.", early, _one_answer),
    Rule("On a kept connection every call gets its own answer.", echo, _one_after_the_other),
    Rule("A connection that the server closed is not used again.", closes, _one_after_the_other),
    Rule("Of many calls at once each gets its own answer.", echo, _at_once),
    Rule("Five calls can be under way at once.", together, _together),
)
