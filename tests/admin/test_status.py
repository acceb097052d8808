"""`GET /status`: whether the backend can send, told to everybody, asked of Meta rarely."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest
from admin.kit import Accepting, Clock, Panel

from messengerkit import MessengerClient, Phase, TransportError
from messengerkit._graph import Request, Response
from messengerkit.admin import DirectBackend
from messengerkit.admin.page_check import STATUS_LIFE
from messengerkit.errors import PermissionDeniedError
from messengerkit.sandbox import Fault, Sandbox

WORDS = "User 4711 has blocked the app Secret-Name"


@dataclass
class SlowMeta:
    """A transport whose answers wait to be released, and take as long as they are told to."""

    clock: Clock
    takes: float = 0.0
    asked: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, _request: Request, /) -> Response:
        """Answer once released."""
        self.asked += 1
        self.reached.set()
        await self.released.wait()
        self.clock.seconds += self.takes
        if self.takes:
            msg = "No whole answer from Meta."
            raise TransportError(msg, phase=Phase.SENT)
        return Response(status=200, headers={}, body=b'{"id": "1", "name": "Page"}')

    async def aclose(self) -> None:
        """Close nothing."""


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


def status_panel(client: MessengerClient, clock: Clock) -> Panel:
    """Return a panel whose backend goes by *clock*."""
    return Panel(DirectBackend(client, monotonic=clock))


async def test_a_good_token_is_ready(
    client: MessengerClient, sandbox: Sandbox, clock: Clock
) -> None:
    """The page was asked for, with one call, and no figure is invented before the first send."""
    done = await status_panel(client, clock).status()

    assert (done.status, done.success, done.message) == (200, True, "Ready to send.")
    assert done.data == {
        "status": "ok",
        "success_rate": None,
        "sends": 0,
        "sent": 0,
        "unknown": 0,
    }
    assert [one.path for one in sandbox.requests] == ["/v26.0/me"]


async def test_the_figures_are_those_of_the_sends(
    panel: Panel, client: MessengerClient, sandbox: Sandbox
) -> None:
    """Of five messages two were accepted, one refused, and of two nobody knows."""
    await panel.send()
    await panel.send()
    sandbox.script(Fault.graph_error(10, 2018278))
    await panel.send()
    sandbox.script(Fault.commit_then_close(), times=2)
    await panel.send()
    await panel.send()
    done = await panel.status()

    assert done.data == {
        "status": "ok",
        "success_rate": 0.4,
        "sends": 5,
        "sent": 2,
        "unknown": 2,
    }
    assert client.stats.refused == 1


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (Fault.graph_error(190, 463, WORDS), "token", False),
        (Fault.graph_error(613, message=WORDS), "rate_limit", True),
        (Fault.html(502), "unreadable_answer", False),
        (Fault.reset(), "transport", False),
    ],
    ids=["token", "limit", "html", "reset"],
)
async def test_a_backend_that_cannot_send_says_so(  # fixtures
    client: MessengerClient,
    sandbox: Sandbox,
    clock: Clock,
    fault: Fault,
    code: str,
    retryable: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """503 with the kind of problem and what to do, and without a word of Meta's."""
    # aiohttp itself repeats a GET whose connection is lost, once.
    sandbox.script(fault, times=2, path="me")
    done = await status_panel(client, clock).status()

    assert (done.status, done.success, done.message) == (503, False, "Not ready to send.")
    assert done.data["status"] == "degraded"
    assert set(done.error) == {"code", "advice", "retryable"}
    assert (done.error["code"], done.error["retryable"]) == (code, retryable)
    assert "4711" not in json.dumps(done.data)
    assert "Secret-Name" not in json.dumps(done.data)


async def test_the_kind_of_problem_comes_from_any_backend(accepting: Accepting) -> None:
    """The route, not the backend, keeps Meta's words inside."""
    accepting.problem = PermissionDeniedError(WORDS, code=10, fbtrace_id="A4711")
    done = await Panel(accepting).status()

    assert done.status == 503
    assert done.error == {
        "code": "permission_denied",
        "advice": PermissionDeniedError.advice,
        "retryable": False,
    }


async def test_meta_is_asked_once_per_life(
    client: MessengerClient, sandbox: Sandbox, clock: Clock
) -> None:
    """However many ask, one look serves them all until it is 30 seconds old."""
    panel = status_panel(client, clock)
    seen: list[tuple[int, int]] = []
    for step in (0.0, 0.0, STATUS_LIFE - 0.5, 0.5, 0.0):
        clock.seconds += step
        done = await panel.status()
        seen.append((done.status, len(sandbox.requests)))

    assert STATUS_LIFE == 30.0
    assert seen == [(200, 1), (200, 1), (200, 1), (200, 2), (200, 2)]


async def test_a_problem_lasts_as_long_as_a_good_look(
    client: MessengerClient, sandbox: Sandbox, clock: Clock
) -> None:
    """A dead token does not become a call to Meta for everybody who asks, nor for ever."""
    panel = status_panel(client, clock)
    sandbox.script(Fault.graph_error(190), path="me")
    seen: list[tuple[int, int]] = []
    for step in (0.0, STATUS_LIFE - 0.5, 0.5):
        clock.seconds += step
        done = await panel.status()
        seen.append((done.status, len(sandbox.requests)))

    assert seen == [(503, 1), (503, 1), (200, 2)]


@pytest.mark.parametrize(
    "takes",
    [0.0, STATUS_LIFE],
)
async def test_those_who_ask_together_are_served_by_one_look(clock: Clock, takes: float) -> None:
    """Also while Meta hangs: twenty who wait do not become twenty calls, one after another."""
    meta = SlowMeta(clock, takes=takes)
    async with MessengerClient(page_access_token="EAAToken", transport=meta) as client:
        panel = status_panel(client, clock)
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            asking = [group.create_task(panel.status()) for _ in range(20)]
            await meta.reached.wait()
            meta.released.set()

    assert {task.result().status for task in asking} == {503 if takes else 200}
    assert meta.asked == 1


async def test_a_closed_client_is_not_ready(client: MessengerClient, clock: Clock) -> None:
    """The status never raises, not even on shutdown."""
    await client.aclose()
    done = await status_panel(client, clock).status()

    assert (done.status, done.error["code"]) == (503, "client_closed")
