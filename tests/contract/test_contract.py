"""One contract, three adapters: each answers as its case says, and all answer the same."""

import pytest
from contract.apart import APART
from contract.cases import DESK, FULL, LEAN, LIMITED
from contract.comparing import differences, ledger_of, problems
from contract.expecting import Headers
from contract.graph import PERSON
from contract.running import LAST, SUMMARY, Run
from contract.servers import ADAPTERS

SCENES = {"full": FULL, "lean": LEAN, "limited": LIMITED, "desk": DESK}
ALWAYS: dict[str, Headers] = {
    "full": {"vary": "Origin"},
    "lean": {},
    "limited": {"vary": "Origin"},
    "desk": {"vary": "Origin"},
}
EACH = [(scene, number) for scene, cases in SCENES.items() for number in range(len(cases))]
NAMES = [f"{scene}: {case.name}" for scene, cases in SCENES.items() for case in cases]

Runs = dict[str, dict[str, Run]]


def differing(runs: dict[str, Run], number: int) -> list[str]:
    """Return in what the adapters have answered a case differently from the first of them."""
    first, *others = (runs[adapter].played[number] for adapter in ADAPTERS)
    return [text for other in others for text in differences(first, other)]


@pytest.mark.parametrize(("scene", "number"), EACH, ids=NAMES)
def test_case(runs: Runs, scene: str, number: int) -> None:
    """Each adapter answers as the case says."""
    found = [
        f"{adapter}: {problem}"
        for adapter, run in runs[scene].items()
        for problem in problems(run.played[number], ALWAYS[scene])
    ]

    assert found == []


@pytest.mark.parametrize("scene", SCENES)
def test_adapters_do_not_differ(runs: Runs, scene: str, pytestconfig: pytest.Config) -> None:
    """What one answers, all answer: status, headers and body, byte for byte."""
    cases = SCENES[scene]
    found = [text for number in range(len(cases)) for text in differing(runs[scene], number)]
    answers = sum(len(played.answers) for played in runs[scene][ADAPTERS[0]].played)
    text = (
        f"contract, {scene}: {len(cases)} cases, {answers} answers of each of"
        f" {', '.join(ADAPTERS)}: {len(found)} differences"
    )
    pytestconfig.stash[SUMMARY] = "\n".join(
        [*filter(None, [pytestconfig.stash.get(SUMMARY, "")]), text]
    )

    assert found == [], text


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("scene", SCENES)
def test_people_get_what_the_cases_say(runs: Runs, scene: str, adapter: str) -> None:
    """Nothing is lost, nothing comes twice, nothing is changed, and the order is kept."""
    expected = [(PERSON, text) for text in ledger_of(SCENES[scene])]

    assert runs[scene][adapter].ledger == expected


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("scene", SCENES)
def test_nothing_was_unexpected(runs: Runs, scene: str, adapter: str) -> None:
    """No case leaves a traceback in the server's log."""
    assert "Traceback" not in runs[scene][adapter].log


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_what_was_taken_is_answered_before_the_end(runs: Runs, adapter: str) -> None:
    """Meta has its 200: the server stops only when the bot has said what it had to say."""
    assert runs["full"][adapter].last == [(PERSON, f"You wrote: {text}") for text in LAST]


def test_the_cases_are_many_and_have_names() -> None:
    """The suite has 60 cases or more, and no name twice."""
    names = [case.name for case in FULL]

    assert len(FULL) + len(LEAN) >= 60
    assert sorted(names) == sorted(set(names))


def test_every_status_is_there() -> None:
    """There are cases for each status that the face has."""
    statuses = {
        step.expect.status for case in (*FULL, *LEAN, *LIMITED, *DESK) for step in case.steps
    }
    statuses |= {step.twice.status for case in FULL for step in case.steps if step.twice}

    assert statuses == {200, 202, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 502, 503}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_what_only_the_server_answers_is_no_fault(runs: Runs, adapter: str) -> None:
    """Malformed requests get a 4xx or no answer, never a 5xx, and the server lives on."""
    statuses = runs["full"][adapter].apart
    # 501 is for a coding that a server does not know (RFC 9112 §6.1).
    faults = {
        name: status for name, status in statuses.items() if status in {*range(500, 600)} - {501}
    }

    assert faults == {}
    assert {name for name in APART if statuses[name] is None} == set()
    assert statuses["after them"] == 200


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_who_leaves_in_the_middle_is_no_news(runs: Runs, adapter: str) -> None:
    """An upload that is given up leaves no traceback of the adapter in the log."""
    assert "app.py" not in runs["full"][adapter].log_apart
