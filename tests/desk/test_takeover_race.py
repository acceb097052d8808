"""The race that the desk is for: an admin takes over while the bot's answer is on its way.

A thousand times, in virtual time: each time chance says how long everybody thinks, how long the
store and Meta take, which answers are lost, and when and how often the admin takes over.
"""

import logging
from collections.abc import Iterator
from itertools import pairwise

import pytest
from desk.takeover_play import Frame, Play, Record, settled_at
from once.virtual_clock import play

from messengerkit.delivery import State
from messengerkit.desk import OutboxRow, Sender

BLOCKS, SEEDS = 10, 100
LONGEST = 2.0
"""Seconds after which a person's reply has left, from when it could."""
_OUT = {State.IN_FLIGHT, State.UNKNOWN}


def bots(frame: Frame, *states: State) -> dict[str, OutboxRow]:
    """Return the bot's sends that are in one of *states*."""
    return {
        nonce: one
        for nonce, one in frame.sends.items()
        if one.sender is Sender.BOT and one.row.state in states
    }


def claims(record: Record) -> Iterator[tuple[int, str]]:
    """Yield each claim of a bot's send: the number of the frame after it, and the nonce."""
    for number, (before, now) in enumerate(pairwise(record.frames), start=1):
        for nonce in bots(now, State.IN_FLIGHT).keys() - bots(before, State.IN_FLIGHT).keys():
            yield number, nonce


def check_claims(record: Record) -> None:
    """No bot's send is claimed in a conversation that is in other hands by now."""
    for number, nonce in claims(record):
        frame = record.frames[number]
        assert not frame.conversation.human_handling, record.seed
        written = next(one for one in record.frames if nonce in one.sends)
        assert written.conversation.version == frame.conversation.version, record.seed


def check_takeovers(record: Record) -> None:
    """What was queued is cancelled at once, and what had left is told."""
    for takeover in record.takeovers:
        frame = record.frames[takeover.frame]
        assert not bots(frame, State.QUEUED), record.seed
        told = {one.id for one in takeover.told.in_flight}
        assert told == {one.message_id for one in bots(frame, *_OUT).values()}, record.seed


def check_wire(record: Record) -> None:
    """Meta sees no bot's message begin after a takeover, but one that was told to be out."""
    for begun in record.begun:
        last = record.frames[begun.frame].sends[begun.nonce]
        if last.sender is not Sender.BOT:
            continue
        for takeover in record.takeovers:
            frame = record.frames[takeover.frame]
            if takeover.frame <= begun.frame and begun.nonce in frame.sends:
                told = {one.id for one in takeover.told.in_flight}
                assert last.message_id in told, record.seed


def check_copies(run: Play) -> None:
    """Nobody has a message twice, and everybody has what is said to be sent."""
    mids = {one.nonce: one.mid for one in run.graph.inbox}
    assert len(mids) == len(run.graph.inbox), run.record.seed
    for nonce, send in run.record.frames[-1].sends.items():
        assert send.row.mid == mids.get(nonce), run.record.seed
        assert (send.row.state is State.SENT) == (nonce in mids), run.record.seed
        assert send.row.state is not State.UNCONFIRMED, run.record.seed


def waits(record: Record) -> Iterator[float]:
    """Yield for each reply of a person how long it took to leave after it could.

    It could once it was written, the person's reply before it was settled, and no message with
    the same words was open: nobody could tell the two from each other.
    """
    for nonce, send in record.frames[-1].sends.items():
        if send.sender is Sender.BOT:
            continue
        written = next(frame for frame in record.frames if nonce in frame.sends)
        could = written.at
        for other, one in written.sends.items():
            theirs = one.sender is Sender.HUMAN or one.digest == send.digest
            if one.number < send.number and theirs:
                could = max(could, settled_at(record, other))
        yield next(one.at for one in record.begun if one.nonce == nonce) - could


@pytest.fixture(autouse=True)
def _in_silence() -> Iterator[None]:
    logging.disable(logging.CRITICAL)  # each of the thousands of faults is logged
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_takeover_wins_every_race(block: int) -> None:
    """The bot sends no more, the admin knows what is out, and waits no longer than 2 s."""
    raced = 0
    for seed in range(block * SEEDS, (block + 1) * SEEDS):
        run = Play(seed)
        play(run())
        check_claims(run.record)
        check_takeovers(run.record)
        check_wire(run.record)
        check_copies(run)
        assert max(waits(run.record)) <= LONGEST, seed
        raced += any(one.told.in_flight for one in run.record.takeovers)

    assert raced >= SEEDS / 10
