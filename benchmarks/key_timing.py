"""Does the time of a refusal tell whether a key id exists? Welch's t between the two refusals.

A ring of 100 keys refuses fresh keys of two kinds, in random order: (a) well formed, with an
id that nobody has, (b) with an id of the ring and a wrong secret. What took longer than 99 %
of all tries, of both kinds together, is left out: that was the machine, not the code. The
limit of 4.5 is the one of leakage tests such as dudect and TVLA.

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
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

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
WARM_UP = 2_000
UNKNOWN_ID, WRONG_SECRET = 0, 1


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


def welch(one: Sequence[int], other: Sequence[int]) -> float:
    """Return Welch's t: how many standard errors the two means lie apart."""
    error = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(error)


def compare(name: str, verifier: AdminAuthVerifier, tries: int) -> float:
    """Measure *verifier*, print what came out, and return t."""
    unknown, wrong = cropped(*measured(verifier, tries, random.Random()))
    t = welch(unknown, wrong)
    print(
        f"{name:20} unknown id {statistics.fmean(unknown):8.0f} ns"
        f"   wrong secret {statistics.fmean(wrong):8.0f} ns   t {t:+8.2f}",
        flush=True,
    )
    return t


def in_file(keys: Mapping[str, AdminKey], folder: str) -> KeyFile:
    """Return *keys* as a file."""
    file = KeyFile.create(Path(folder) / "admin-keys.json")
    for key_id, record in keys.items():
        file.add(NewKey(key=SecretStr(""), key_id=key_id, record=record))
    return file


def main(tries: int = 20_000) -> int:
    """Measure with *tries* of each kind, and return the exit code: 0 if no time tells anything."""
    keys = ring()
    quiet = abs(compare("KeyRingAuth(dict)", KeyRingAuth(keys), tries)) < LIMIT
    with TemporaryDirectory() as folder:
        file = KeyRingAuth(in_file(keys, folder))
        quiet &= abs(compare("KeyRingAuth(KeyFile)", file, tries)) < LIMIT
    found = abs(compare("leaves early", LeavesEarly(keys), tries)) >= LIMIT
    print(f"|t| below {LIMIT}: {quiet}; the planted mistake was found: {found}")
    return 0 if quiet and found else 1


if __name__ == "__main__":
    sys.exit(main())
