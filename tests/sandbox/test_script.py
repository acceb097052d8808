"""Which calls meet a scripted fault: by part of the API, person, page, and chance."""

from typing import TYPE_CHECKING, cast

import pytest
from sandbox.kit import PERSON, Graph

from messengerkit.sandbox import Fault, Page, Rates, Sandbox
from messengerkit.sandbox.faults import BEFORE_THE_CALL
from messengerkit.sandbox.script import Script, Target

if TYPE_CHECKING:
    from messengerkit.sandbox.graph.routes import Edge

NOBODY = Target()


def hits(seed: str, rate: float, calls: int = 200) -> list[bool]:
    """Return which of so many calls meet a fault of this rate."""
    script = Script(seed, lambda _: None)
    script.add(Fault.reset(), path=None, times=None, rate=rate)
    return [script.take("messages", lambda: NOBODY) is not None for _ in range(calls)]


def test_the_same_seed_hits_the_same_calls() -> None:
    """Another one hits others, and both about as many as the rate says."""
    one = hits("one", 0.2)

    assert one == hits("one", 0.2)
    assert one != hits("two", 0.2)
    assert 20 <= sum(one) <= 60


@pytest.mark.parametrize(("rate", "hit"), [(0, 0), (1, 200)])
def test_a_rate_has_ends(rate: float, hit: int) -> None:
    """None of the calls, or each."""
    assert sum(hits("one", rate)) == hit


async def test_chance_comes_from_the_sandboxs_seed(graph: Graph) -> None:
    """Two runs with one seed fail in the same calls, and have the same ids."""
    runs = list[tuple[str, list[bool], list[str]]]()
    for _ in range(2):
        async with Sandbox(seed="today", rates=Rates.unlimited()) as sandbox:
            theirs = Graph(graph.http, sandbox)
            mid = await sandbox.person_writes(PERSON, "Hi")
            sandbox.script(Fault.graph_error(2), times=None, rate=0.3)
            answers = [str(await theirs.say(str(number))) for number in range(30)]
            ids = [one.mid for one in sandbox.delivered]
        runs.append((mid, ["'code': 2" in answer for answer in answers], ids))

    assert runs[0] == runs[1]
    assert {True, False} == set(runs[0][1])
    assert len(runs[0][2]) == runs[0][1].count(False)


@pytest.mark.parametrize("times", [0, -1, 1_000_001])
def test_times_have_ends(times: int) -> None:
    """No fault is met never, and none more often than a million times."""
    with pytest.raises(ValueError, match="times must be 1 to 1000000"):
        Sandbox().script(Fault.reset(), times)


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_is_a_share(rate: float) -> None:
    """Between none and all."""
    with pytest.raises(ValueError, match="rate must be 0 to 1"):
        Sandbox().script(Fault.reset(), rate=rate)


@pytest.mark.parametrize("fault", [Fault.reset_on_connect(), Fault.reset_in_body()])
def test_nobody_knows_too_early_whom_a_call_is_about(fault: Fault) -> None:
    """What strikes before the body is read cannot depend on it."""
    sandbox = Sandbox()

    with pytest.raises(ValueError, match="before anybody knows whom the call is about"):
        sandbox.script(fault, psid=PERSON)
    with pytest.raises(ValueError, match="before anybody knows whom the call is about"):
        sandbox.script(fault, page=sandbox.page)

    assert fault.kind in BEFORE_THE_CALL


async def test_a_fault_stays_until_it_is_cleared(sandbox: Sandbox, graph: Graph) -> None:
    """`times=None` is met by every call, and by none after `clear_faults`."""
    await sandbox.person_writes(PERSON, "Hi")
    sandbox.script(Fault.graph_error(2), times=None)

    before = [str(await graph.say()) for _ in range(3)]
    sandbox.clear_faults()
    after = str(await graph.say())

    assert all("'code': 2" in answer for answer in before)
    assert "message_id" in after


async def test_a_fault_is_for_one_person(sandbox: Sandbox, graph: Graph) -> None:
    """Found in the body of a send, in the query, and in the path of a read."""
    mid = await sandbox.person_writes(PERSON, "Hi")
    await sandbox.person_writes("7", "Hi")
    listed = await graph.get("/v26.0/me/conversations", user_id=PERSON)
    thread = str(listed).partition("'id': '")[2].partition("'")[0]
    sandbox.script(Fault.graph_error(2), times=None, psid=PERSON, path="any")
    sandbox.advance("1s")  # past the rate of conversations

    theirs = [
        await graph.say(),
        await graph.get(f"/v26.0/{PERSON}"),
        await graph.get(f"/v26.0/{thread}"),
        await graph.get(f"/v26.0/{mid}"),
        await graph.get("/v26.0/me/conversations", user_id=PERSON),
    ]
    others = [
        (await graph.post({"recipient": {"id": "7"}, "message": {"text": "Hi"}}))[2],
        await graph.get("/v26.0/7"),
        await graph.get("/v26.0/me"),
        await graph.get("/v26.0/me/conversations", user_id="7"),
        await graph.get("/v26.0/", user_id="7"),
    ]

    assert ["'code': 2," in str(answer) for answer in theirs] == [True] * 5
    assert ["'code': 2," in str(answer) for answer in others] == [False] * 5


