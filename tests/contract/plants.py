"""The aiohttp example with one thing wrong in it, as somebody who changes it might do."""

from contract.servers import EXAMPLES

Change = tuple[str, str]
"""A piece of the example, and what stands there instead."""

_HEADERS = '[(k.decode("latin-1"), v.decode("latin-1")) for k, v in request.raw_headers]'
_BODY = "bytes(body[: limit + 1])"
_MOUNT = 'return [web.route("*", path, endpoint(face, path)) for path in face.paths]'
_ANSWER = "return web.Response(status=done.status, headers=done.headers, body=done.body)"
_HEAD_ALONE = """
    async def head(_request: web.Request) -> web.Response:
        return web.Response(status=200)

    return [web.head(path, head) for path in face.paths] + [
        web.route(method, path, endpoint(face, path))
        for path in face.paths
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    ]
"""
_DECLARED = (
    "return [web.route(one.method, one.path, endpoint(face, one.path)) for one in face.routes]"
)
_CORS = 'headers=[*done.headers, ("Access-Control-Allow-Origin", "*")]'
_CHARSET = (
    _ANSWER.replace("return", "answer =")
    + """
    answer.charset = "utf-8"
    return answer
"""
)
_ENCODED = "body=__import__('json').dumps(__import__('json').loads(done.body)).encode()"

PLANTS: dict[str, tuple[Change, ...]] = {
    "headers as a mapping": ((_HEADERS, "list(dict(request.headers).items())"),),
    "headers in UTF-8": ((_HEADERS, "list(request.headers.items())"),),
    "a body cut at the limit": ((_BODY, "bytes(body[:limit])"),),
    "one limit for all paths": (("face.max_body(path)", "2**22"),),
    "a body read as text": ((_BODY, "bytes(body).decode(errors='replace').encode()"),),
    "a body unpacked": (('Application(handler_args={"auto_decompress": False})', "Application()"),),
    "HEAD mounted on its own": ((_MOUNT, _HEAD_ALONE),),
    "a 405 of the framework's": ((_MOUNT, _DECLARED),),
    "a query decoded by the framework": (
        ("request.rel_url.raw_query_string", "request.query_string"),
    ),
    "nobody's address": (("peer=request.remote", "peer=None"),),
    "any page may read": ((_ANSWER, _ANSWER.replace("headers=done.headers", _CORS)),),
    "a type with a charset": ((_ANSWER, _CHARSET),),
    "a body encoded again": ((_ANSWER, _ANSWER.replace("body=done.body", _ENCODED)),),
    "no cookie set": (
        ("headers=done.headers", "headers=[one for one in done.headers if one[0] != 'Set-Cookie']"),
    ),
    "every success is 200": (
        ("status=done.status", "status=200 if done.status < 300 else done.status"),
    ),
}


def planted(changes: tuple[Change, ...]) -> str:
    """Return the aiohttp example with *changes*; each piece must be there, once."""
    source = (EXAMPLES / "aiohttp" / "app.py").read_text()
    for piece, instead in changes:
        assert source.count(piece) == 1, f"{piece!r} is not in the example once"
        source = source.replace(piece, instead)
    return source
