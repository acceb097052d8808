"""Does the time of a refusal tell whether a key id exists? Student's t of the difference.

A ring of 100 keys refuses fresh keys of two kinds, in random order: (a) well formed, with an
id that nobody has, (b) with an id of the ring and a wrong secret. What took longer than 99 %
of all tries, of both kinds together, is left out: that was the machine, not the code. The
limit of 4.5 is the one of leakage tests such as dudect and TVLA.

Each of twelve processes gives one difference, and t is theirs. Where a process has put its
objects, and which ids its dicts have collide, favours one kind by some 10 ns for as long as
the process lives; the tries of one process would call that a leak, and it is none, for the
next process favours the other.

A verifier that leaves early when it does not know the id is measured alike, and must be
found out: a benchmark that cannot fail proves nothing.
"""

import gc
import math
import random
import statistics
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from pydantic import SecretStr

from messengerkit.admin.auth.bearer import bearer
from messengerkit.admin.auth.key import AdminKey, NewKey, claimed_key_id, new_key
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.admin.auth.key_ring import KeyRingAuth
from messengerkit.admin.auth.verifier import AdminAuthVerifier
from messengerkit.admin.identity import AdminIdentity, Role
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError

LIMIT = 4.5
KEYS = 100
KEPT = 0.99
WARM_UP = 500
PROCESSES = 12
UNKNOWN_ID, WRONG_SECRET = 0, 1
PLANTED = "leaves early"

Means: TypeAlias = tuple[float, float]
"""Nanoseconds of a refusal: of an unknown id, and of a wrong secret."""


class LeavesEarly(KeyRingAuth):
    """The mistake to be found: nothing is compared for an id that nobody has."""

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Refuse at once, or as the ring does."""
        if claimed_key_id(bearer(request) or "") not in self._keys:
            raise AdminAuthError(reason="unknown key id")
        return await super().verify(request)


def key(key_id: str) -> str:
    """Return a fresh key with *key_id*."""
    made = new_key(
        admin_ids=("alice",), role=Role.AGENT, pages=None, expires_at=None, key_id=key_id
    )
    return made.key.get_secret_value()


def ring() -> dict[str, AdminKey]:
    """Return the keys of 100 admins."""
    made = [
        new_key(
            admin_ids=(f"admin-{number}",),
            role=Role.AGENT,
            pages=None,
            expires_at=None,
            key_id=f"ring-{number:03}",
        )
        for number in range(KEYS)
    ]
    return {one.key_id: one.record for one in made}


def request(kind: int, chance: random.Random) -> AdminRequest:
    """Return a request with a fresh key of *kind*; both kinds have ids of one length."""
    key_id = f"{'ring' if kind == WRONG_SECRET else 'none'}-{chance.randrange(KEYS):03}"
    return AdminRequest(
        method="POST",
        path="/admin/send-message",
        headers=(("Authorization", f"Bearer {key(key_id)}"), ("X-Admin-User-ID", "admin-7")),
    )


def took(verifier: AdminAuthVerifier, asked: AdminRequest) -> int:
    """Return the nanoseconds that *verifier* needs to refuse."""
    start = time.perf_counter_ns()
    try:
        verifier.verify(asked).send(None)
    except AdminAuthError:
        return time.perf_counter_ns() - start
    raise AssertionError


@contextmanager
def without_gc() -> Generator[None]:
    """Keep the collector from falling on one kind of try."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def measured(
    verifier: AdminAuthVerifier, tries: int, chance: random.Random
) -> tuple[list[int], list[int]]:
    """Return the nanoseconds of *tries* of each kind, in random order."""
    kinds = [UNKNOWN_ID, WRONG_SECRET] * (tries + WARM_UP)
    chance.shuffle(kinds)
    # Made beforehand: making one warms the caches, for one kind perhaps more than the other.
    asked = [(kind, request(kind, chance)) for kind in kinds]
    times: tuple[list[int], list[int]] = ([], [])
    with without_gc():
        for kind, one in asked:
            times[kind].append(took(verifier, one))
    return times[UNKNOWN_ID][WARM_UP:], times[WRONG_SECRET][WARM_UP:]


def cropped(one: Sequence[int], other: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return both without what is above the 99th percentile of both together."""
    pooled = sorted((*one, *other))
    most = pooled[int(len(pooled) * KEPT) - 1]
    return [value for value in one if value <= most], [value for value in other if value <= most]


def means(verifier: AdminAuthVerifier, tries: int) -> Means:
    """Return what a refusal of each kind takes here."""
    unknown, wrong = cropped(*measured(verifier, tries, random.Random()))
    return statistics.fmean(unknown), statistics.fmean(wrong)


def student(differences: Sequence[float]) -> float:
    """Return Student's t: how many standard errors the mean lies apart from zero."""
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    return statistics.fmean(differences) / error


def tell(name: str, found: Sequence[Means]) -> float:
    """Print what each process found of the verifier with *name*, and return t."""
    unknown, wrong = (statistics.fmean(kind) for kind in zip(*found, strict=True))
    t = student([one - other for one, other in found])
    print(
        f"{name:20} unknown id {unknown:8.0f} ns   wrong secret {wrong:8.0f} ns   t {t:+8.2f}",
        flush=True,
    )
    return t


def in_file(keys: Mapping[str, AdminKey], folder: str) -> KeyFile:
    """Return *keys* as a file."""
    file = KeyFile.create(Path(folder) / "admin-keys.json")
    for key_id, record in keys.items():
        file.add(NewKey(key=SecretStr(""), key_id=key_id, record=record))
    return file


def measure(tries: int) -> dict[str, Means]:
    """Return what each verifier takes in this process."""
    keys = ring()
    with TemporaryDirectory() as folder:
        return {
            "KeyRingAuth(dict)": means(KeyRingAuth(keys), tries),
            "KeyRingAuth(KeyFile)": means(KeyRingAuth(in_file(keys, folder)), tries),
            PLANTED: means(LeavesEarly(keys), tries),
        }


def main(tries: int = 2_500) -> int:
    """Measure with *tries* of each kind, and return the exit code: 0 if no time tells anything."""
    # Spawned one after the other, so that each has a memory and hashes of its own.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        found = list(processes.map(measure, [tries] * PROCESSES))
    leaks = {name for name in found[0] if abs(tell(name, [each[name] for each in found])) >= LIMIT}
    quiet = not leaks - {PLANTED}
    print(f"|t| below {LIMIT}: {quiet}; the planted mistake was found: {PLANTED in leaks}")
    return 0 if leaks == {PLANTED} else 1


if __name__ == "__main__":
    sys.exit(main())
