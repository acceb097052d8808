"""Opening and closing a desk: nothing is left behind, and nothing is lost."""

import asyncio
from datetime import timedelta

import pytest
from desk.kit import PAGE, wrote
from desk.playing import (
    TryingStore,
    client_of,
    opened,
    says_hi,
    settled,
)
from once.graph_play import TinyGraph
from once.virtual_clock import until, utc, virtual

from messengerkit import (
    ConfigurationError,
    StoreError,
)
from messengerkit.desk import (
    Desk,
    DeskSettings,
    Turn,
)


@virtual
async def test_a_desk_that_cannot_be_opened_leaves_nothing_behind() -> None:
    """It can be tried again with another one."""
    store = TryingStore()
    for name in ("Desk._beat", "Outbox.recover"):
        store.before.append(name)
        with pytest.raises(StoreError):
            await opened(TinyGraph(), store).__aenter__()


@pytest.mark.parametrize("name", ["Outbox.aclose.<locals>.gone", "Desk.aclose"])
def test_a_desk_closes_though_the_store_fails(name: str) -> None:
    """Others take it for dead once its lease is over."""

    @virtual
    async def scene() -> None:
        graph, store = TinyGraph(), TryingStore()
        async with opened(graph, store, says_hi) as desk:
            await desk.take([wrote("a")])
            await settled(desk)
            store.before.append(name)
            await desk.aclose()
            await desk.aclose()
            assert not store.before

    scene()


@pytest.mark.parametrize("fails", [False, True])
def test_a_handler_that_hangs_is_cut_off_at_the_end(fails: bool) -> None:  # noqa: FBT001
    """Its event is another process's, and until then it is its own, however long that takes."""

    @virtual
    async def scene() -> None:
        graph, store, given = TinyGraph(), TryingStore(), list[str]()

        async def hangs(turn: Turn) -> None:
            given.append(turn.text)
            await asyncio.sleep(10_000)

        async def answers(turn: Turn) -> None:
            given.append(f"{turn.text} {turn.attempt}")
            await says_hi(turn)

        settings = DeskSettings(lease=6)
        async with opened(graph, store, hangs, settings) as one:
            await one.take([wrote("a")])
            await until(lambda: given)
            async with opened(graph, store, answers, settings) as two:
                closing = asyncio.create_task(one.aclose(drain=60))
                await asyncio.sleep(50)
                assert given == ["a"]
                if fails:
                    store.before.append("give_back")
                await closing
                await settled(two)
        assert given == ["a", "a 2" if fails else "a 1"]
        assert graph.texts() == ["You said a"]

    scene()


@virtual
async def test_a_desk_may_serve_many_pages() -> None:
    """Each with its own client."""
    graphs = {PAGE: TinyGraph(), "666": TinyGraph()}
    clients = {page: client_of(graph) for page, graph in graphs.items()}
    async with Desk(clients.__getitem__, TryingStore(), handler=says_hi, clock=utc) as desk:
        await desk.take([wrote("a"), wrote("b", {"page": "666"})])
        await settled(desk)

    assert graphs[PAGE].texts() == ["You said a"]
    assert graphs["666"].texts() == ["You said b"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"handlers": 0},
        {"sends": 0},
        {"retries": (-1,)},
        {"lease": 0},
        {"look": 0},
        {"keep": timedelta()},
    ],
)
def test_settings_make_sense(wrong: dict[str, int]) -> None:
    """They are checked before anything begins."""
    with pytest.raises(ConfigurationError, match="desk: "):
        DeskSettings(**wrong)  # type: ignore[arg-type]  # as somebody without a checker
