"""Requests that are no HTTP, or beyond a server's limits, or that find no route of ours.

Each server has its own words for them, and for many its own status: they are not compared.
What must hold is that every one ends, and that none is answered as a fault of the backend.
"""

from contract.admins import BOSS
from contract.asking import HEALTH, SEND, STATUS, guide
from contract.servers import ORIGIN, SECRET

from messengerkit.admin import AdminIdentity, AdminRequest
from messengerkit.admin.auth import SessionAuth

_PROOF = f"Authorization: Bearer {BOSS.key}\r\nX-Admin-User-ID: {BOSS.admin_id}\r\n".encode()
_GUIDE = guide("Never.", admin_id=BOSS.admin_id)
_CHUNKS = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
_COOKIE = (
    SessionAuth(secrets=[SECRET], bound_to=f"{BOSS.key} {BOSS.admin_id}", origins=[ORIGIN])
    .start(AdminIdentity(admin_id="alice", key_id="alice"), AdminRequest(method="POST", path="/"))
    .cookie.partition(";")[0]
    .encode()
)


def _get(target: bytes, headers: bytes = b"", *, method: bytes = b"GET") -> bytes:
    return b"%b %b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%b%b\r\n" % (
        method,
        target,
        headers,
        _PROOF if b"Cookie" not in headers else b"",
    )


def _post(headers: bytes, body: bytes) -> bytes:
    return _get(SEND.encode(), headers, method=b"POST") + body


def _headers(count: int, size: int) -> bytes:
    return b"".join(b"X-%d: %b\r\n" % (number, b"x" * size) for number in range(count))


_STATUS, _HEALTH = STATUS.encode(), HEALTH.encode()
_TYPE = b"Content-Type: application/json\r\n"
_LENGTH = b"Content-Length: %d\r\n" % len(_GUIDE)

APART: dict[str, bytes] = {
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /status HTTP/9.9\r\nHost: a\r\n\r\n",
    "no host": b"GET /status HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": _get(_STATUS, b"Host: b\r\n"),
    "a method in small letters": _get(_STATUS, method=b"get"),
    "a method that nobody knows": _get(_STATUS, method=b"FOO"),
    "TRACE": _get(_STATUS, method=b"TRACE"),
    "CONNECT": _get(b"a:80", method=b"CONNECT"),
    "a whole URL": _get(b"http://a/status"),
    "a star": _get(b"*", method=b"OPTIONS"),
    "no path": _get(b"?x"),
    "a path that is not there": _get(b"/"),
    "a slash at the end": _get(b"/status/"),
    "two slashes": _get(b"//status"),
    "a slash in percent": _get(b"/admin%2Fhealth"),
    "dots": _get(b"/admin/../status"),
    "a null in the path": _get(b"/status%00"),
    "bytes that are no ASCII in the path": _get(b"/stat\xfcs"),
    "bytes that are no ASCII in the query": _get(b"/admin/actions?limit=\xe9"),
    "a fragment": _get(b"/status#x"),
    "a very long query": _get(_STATUS + b"?" + b"x" * 20_000),
    "a header of 9000 bytes": _get(_STATUS, _headers(1, 9000)),
    "a header of 100000 bytes": _get(_STATUS, _headers(1, 100_000)),
    "150 headers": _get(_STATUS, _headers(150, 1)),
    "headers of a megabyte": _get(_STATUS, _headers(200, 5000)),
    "a header's name with a blank": _get(_HEALTH, b"X Y: z\r\n"),
    "a blank before the colon": _get(_HEALTH, b"X : z\r\n"),
    "a header without a name": _get(_HEALTH, b": z\r\n"),
    "a header without a colon": _get(_HEALTH, b"x\r\n"),
    "a header on two lines": _get(_HEALTH, b"X: y\r\n z\r\n"),
    "a null in a header": _get(_HEALTH, b"X: \x00\r\n"),
    "a control character in a header": _get(_HEALTH, b"X: \x1f\x7f\r\n"),
    "a carriage return in a header": _get(_HEALTH, b"X: y\rz\r\n"),
    "lines that end as on Unix": _get(_STATUS).replace(b"\r\n", b"\n"),
    "a control character after the type": _post(b"Content-Type: application/json\x1c\r\n", b""),
    "two types": _post(_LENGTH + _TYPE + b"Content-Type: text/plain\r\n", _GUIDE),
    "two types that are the same": _post(_LENGTH + _TYPE * 2, b"x" * len(_GUIDE)),
    "two lengths": _post(_LENGTH + b"Content-Length: 3\r\n" + _TYPE, _GUIDE),
    "a length below nothing": _post(b"Content-Length: -1\r\n" + _TYPE, b""),
    "a length with a sign": _post(b"Content-Length: +3\r\n" + _TYPE, b"{}x"),
    "a length of another script": _post("Content-Length: ٣\r\n".encode() + _TYPE, b"{}x"),
    "a length, and chunks": _post(b"Content-Length: 5\r\n" + _CHUNKS, b"0\r\n\r\n"),
    "a body without a length": _post(_TYPE, _GUIDE),
    "a chunk that is longer than it says": _post(_CHUNKS, b"1\r\n{}\r\n0\r\n\r\n"),
    "a chunk of no number": _post(_CHUNKS, b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk below nothing": _post(_CHUNKS, b"-2\r\n{}\r\n0\r\n\r\n"),
    "a trailer that is no header": _post(_CHUNKS, b"2\r\n{}\r\n0\r\nX Y: z\r\n\r\n"),
    "a trailer of 100000 bytes": _post(_CHUNKS, b"2\r\n{}\r\n0\r\n%b\r\n" % _headers(1, 100_000)),
    "another coding of the body": _post(_TYPE + b"Transfer-Encoding: gzip\r\n", _GUIDE),
    "an expectation that nobody knows": _post(
        _LENGTH + _TYPE + b"Expect: x\r\n", b"x" * len(_GUIDE)
    ),
    "an upgrade to WebSocket": _get(_STATUS, b"Upgrade: websocket\r\nConnection: Upgrade\r\n"),
    "an upgrade to HTTP/2": _get(
        _STATUS, b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n"
    ),
    # RFC 6265 §5.4 forbids it. WSGI joins the two by a comma, so gunicorn shows no cookie of
    # ours; the other two show both, as HTTP/2 may send them. A session is lost, none is won.
    "two cookie headers, the second ours": _get(
        _HEALTH, b"Cookie: a=b\r\nCookie: %b\r\n" % _COOKIE
    ),
}

UNFINISHED: dict[str, bytes] = {
    "nothing": b"",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "half a head": b"POST /admin/send-message HTTP/1.1\r\nHost: a\r\nContent-",
    "half a body": _post(b"Content-Length: 5000\r\n" + _TYPE, _GUIDE),
    "half a chunk": _post(_CHUNKS, b"ff\r\n" + _GUIDE[:9]),
    "a chunk without the last": _post(_CHUNKS, b"2\r\n{}\r\n"),
    "a chunk of 2**68 bytes": _post(_CHUNKS, b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    "chunks that end as on Unix": _post(_CHUNKS, b"2\n{}\n0\n\n"),
}
"""Those of which more could come; the client leaves instead."""
