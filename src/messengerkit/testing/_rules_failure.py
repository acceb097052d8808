"""Floor 8: the rules of an exchange that fails: whether Meta can have acted on it is told truly."""

from messengerkit._phase import Phase

from ._rules_exchange import echo
from ._trial import PATH, SECRET, TOKEN, Rule, Trial, failed, request, require, shown_by
from ._wire import HOST, Behaviour, Connection, closed_port

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_SHORT = 1.0  # seconds for a call that is meant to be late; enough to connect on a busy machine


def then(raw: bytes, *, reset: bool = False) -> Behaviour:
    """Read the request, write *raw*, and close."""

    async def behaviour(connection: Connection) -> None:
        await connection.request()
        await connection.write(raw)
        if reset:
            connection.reset()

    return behaviour


async def hang_up(connection: Connection) -> None:
    """Reset before anything is read."""
    connection.reset()


async def hang_up_in_the_body(connection: Connection) -> None:
    """Reset once the first byte of the body is there."""
    await connection.head()
    await connection.reader.readexactly(1)
    connection.reset()


async def silence(connection: Connection) -> None:
    """Read the request, and say nothing until the rule is over."""
    await connection.request()
    await connection.wire.released.wait()


async def trickle(connection: Connection) -> None:
    """Begin an answer that never ends."""
    await connection.request()
    await connection.write(_HEAD + b"Content-Length: 50\r\n\r\n{")
    await connection.wire.released.wait()


async def once(connection: Connection) -> None:
    """Answer the first request of all, and take the others without an answer."""
    while True:
        await connection.request()
        if len(connection.wire.arrived) > 1:
            return
        await connection.answer()


async def _not_sent(trial: Trial) -> None:
    await trial.failure(Phase.NOT_SENT, url=f"http://{HOST}:{closed_port()}")


async def _no_tls(trial: Trial) -> None:
    await trial.failure(Phase.NOT_SENT, url=trial.wire.url.replace("http:", "https:"))


async def not_tls(connection: Connection) -> None:
    """Answer what is no TLS to a handshake."""
    await connection.reader.readexactly(1)
    await connection.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def _unanswered(trial: Trial) -> None:
    await trial.failure(Phase.NOT_SENT, Phase.SENT)


async def _sent(trial: Trial) -> None:
    await trial.failure(Phase.SENT)


async def _sent_in_part(trial: Trial) -> None:
    for size in (2, 300_000):
        await trial.failure(Phase.SENT, body=b"x" * size)


async def _sent_and_late(trial: Trial) -> None:
    await trial.failure(Phase.SENT, timeout=_SHORT)


async def _not_unsent(trial: Trial) -> None:
    await trial.failure(Phase.SENT, Phase.ANSWERED)


async def _answered(trial: Trial) -> None:
    await trial.failure(Phase.ANSWERED)


async def _answered_and_late(trial: Trial) -> None:
    await trial.failure(Phase.ANSWERED, timeout=_SHORT)


async def _get(trial: Trial) -> None:
    await trial.failure(Phase.NOT_SENT, Phase.SENT, method="GET", body=None)


async def _written_once(trial: Trial) -> None:
    await trial.send()
    await trial.failure(Phase.SENT)
    times = len(trial.wire.arrived) - 1
    require(times == 1, f"it arrived {times} times")


async def _late_answer(trial: Trial) -> None:
    await trial.failure(Phase.SENT, timeout=_SHORT)
    trial.wire.released.set()
    await trial.goes_on()


async def first_late(connection: Connection) -> None:
    """Answer the first request of all late, and the others at once."""
    first = connection.wire.connections == 1
    while True:
        arrived = await connection.request()
        if first:
            connection.wire.reached.set()
            await connection.wire.released.wait()
        await connection.answer(b"late" if first else arrived.body)
        first = False


async def _usable(trial: Trial) -> None:
    await trial.failure(Phase.NOT_SENT, url=f"http://{HOST}:{closed_port()}")
    await trial.goes_on()


async def _discreet(trial: Trial) -> None:
    target = f"{PATH}?input_token={SECRET}"
    for url in (f"http://{HOST}:{closed_port()}", trial.wire.url):
        error = await failed(trial.transport, request(url, target=target))
        shown = " ".join(shown_by(error))
        require(TOKEN not in shown, "the token of the header shows")
        require(SECRET not in shown, "the token in the query shows")
        require(url + PATH not in shown, "the URL shows")


_GIBBERISH = b"\x00\x01\x02 hello\r\n\r\n"
_HALF = _HEAD + b"Content-Length: 50\r\n\r\n{"
_BAD_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
_HALF_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"

RULES = (
    Rule("A connection that is refused is NOT_SENT.", echo, _not_sent),
    Rule("A TLS handshake that fails is NOT_SENT.", not_tls, _no_tls),
    Rule("A reset before the body is a TransportError, not ANSWERED.", hang_up, _unanswered),
    Rule("A reset inside the body is SENT.", hang_up_in_the_body, _sent_in_part),
    Rule("A FIN instead of an answer is SENT.", then(b""), _sent),
    Rule("A RST instead of an answer is SENT.", then(b"", reset=True), _sent),
    Rule("Silence instead of an answer is SENT, in time.", silence, _sent_and_late),
    Rule("Half a head is not NOT_SENT.", then(_HEAD), _not_unsent),
    Rule("What is not HTTP is SENT.", then(_GIBBERISH), _sent),
    Rule("Half a body is ANSWERED, with its status.", then(_HALF), _answered),
    Rule("Half a chunk is ANSWERED, with its status.", then(_HALF_CHUNK), _answered),
    Rule("A broken chunk is not NOT_SENT.", then(_BAD_CHUNK), _not_unsent),
    Rule("The time is for the whole answer, too.", trickle, _answered_and_late),
    Rule("A GET that fails is a TransportError.", then(b""), _get),
    Rule("A POST is written once, whatever comes of it.", once, _written_once),
    Rule("An answer that comes late is given to no other call.", first_late, _late_answer),
    Rule("After a failure the transport goes on.", echo, _usable),
    Rule("An error shows neither the token nor the URL.", then(b""), _discreet),
)
