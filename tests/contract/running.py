"""The three adapters as they stand, each with its own server and its own Graph API."""

import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from contract.apart import APART, UNFINISHED
from contract.asking import STATUS, get, signed, wrote
from contract.cases import DESK, FULL, LEAN, LIMITED
from contract.desks import with_desk
from contract.graph import Graph
from contract.playing import Played, play
from contract.servers import ADAPTERS, full, lean, served
from contract.wire import answered, exchange, parsed

from messengerkit.sandbox import Fault

ADDRESS = "203.0.113.1"
LAST = ("Good night.", "Sleep well.")


SUMMARY = pytest.StashKey[str]()
"""What is told at the end: how many cases there were, and how many differences."""


@dataclass(frozen=True)
class Run:
    """What one backend has made of its cases.

    Attributes:
        played: The cases, as they went.
        ledger: What reached people.
        log: What the server wrote meanwhile.
        apart: The status of each request of `APART` and `UNFINISHED`, and of one after
            them; None if there was no answer.
        log_apart: What the server wrote meanwhile.
        last: What reached people of `LAST`, which came just before the end.
    """

    played: tuple[Played, ...]
    ledger: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    log: str = ""
    apart: Mapping[str, int | None] = field(default_factory=dict[str, int | None])
    log_apart: str = ""
    last: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def run_all(folder: Path) -> dict[str, dict[str, Run]]:
    """Return the run of each adapter in each setting, all at the same time."""
    with ThreadPoolExecutor(4 * len(ADAPTERS)) as pool:
        fulls = {name: pool.submit(_full, name, folder / name) for name in ADAPTERS}
        leans = {name: pool.submit(_lean, name, folder / f"{name}-lean") for name in ADAPTERS}
        limited = {
            name: pool.submit(_limited, name, folder / f"{name}-limited") for name in ADAPTERS
        }
        desks = {name: pool.submit(_desk, name, folder / f"{name}-desk") for name in ADAPTERS}
        return {
            "full": {name: run.result() for name, run in fulls.items()},
            "lean": {name: run.result() for name, run in leans.items()},
            "limited": {name: run.result() for name, run in limited.items()},
            "desk": {name: run.result() for name, run in desks.items()},
        }


def _full(adapter: str, folder: Path) -> Run:
    with Graph.running() as graph, served(adapter, folder, full(graph.url)) as port:
        played = tuple(play(FULL, port, graph))
        ledger, log = graph.ledger, (folder / "log").read_text()
        apart = {name: _status(port, raw) for name, raw in APART.items()}
        apart |= {name: _status(port, raw, leave=True) for name, raw in UNFINISHED.items()}
        apart["after them"] = _status(port, get(STATUS).raw(ADDRESS, {}))
        log_apart = (folder / "log").read_text()[len(log) :]
        # The server is asked to stop while the bot waits for Meta, and has more to say.
        graph.script([Fault.slow(0.5)])
        answered(port, signed(wrote(*LAST)), address=ADDRESS, kept={})
    return Run(played, ledger, log, apart, log_apart, graph.ledger[len(ledger) :])


def _lean(adapter: str, folder: Path) -> Run:
    with ExitStack() as stack:
        # Bound, so that nobody else takes the port, and deaf.
        deaf = stack.enter_context(socket.socket())
        deaf.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        graph = stack.enter_context(Graph.running())
        port = stack.enter_context(served(adapter, folder, lean(nowhere)))
        return Run(tuple(play(LEAN, port, graph)), graph.ledger, (folder / "log").read_text())


def _limited(adapter: str, folder: Path) -> Run:
    with Graph.running() as graph, served(adapter, folder, full(graph.url)) as port:
        return Run(tuple(play(LIMITED, port, graph)), graph.ledger, (folder / "log").read_text())


def _desk(adapter: str, folder: Path) -> Run:
    source = with_desk(adapter)
    with (
        Graph.running() as graph,
        served(adapter, folder, full(graph.url), source=source) as port,
    ):
        return Run(tuple(play(DESK, port, graph)), graph.ledger, (folder / "log").read_text())


def _status(port: int, raw: bytes, *, leave: bool = False) -> int | None:
    answer = parsed(exchange(port, raw, leave=leave), is_to_head=False)
    return None if answer is None else answer.status
