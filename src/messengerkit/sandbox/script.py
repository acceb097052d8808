"""Floor 8: the faults to come, and which calls meet them; chance comes from a seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from .faults import BEFORE_THE_CALL, Fault, Kind
from .graph.routes import Edge

_TIMES = 1_000_000
_EDGES: frozenset[str] = frozenset(get_args(Edge))

Path = Edge | None
"""A part of the Graph API, or None for all of it."""


@dataclass(slots=True, eq=False)
class Scripted:
    """A fault that waits for calls.

    Attributes:
        fault: What goes wrong.
        path: In which part of the API.
        times: For how many calls more, or None for all.
        rate: For which share of them, or None for each.
        psid: For calls about this person, or None for all.
        page_id: For calls of this page, or None for all.
    """

    fault: Fault
    path: Path
    times: int | None
    rate: float | None
    psid: str | None
    page_id: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """What a call is about, so far as anybody can tell before it is let in.

    Attributes:
        page_id: The page, or None.
        psid: The person, or None.
    """

    page_id: str | None = None
    psid: str | None = None


class Script:
    """The faults to come; each call takes the oldest one that is for it.

    Args:
        seed: What chance is made from.
        changed: Called with how many faults wait, when one comes, goes, or is met.
    """

    def __init__(self, seed: str, changed: Callable[[int], None]) -> None:
        self._waiting: list[Scripted] = []
        self._chance = random.Random(seed)  # noqa: S311  # chance for tests, no secret
        self._changed = changed

    @property
    def waiting(self) -> tuple[Scripted, ...]:
        """The faults to come, oldest first."""
        return tuple(self._waiting)

    def add(
        self,
        fault: Fault,
        *,
        path: Path,
        times: int | None = 1,
        rate: float | None = None,
        psid: str | None = None,
        page_id: str | None = None,
    ) -> None:
        """Let calls meet *fault*, after the faults that wait already.

        Raises:
            ValueError: If there is no such *path*, *times* or *rate* is out of range, or nobody
                can tell in time whom the call is about.
        """
        if path is not None and path not in _EDGES:
            msg = f"path must be one of {', '.join(sorted(_EDGES))}"
            raise ValueError(msg)
        if times is not None and not 1 <= times <= _TIMES:
            msg = f"times must be 1 to {_TIMES}"
            raise ValueError(msg)
        if rate is not None and not 0 <= rate <= 1:
            msg = "rate must be 0 to 1"
            raise ValueError(msg)
        if fault.kind == "lagging_reads" and path not in {None, "conversations"}:
            msg = "reads lag behind in conversations; script it for that path"
            raise ValueError(msg)
        if fault.kind in BEFORE_THE_CALL and (psid, page_id) != (None, None):
            msg = f"{fault.kind} strikes before anybody knows whom the call is about"
            raise ValueError(msg)
        self._waiting.append(Scripted(fault, path, times, rate, psid, page_id))
        self._changed(len(self._waiting))

    def clear(self) -> None:
        """Forget all of them."""
        self._waiting.clear()
        self._changed(0)

    def take(self, edge: Edge | None, target: Callable[[], Target], *kinds: Kind) -> Fault | None:
        """Return the fault that a call of *edge* meets, and strike it off.

        Args:
            edge: Which part of the API it reaches.
            target: What it is about; asked only if a fault depends on it.
            kinds: If any are given, only these; else all but those before the call.
        """
        for one in self._waiting:
            fits = one.fault.kind in kinds if kinds else one.fault.kind not in BEFORE_THE_CALL
            if fits and self._meets(one, edge, target):
                if one.times is not None:
                    one.times -= 1
                    if not one.times:
                        self._waiting.remove(one)
                    self._changed(len(self._waiting))
                return one.fault
        return None

    def strikes_connection(self) -> bool:
        """Tell whether a connection that is made now is reset, and strike that fault off."""
        return self.take(None, Target, "reset_on_connect") is not None

    def _meets(self, one: Scripted, edge: Edge | None, target: Callable[[], Target]) -> bool:
        if one.path is not None and one.path != edge and one.fault.kind != "reset_on_connect":
            return False
        if one.psid is not None and target().psid != one.psid:
            return False
        if one.page_id is not None and target().page_id != one.page_id:
            return False
        return one.rate is None or self._chance.random() < one.rate
