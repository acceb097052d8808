"""Plays a table of cases against one backend, and tells what was answered and delivered."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from contract.case import Case, Step
from contract.graph import Graph
from contract.wire import PATIENCE, Answer, answered

_FIRST = IPv4Address("198.18.0.1")  # of a network for tests, with room for many cases


@dataclass(frozen=True)
class Played:
    """One case as one backend has played it.

    Attributes:
        case: The case.
        answers: The answer of each request, in order.
    """

    case: Case
    answers: tuple[Answer, ...]


def play(cases: Sequence[Case], port: int, graph: Graph) -> Iterator[Played]:
    """Play *cases* in their order, each from an address of its own, and give each in turn."""
    for number, case in enumerate(cases):
        player = _Player(port, graph, str(_FIRST + number))
        answers: list[Answer] = []
        for step in case.steps:
            delivered = len(graph.ledger)
            answers += player.answers(step)
            # What Meta posts is worked on after its answer.
            if step.expect.delivers and answers[-1].status == step.expect.status:
                graph.wait_for(delivered + len(step.expect.delivers))
        yield Played(case, tuple(answers))


@dataclass(frozen=True)
class _Player:
    port: int
    graph: Graph
    address: str
    kept: dict[str, str] = field(default_factory=dict[str, str])

    def answers(self, step: Step) -> list[Answer]:
        """Return the answers to each request of *step*."""
        self.graph.script(step.faults)
        if step.twice is None:
            answers = [self._ask(step) for _ in range(step.times)]
        else:
            answers = self._twice(step)
        if step.keep is not None and (found := step.keep.search(_text(answers[-1]))):
            self.kept.update(found.groupdict())
        return answers

    def _ask(self, step: Step) -> Answer:
        return answered(self.port, step.ask, address=self.address, kept=self.kept)

    def _twice(self, step: Step) -> list[Answer]:
        with ThreadPoolExecutor(2) as pool:
            with self.graph.held():
                both = [pool.submit(self._ask, step) for _ in range(2)]
                first, others = wait(both, PATIENCE, FIRST_COMPLETED)
            return [one.result() for one in (*first, *others)]


def _text(answer: Answer) -> str:
    head = [f"{name}: {value}" for name, value in answer.headers]
    return "\n".join([*head, "", answer.body.decode()])
