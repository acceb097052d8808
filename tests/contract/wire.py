"""HTTP as bytes over a socket, so that a case can send what no library would."""

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

PATIENCE = 60.0
"""Seconds for any one exchange; what takes longer hangs, however busy the machine is."""

Header: TypeAlias = tuple[str, str | bytes]
"""A header to send: text is ASCII, and bytes go out as they are."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request.

    Attributes:
        method: The method.
        target: The path with the query, as it stands in the request line.
        headers: In this order; those that frame the body are added.
        body: The bytes of the body; None for a request that has none.
        framing: By `Content-Length`, in chunks of 4096 bytes, or by headers of its own.
        version: Of HTTP.
    """

    method: str
    target: str
    headers: tuple[Header, ...] = ()
    body: bytes | None = field(default=None, repr=False)
    framing: Literal["length", "chunked", "own"] = "length"
    version: str = "1.1"

    def raw(self, address: str, kept: Mapping[str, str]) -> bytes:
        """Return the bytes to send.

        Args:
            address: What a proxy says of where it comes from, unless the case says it.
            kept: What stands for `<name>` in the target, the headers and the body.
        """
        headers = [("Host", "backend.example.com"), ("Connection", "close"), *self.headers]
        if "X-Forwarded-For" not in dict(headers):
            headers.append(("X-Forwarded-For", address))
        body = _filled(self.body or b"", kept)
        if self.body is not None and self.framing == "length":
            headers.append(("Content-Length", str(len(body))))
        if self.framing == "chunked":
            headers.append(("Transfer-Encoding", "chunked"))
            body = _chunked(body)
        lines = [f"{self.method} {self.target} HTTP/{self.version}".encode("ascii")]
        lines += [name.encode("ascii") + b": " + _bytes(value) for name, value in headers]
        return _filled(b"\r\n".join(lines) + b"\r\n\r\n", kept) + body


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        status: The status.
        headers: All of them, in their order; names in lower case.
        body: What came after the head, until the connection closed.
        is_to_head: Whether it answers HEAD, so that it has no body.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_to_head: bool

    def values(self, name: str) -> list[str]:
        """Return every value of the header *name*."""
        return [value for key, value in self.headers if key == name]

    @property
    def is_whole(self) -> bool:
        """Whether all that `Content-Length` announces is there."""
        announced = sum(map(int, self.values("content-length")))
        return self.is_to_head or len(self.body) >= announced


def exchange(port: int, request: bytes, *, leave: bool = False) -> bytes:
    """Return all that comes back for *request* until the connection closes.

    Args:
        port: Where, on loopback.
        request: What to send.
        leave: Whether to say at once that nothing more will come.

    Raises:
        TimeoutError: If the connection is still open after `PATIENCE`.
    """
    until = time.monotonic() + PATIENCE
    got = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        # A server may answer and close before it has read all: what it said is still there.
        with suppress(OSError):
            connection.sendall(request)
        if leave:
            _finish(connection)
        with suppress(ConnectionError):
            while piece := _received(connection, until):
                got += piece
                if not leave and _is_answered(bytes(got), request):
                    # Some wait for the rest of a body that they have refused already.
                    _finish(connection)
    return bytes(got)


def answered(port: int, ask: Ask, *, address: str, kept: Mapping[str, str]) -> Answer:
    """Return the answer to *ask*; see `Ask.raw`."""
    raw = exchange(port, ask.raw(address, kept))
    answer = parsed(raw, is_to_head=ask.method == "HEAD")

    assert answer is not None, f"no answer, but {raw[:200]!r}"
    return answer


def parsed(raw: bytes, *, is_to_head: bool) -> Answer | None:
    """Return the answer that *raw* is, or None if its head is not whole; 1xx are passed over."""
    head, end, body = raw.partition(b"\r\n\r\n")
    if not end:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ", 2)[1])
    if status < 200:
        return parsed(body, is_to_head=is_to_head)
    pairs = (line.split(":", 1) for line in lines)
    headers = tuple((name.lower(), value.strip(" \t")) for name, value in pairs)
    return Answer(status, headers, body, is_to_head)


def _received(connection: socket.socket, until: float) -> bytes:
    left = until - time.monotonic()
    if left <= 0:
        msg = f"the connection is still open after {PATIENCE} seconds"
        raise TimeoutError(msg)
    connection.settimeout(left)
    return connection.recv(2**16)


def _finish(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)


def _is_answered(raw: bytes, request: bytes) -> bool:
    answer = parsed(raw, is_to_head=request.startswith(b"HEAD "))
    return answer is not None and answer.is_whole


def _filled(text: bytes, kept: Mapping[str, str]) -> bytes:
    for name, value in kept.items():
        text = text.replace(f"<{name}>".encode(), value.encode())
    return text


def _chunked(body: bytes, size: int = 4096) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def _bytes(value: str | bytes) -> bytes:
    return value.encode("ascii") if isinstance(value, str) else value
