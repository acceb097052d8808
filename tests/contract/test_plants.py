"""The suite finds an adapter that does one thing wrong, and nothing in a copy of a right one."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from contract.cases import FULL
from contract.comparing import differences
from contract.graph import Graph
from contract.plants import PLANTS, Change, planted
from contract.playing import play
from contract.running import Run
from contract.servers import full, served

Found = dict[str, Future[str | None]]


def first_difference(
    name: str, changes: tuple[Change, ...], folder: Path, right: Run
) -> str | None:
    """Return the first case in which the example with *changes* differs from *right*, if any."""
    source = planted(changes)
    with (
        Graph.running() as graph,
        served("aiohttp", folder / name, full(graph.url), source=source) as port,
    ):
        for mine, theirs in zip(play(FULL, port, graph), right.played, strict=True):
            if differences(mine, theirs):
                return mine.case.name
        return None if graph.ledger == right.ledger else "the ledger"


@pytest.fixture(scope="module")
def found(
    runs: dict[str, dict[str, Run]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Found]:
    """Yield what is found in each plant, once it is; three are played at a time."""
    folder, right = tmp_path_factory.mktemp("plants"), runs["full"]["aiohttp"]
    with ThreadPoolExecutor(3) as pool:
        yield {
            name: pool.submit(first_difference, name, changes, folder, right)
            for name, changes in {"nothing": (), **PLANTS}.items()
        }


def test_in_an_unchanged_copy_nothing_is_found(found: Found) -> None:
    """What is found in the others is not by chance."""
    assert found["nothing"].result() is None


@pytest.mark.parametrize("name", PLANTS)
def test_each_plant_is_found(found: Found, name: str) -> None:
    """At least one case differs."""
    assert found[name].result() is not None