async def test_a_fault_is_for_one_page(graph: Graph) -> None:
    """Found by the token, or by the id in the path."""
    first, second = Page(), Page(id="104000000000816", access_token="EAAOther", app_id=816)
    async with Sandbox(first, pages=[second]) as sandbox:
        theirs = Graph(graph.http, sandbox)
        sandbox.script(Fault.graph_error(2), times=None, page=second, path="me")

        answers = [
            await theirs.get("/v26.0/me", token=second.access_token),
            await theirs.get(f"/v26.0/{second.id}", token=second.access_token),
            await theirs.get("/v26.0/me"),
            await theirs.get(f"/v26.0/{first.id}"),
            await theirs.get("/v26.0/me", token="nobody's"),
        ]

    assert ["'code': 2," in str(answer) for answer in answers] == [True, True] + [False] * 3


async def test_a_call_that_cannot_be_read_is_about_nobody(sandbox: Sandbox, graph: Graph) -> None:
    """It meets the faults for everybody alone."""
    sandbox.script(Fault.graph_error(2), psid=PERSON)

    assert b'"code":2,' not in await graph.raw(b"{")
    sandbox.script(Fault.graph_error(1))
    assert b'"code":1,' in await graph.raw(b"{")


async def test_a_fault_waits_for_its_part_of_the_api(sandbox: Sandbox, graph: Graph) -> None:
    """Others pass it by, also a path that is nowhere; `any` is met by that, too."""
    await sandbox.person_writes(PERSON, "Hi")
    sandbox.script(Fault.graph_error(2), path="conversations")

    before = [str(await graph.say()), str(await graph.get("/v26.0/nowhere/at/all"))]
    met = str(await graph.get("/v26.0/me/conversations"))
    sandbox.script(Fault.graph_error(2), path="any")
    nowhere = str(await graph.get("/v26.0/nowhere/at/all"))

    assert ["'code': 2," in answer for answer in before] == [False, False]
    assert ["'code': 2," in answer for answer in (met, nowhere)] == [True, True]


def test_a_fault_is_for_a_page_that_is_there() -> None:
    """One for another page would never be met, and the test that scripts it not know why."""
    with pytest.raises(ValueError, match="the page is not the sandbox's"):
        Sandbox().script(Fault.reset(), page=Page(id="7"))


@pytest.mark.parametrize(
    ("path", "name"),
    [("me/custom_user_settings", "psid"), ("me/thread_owner", "recipient")],
)
async def test_a_person_is_named_in_other_ways_too(
    sandbox: Sandbox, graph: Graph, path: str, name: str
) -> None:
    """A call about somebody meets their faults, whatever Meta calls the parameter."""
    await sandbox.person_writes(PERSON, "Hi")
    sandbox.script(Fault.graph_error(2), psid=PERSON, path="any")

    assert "'code': 2," not in str(await graph.get(f"/v26.0/{path}", **{name: "7"}))
    assert "'code': 2," in str(await graph.get(f"/v26.0/{path}", **{name: PERSON}))


async def test_a_person_may_be_named_by_what_they_did(sandbox: Sandbox, graph: Graph) -> None:
    """A private reply, and a message to who ticked a checkbox, are about them, too."""
    ana = sandbox.person(psid=PERSON)
    named = [{"comment_id": ana.comments()}, {"user_ref": await ana.opts_in()}]
    sandbox.script(Fault.graph_error(2), None, psid=PERSON)

    for recipient in (*named, {"user_ref": "nobody's"}):
        _, _, answer = await graph.post({"recipient": recipient, "message": {"text": "Hi"}})

        assert ("'code': 2," in str(answer)) is (recipient in named)
    assert sandbox.delivered == ()


def test_each_meeting_is_told() -> None:
    """Whoever shows the faults shows how many calls are still to meet each."""
    told = list[int]()
    script = Script("one", told.append)

    script.add(Fault.reset(), path=None, times=2)
    script.take("messages", lambda: NOBODY)
    script.take("messages", lambda: NOBODY)

    assert told == [1, 1, 0]


def test_a_path_is_a_part_of_the_api() -> None:
    """A misspelt one would be met by no call."""
    with pytest.raises(ValueError, match="path must be one of conversations, custom_user"):
        Script("one", lambda _: None).add(Fault.reset(), path=cast("Edge", "mesages"))
