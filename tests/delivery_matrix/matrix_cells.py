"""Plays one cell of the matrix, and tells what is not as it must be."""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from delivery_matrix.matrix_ends import ITS_OWN, UNKNOWN, End, Mode, Seen
from delivery_matrix.matrix_rows import Row, alive
from delivery_matrix.matrix_stage import LONG, PSID, Stage, echoing, staged

from messengerkit import (
    ButtonTemplate,
    DeliveryUnknownError,
    Image,
    Message,
    MessengerClient,
    MessengerError,
    Outbound,
    PostbackButton,
    SendResult,
    Text,
    TransportError,
)
from messengerkit.sandbox import Delivered

Wire = Literal["fresh", "reused"]

PAYLOADS: dict[str, Message] = {
    "text": Text("Today there is soup."),
    "attachment": Image("https://cdn.example.com/menu.png"),
    "template": ButtonTemplate("Soup?", [PostbackButton(title="Yes", payload="SOUP")]),
}
WARM = "Just a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One combination.

    Attributes:
        row: What goes wrong.
        wire: On which connection.
        payload: With which message.
        mode: On which terms.
        seen: What the client must see.
        end: And how it must end.
    """

    row: Row
    wire: Wire
    payload: str
    mode: Mode
    seen: Seen
    end: End

    def __str__(self) -> str:
        return f"{self.row.name}, {self.wire}, {self.payload}, {self.mode.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a cell went.

    Attributes:
        stage: Where it was played.
        result: What `send` returned, or raised.
        idle: How many connections were alive before it.
        row: What the log has of it.
        delivered: What the person has of it, once nothing is under way.
    """

    stage: Stage
    result: SendResult | MessengerError
    idle: int
    row: Outbound | None
    delivered: tuple[Delivered, ...]


def cells_of(row: Row) -> Iterator[Cell]:
    """Return every cell of *row*."""
    wires: tuple[tuple[Wire, Seen | None], ...] = (("fresh", row.fresh), ("reused", row.reused))
    for wire, seen in wires:
        for payload in PAYLOADS:
            for mode in Mode:
                end = None if seen is None else seen.ends.of(mode)
                if seen is not None and end is not None:
                    yield Cell(row=row, wire=wire, payload=payload, mode=mode, seen=seen, end=end)


async def play(cell: Cell) -> Played:
    """Play *cell* in a world of its own."""
    row = cell.row
    async with staged(cell.mode) as stage:
        url = row.url(stage)
        async with stage.client(url, times_out=row.times_out, settle=row.settle) as client:
            if cell.wire == "reused":
                await client.send_text(PSID, WARM, timeout=LONG)
            warm = stage.sandbox.delivered
            idle = alive(client)
            stage.watch.attempts.clear()
            stage.watch.results.clear()
            if cell.mode is Mode.ECHOED:
                async with echoing(stage, client):
                    result = await _sent(cell, stage, client)
            else:
                result = await _sent(cell, stage, client)
            rows = list(stage.log._rows.values())
    # What was still under way has arrived now: the sandbox is closed.
    found = tuple(one for one in stage.sandbox.delivered if one not in warm)
    return Played(
        stage=stage, result=result, idle=idle, row=rows[-1] if rows else None, delivered=found
    )


async def _sent(cell: Cell, stage: Stage, client: MessengerClient) -> SendResult | MessengerError:
    await cell.row.strike(stage, client)
    try:
        return await client.send(PSID, PAYLOADS[cell.payload])
    except MessengerError as error:
        return error


def faults_of(cell: Cell, played: Played) -> Iterator[str]:
    """Return what of *played* is not as it must be."""
    attempts = played.stage.watch.attempts
    ours = _shown(cell, played)
    for what, must, found in (
        ("idle connections", int(cell.wire == "reused"), played.idle),
        ("error of the attempt", cell.seen, _signal(cell, played)),
        ("attempts", cell.end.attempts, len(attempts)),
        ("copies", cell.end.copies, len(played.delivered)),
        ("end", _must_raise(cell), type(played.result).__name__),
        *ours,
    ):
        if must != found:
            yield f"{cell}: {what}: {found!r}, and not {must!r}"


def _must_raise(cell: Cell) -> str:
    raises = cell.end.raises or "SendResult"
    return cell.seen.error if raises == ITS_OWN else raises


def _signal(cell: Cell, played: Played) -> Seen:
    """Return what was seen of the first attempt, as far as it can be seen."""
    error, result = played.stage.watch.attempts[0].error, played.result
    if error is None and isinstance(result, DeliveryUnknownError):
        cause = result.__cause__
        error = cause if isinstance(cause, MessengerError) else None
    if error is None and cell.seen.error and played.row is None:
        return cell.seen  # it was accepted, then found to be without an id, and sent again
    name = type(error).__name__ if error is not None else ""
    if not name and played.row is not None and played.row.error:
        name = played.row.error
    phase = error.phase if isinstance(error, TransportError) else None
    status = error.http_status if error is not None else None
    return Seen(name, phase, status, cell.seen.ends)


def _shown(cell: Cell, played: Played) -> Iterator[tuple[str, object, object]]:
    """Return what the result, the error and the log show, beside what they must show."""
    result, row = played.result, played.row
    if isinstance(result, SendResult):
        mids = [one.mid for one in played.delivered]
        yield "the result's mid", True, result.message_id in mids
        yield "the result's attempts", cell.end.attempts, result.attempts
    if isinstance(result, DeliveryUnknownError):
        yield "attempts in doubt", cell.end.attempts, result.attempts
    if cell.end.raises == UNKNOWN:
        yield "the person in doubt", PSID, getattr(result, "recipient_id", None)
    if cell.end.state is not None and row is not None:
        yield "state", cell.end.state, row.state
        yield "evidence", cell.end.evidence, row.evidence
        yield "the row's attempts", cell.end.attempts, row.attempts
        yield "the row's mid", [one.mid for one in played.delivered], [row.mid] if row.mid else []
    if cell.mode is Mode.ECHOED:
        reads = played.stage.sandbox.ledger.calls("GET", ends="/conversations")
        yield "reads", 0, len(reads)
    yield "results told", 1, len(played.stage.watch.results)


async def play_all(row: Row, payloads: Collection[str]) -> list[tuple[Cell, Played]]:
    """Play every cell of *row* with one of *payloads*, side by side."""
    cells = [cell for cell in cells_of(row) if cell.payload in payloads]
    return list(zip(cells, await asyncio.gather(*map(play, cells)), strict=True))
