"""The page token shows nowhere: every path is sent with a marked token, and all is searched.

The same search is tried on leaks that are planted, so that it is known to find them.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Iterator

import aiohttp
import faults
import pytest
from conftest import PSID
from leaks.searching import chain
from multidict import CIMultiDict, CIMultiDictProxy
from waits import Waits
from yarl import URL

from messengerkit import AiohttpTransport, MessengerClient, MessengerError
from messengerkit._graph import Request, Response
from messengerkit.sandbox import Fault, Page, Sandbox

MARK = "EAAMarkedTokenThatMustShowNowhere"


class Spy(AiohttpTransport):
    """The real transport, which keeps every URL that it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    async def send(self, request: Request, /) -> Response:
        """Keep the URL and the repr, then send."""
        self.seen += [request.url, repr(request)]
        return await super().send(request)


def shown_by(error: BaseException) -> Iterator[str]:
    """Give all that a log, a debugger or an error tracker could show of *error*."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The first frame is the test's own.
    for frame in report.stack[1:]:
        yield from (frame.locals or {}).values()
    yield "".join(traceback.format_exception(error))
    for one in chain(error):
        yield f"{one} {one!r} {vars(one)!r} {one.args!r}"


def leaks(*texts: str) -> list[str]:
    """Return the texts in which the mark stands."""
    return [text for text in texts if MARK in text]


FAULTS: list[tuple[str, Fault | None]] = [
    ("none", None),
    ("dead token", Fault.graph_error(190, 463)),
    ("token quoted back", Fault.graph_error(190, message=f"Malformed access token {MARK}")),
    (
        "token in the trace",
        Fault.body(400, b'{"error":{"code":2,"fbtrace_id":"%b"}}' % MARK.encode()),
    ),
    ("throttled", Fault.graph_error(613)),
    ("temporary", Fault.graph_error(2)),
    ("page", Fault.html(502)),
    ("page with the token", Fault.body(200, f"<html>{MARK}</html>".encode())),
    ("reset", Fault.reset()),
    ("closed", Fault.commit_then_close()),
    ("half a head", Fault.half_head()),
    ("half a body", Fault.half_body()),
    ("not HTTP", Fault.not_http()),
    ("silence", Fault.commit_then_silence()),
]


def client_of(url: str, spy: Spy, waits: Waits) -> MessengerClient:
    """Return a client with the marked token."""
    return MessengerClient(
        page_access_token=MARK,
        app_secret="secret",
        graph_url=url,
        transport=spy,
        sleep=waits,
        timeout=0.3,
    )


Verb = Callable[[MessengerClient], object]

VERBS: list[Verb] = [
    lambda client: client.send_text(PSID, "Hi"),
    lambda client: client.send_message(PSID, "Hi"),
    lambda client: client.typing_on(PSID),
    lambda client: client.me(),
    lambda client: client.send_text("../me", "Hi"),
    lambda client: client.send_text(PSID, "x" * 3000),
]


async def outcome_of(client: MessengerClient, verb: Verb) -> list[str]:
    """Return all that *verb* shows, whether it succeeds or fails."""
    done = verb(client)
    assert asyncio.iscoroutine(done)
    try:
        return [repr(await done)]
    except MessengerError as error:
        return list(shown_by(error))


@pytest.mark.parametrize("fault", [row[1] for row in FAULTS], ids=[row[0] for row in FAULTS])
@pytest.mark.parametrize("verb", VERBS, ids=["text", "message", "typing", "me", "bad id", "long"])
async def test_the_token_shows_on_no_path(
    fault: Fault | None,
    verb: Verb,
    waits: Waits,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In no URL, log record, exception, traceback or repr, whatever happens to the call."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    spy = Spy()
    async with Sandbox(Page(access_token=MARK), redelivery_delays=()) as sandbox:
        await sandbox.person_writes(PSID, "Hello?")
        if fault is not None:
            sandbox.script(fault, times=9)
            sandbox.script(fault, times=9, path="me")
        async with client_of(sandbox.url, spy, waits) as client:
            shown = await outcome_of(client, verb)
            shown += [repr(client), repr(vars(client)), repr(client.stats)]
    logged = [f"{record.getMessage()} {vars(record)!r}" for record in caplog.records]

    assert leaks(*shown, *spy.seen, *logged) == []


async def test_the_token_does_not_show_when_nobody_listens(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """The error of a refused connection holds the whole request in aiohttp; not in ours."""
    caplog.set_level(logging.DEBUG)
    async with client_of(f"http://127.0.0.1:{faults.closed_port()}", Spy(), waits) as client:
        shown = await outcome_of(client, VERBS[0])

    assert leaks(*shown, *(vars(record)["message"] for record in caplog.records)) == []


@pytest.mark.parametrize("setting", [{"graph_url": "http://meta.example"}, {"graph_version": "26"}])
def test_the_token_does_not_show_when_a_setting_is_refused(setting: dict[str, str]) -> None:
    """Not even in the variables of the frames."""
    with pytest.raises(MessengerError) as caught:
        MessengerClient.from_env(
            {
                "FACEBOOK_PAGE_ACCESS_TOKEN": MARK,
                **{f"MESSENGER_{name.upper()}": value for name, value in setting.items()},
            }
        )
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    # The test's own frame and from_env's hold the mapping that the caller handed in.
    variables = [text for frame in report.stack[2:] for text in (frame.locals or {}).values()]

    assert leaks(str(caught.value), *variables) == []


def raise_foreign(in_url: str, in_header: str) -> None:
    """Fail as a client that wraps nothing does."""
    url = URL(f"http://127.0.0.1/{in_url}")
    info = aiohttp.RequestInfo(url, "POST", headers=_headers(in_header), real_url=url)
    raise aiohttp.ClientResponseError(info, ())


def _headers(value: str) -> CIMultiDictProxy[str]:
    pairs = CIMultiDict({"Authorization": value})
    return CIMultiDictProxy(pairs)


@pytest.mark.parametrize(
    ("in_url", "in_header"), [(f"me?access_token={MARK}", ""), ("me", f"Bearer {MARK}")]
)
@pytest.mark.parametrize("wrapped", ["bare", "from", "context", "from None"])
def test_a_planted_leak_is_found(in_url: str, in_header: str, wrapped: str) -> None:
    """The search finds a token in the URL or header of a foreign error, however it is wrapped."""
    found: list[str] = []
    try:
        try:
            raise_foreign(in_url, in_header)
        except aiohttp.ClientError as error:
            if wrapped == "bare":
                raise
            ours = MessengerError("It failed.")
            match wrapped:
                case "from":
                    raise ours from error
                case "from None":
                    raise ours from None
                case _:
                    raise ours  # noqa: B904  # the leak that is planted
    except (aiohttp.ClientError, MessengerError) as error:
        found = leaks(*shown_by(error))

    assert found


@pytest.mark.parametrize(
    "planted",
    [
        lambda: repr({"token": MARK}),
        lambda: f"POST https://graph.facebook.com/me?access_token={MARK}",
        lambda: repr(CIMultiDict({"Authorization": f"Bearer {MARK}"})),
    ],
)
def test_a_leak_planted_in_a_text_is_found(planted: Callable[[], str]) -> None:
    """A log line, a URL, a repr: the search reads them all alike."""
    assert leaks("nothing", planted()) == [planted()]


async def test_a_leak_planted_in_the_transport_is_found(waits: Waits) -> None:
    """A transport that lets aiohttp's error through is caught by the search."""

    class Leaky(Spy):
        async def send(self, request: Request, /) -> Response:
            await super().send(request)
            raise_foreign("me", request.headers["Authorization"])
            raise AssertionError

    async with Sandbox(Page(access_token=MARK)) as sandbox:
        client = client_of(sandbox.url, Leaky(), waits)
        with pytest.raises(aiohttp.ClientError) as caught:
            await client.me()
        await client.aclose()

    assert leaks(*shown_by(caught.value))
