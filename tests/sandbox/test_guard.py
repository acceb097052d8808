"""Pages of other origins and of other names, and files that would run: all kept out."""

import asyncio
from urllib.parse import urlsplit

import pytest
from sandbox.kit import PERSON, Graph

from messengerkit.sandbox import Sandbox
from messengerkit.sandbox.control.files import _STATIC
from messengerkit.sandbox.control.guard import is_foreign
from messengerkit.sandbox.running import is_loopback

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Origin": "https://evil.example",
    },
    {"Host": "evil.example"},
    {"Host": "evil.example:80"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1@evil.example"},
    {"Host": "["},
    {"Host": ""},
    {"Host": "192.0.2.1"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "clock"),
        ("POST", "clock"),
        ("GET", "changes"),
        ("GET", "openapi.json"),
        ("GET", "chat/"),
        ("GET", ""),
        ("GET", "nothing"),
    ],
)
async def test_a_foreign_page_may_ask_nothing(
    graph: Graph, method: str, path: str, headers: dict[str, str]
) -> None:
    """Neither by its origin, nor by what the browser says, nor by a name that was bound anew."""
    url = f"{graph.sandbox.url}/_sandbox/{path}"
    before = graph.sandbox.now()
    async with graph.http.request(method, url, headers=headers, data=b'{"advance":9}') as response:
        answer = await response.json()

    assert (response.status, answer) == (403, {"error": "pages of other origins may not ask"})
    assert graph.sandbox.now() == before
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:80", "Host": "127.0.0.1:80"},
        {"Host": "localhost:80"},
        {"Host": "LOCALHOST"},
        {"Host": "[::1]:80"},
        {"Host": "127.9.9.9"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
    ids=str,
)
async def test_the_sandboxs_own_page_may_ask(graph: Graph, headers: dict[str, str]) -> None:
    """And so may curl, and whoever types its address, or follows a link to it."""
    url = f"{graph.sandbox.url}/_sandbox/clock"
    async with graph.http.get(url, headers=headers) as response:
        assert response.status == 200


def test_a_request_without_a_host_is_foreign() -> None:
    """No browser of today sends one."""
    assert is_foreign({}, is_loopback)


async def test_whoever_exposes_the_sandbox_names_it(graph: Graph) -> None:
    """Then any host will do, and a foreign origin still will not."""
    async with Sandbox(host="0.0.0.0", expose=True) as sandbox:  # noqa: S104  # it is the point
        url = sandbox.url.replace("0.0.0.0", "127.0.0.1") + "/_sandbox/clock"  # noqa: S104
        named = {"Host": "sandbox.example"}
        async with graph.http.get(url, headers=named) as response:
            assert response.status == 200
        async with graph.http.get(url, headers={**named, "Origin": "http://x"}) as response:
            assert response.status == 403


async def test_the_graph_api_is_open_to_any_name(sandbox: Sandbox, graph: Graph) -> None:
    """A backend in a container reaches it by another one."""
    await sandbox.person_writes(PERSON, "Hi")

    assert b'"message_id"' in await graph.raw()  # its Host is `graph`


@pytest.mark.parametrize(
    ("content_type", "served", "disposition"),
    [
        ("image/png", "image/png", "inline"),
        ("image/svg+xml", "image/svg+xml", "inline"),
        ("text/html", "application/octet-stream", "attachment"),
        ("application/pdf", "application/octet-stream", "attachment"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("application/octet-stream", "application/octet-stream", "attachment"),
    ],
)
async def test_what_was_sent_does_not_run(
    sandbox: Sandbox, graph: Graph, content_type: str, served: str, disposition: str
) -> None:
    """An image is shown, in a sandbox of the browser's; all else is saved, as plain bytes."""
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    await sandbox.person(psid=PERSON).uploads(script, "a.html", content_type)
    _, told = await graph.control(f"people/{PERSON}/conversation", method="GET")
    url = str(told).partition("'url': '")[2].partition("'")[0]

    async with graph.http.get(url) as response:
        assert await response.read() == script
        headers = response.headers
    assert headers["Content-Type"] == served
    assert headers["Content-Disposition"] == disposition
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["media/1/a.png", "media/1/", "media/x/../../y"])
async def test_what_was_not_sent_is_not_found(graph: Graph, path: str) -> None:
    """An id that is not, or no longer, kept."""
    async with graph.http.get(f"{graph.sandbox.url}/_sandbox/{path}") as response:
        assert response.status == 404


@pytest.mark.parametrize("name", sorted(one.name for one in _STATIC.iterdir()))
async def test_the_chat_pages_files_are_served(graph: Graph, name: str) -> None:
    """Each as what it is, and under a policy that lets nothing else run."""
    types = {
        "css": "text/css; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml; charset=utf-8",
    }
    async with graph.http.get(f"{graph.sandbox.url}/_sandbox/chat/{name}") as response:
        assert (response.status, await response.read()) == (200, (_STATIC / name).read_bytes())
        headers = response.headers
    assert headers["Content-Type"] == types[name.rpartition(".")[2]]
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_chat_has_a_page(graph: Graph) -> None:
    """Its address is the one that the sandbox tells."""
    async with graph.http.get(graph.sandbox.chat_url) as response:
        assert (response.status, response.content_type) == (200, "text/html")


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e/__init__.py",
        "..%2f__init__.py",
        "..%2f..%2fserver.py",
        "..%5c..%5cserver.py",
        "%2e%2e%5cindex.html",
        "%2fetc%2fpasswd",
        "C:index.html",
        ".html",
        "index.html%00",
        "index.html/",
        "index",
        "nothing.js",
        "x/index.html",
    ],
)
async def test_no_other_file_is_served(graph: Graph, name: str) -> None:
    """No path leads out of the folder, on any system."""
    reply = await _bare(graph, f"/_sandbox/chat/{name}")

    assert reply.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 "))
    assert b"import" not in reply


async def _bare(graph: Graph, path: str) -> bytes:
    """Ask for *path* as it is written: a client would tidy it up."""
    address = urlsplit(graph.sandbox.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()
