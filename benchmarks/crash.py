"""What is lost, or sent twice, when a backend is killed 200 times while people write and reply.

A desk on a database answers 200 people, 50 admins reply in between, and all the while one
backend after the other is killed by SIGKILL: at a random moment, right after `turn.reply`, while
a reply is sent, right after `desk.reply`, or when an event is on disk and Meta has no 200 yet.
Another takes its place at once, and nobody waits for it. Messenger is a sandbox in a process of
its own: it keeps the ledger, answers late, loses some answers, and delivers webhooks until they
are taken, some of them too late to prove anything in time.

It fails if one reply is lost, sent twice or out of order, if one event is lost, if a send is left
to a person to decide, or a link of an audit chain does not hold. It fails, too, if nothing is
doubled once a backend that starts queues again what the dead one had in flight, for then the
kills come too seldom to prove anything.
"""

import argparse
import asyncio
import importlib
import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from crash_ledger import PROMISES
from crash_people import ADMINS, PEOPLE
from crash_trial import REST, Broke, Came, Job, run, run_against_the_rules
from crash_workers import PLACES, RANDOM

DATABASES = {"sqlite": 1, "postgresql": 4}
"""How many backends there are on each."""
KILLS, QUICK = 200, 20
MOST_AGAINST_THE_RULES = 60
"""So many kills a backend has that breaks the rule, to double one message."""

_TESTS = Path(__file__).parents[1] / "tests"
_MISSING = "THERE IS NO POSTGRESQL HERE. NOTHING WAS PROVEN OF IT."


@contextmanager
def databases(name: str) -> Generator[tuple[str, str] | None]:
    """Yield the URLs of two new databases, or None if there is none of the kind."""
    if name == "sqlite":
        with tempfile.TemporaryDirectory(prefix="mk-crash-") as home:
            yield f"sqlite:///{home}/desk.db", f"sqlite:///{home}/broken.db"
        return
    sys.path.append(str(_TESTS))
    throwaway = importlib.import_module("desk.sql.postgres_cluster")
    programs = throwaway.programs()
    if programs is None:
        yield None
        return
    with throwaway.cluster(programs) as first, throwaway.cluster(programs) as second:
        yield _driven(first), _driven(second)


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://")


def trial(name: str, kills: int, seed: int) -> tuple[Came, Broke] | None:
    """Return what came of the trials on one database, or None if there is none."""
    with databases(name) as urls:
        if urls is None:
            return None
        one = Job(name=name, database=urls[0], workers=DATABASES[name], kills=kills, seed=seed)
        other = Job(
            name=name,
            database=urls[1],
            workers=one.workers,
            kills=MOST_AGAINST_THE_RULES,
            seed=seed,
        )
        return asyncio.run(run(one)), asyncio.run(run_against_the_rules(other))


def table(found: dict[str, tuple[Came, Broke]]) -> str:
    """Return the figures, a column for each database."""
    rows: dict[str, list[object]] = {"": [*found]}

    def add(name: str, *figures: object) -> None:
        rows[name] = [*figures]

    every = [came for came, _ in found.values()]
    add("backends", *(DATABASES[name] for name in found))
    add("kills", *(sum(came.deaths.values()) for came in every))
    for place in (RANDOM, *PLACES.values()):
        add(f"  {place}", *(came.deaths[place] for came in every))
    add("sends in flight at a kill", *(came.in_flight for came in every))
    add("messages of people", *(came.tally.questions for came in every))
    add("the bot's answers, delivered", *(came.tally.answers for came in every))
    add("  cancelled by a takeover", *(came.tally.cancelled for came in every))
    add("  passed by a person's reply", *(came.tally.passed for came in every))
    add("replies of admins", *(came.tally.replies for came in every))
    add("  pressed again", *(came.again for came in every))
    for evidence in ("response", "echo", "read"):
        add(f"known by {evidence}", *(came.tally.known[evidence] for came in every))
    add("sends that left again", *(came.tally.tried for came in every))
    for promise in PROMISES:
        name = promise.replace("_", " ")
        add(name.upper(), *(getattr(came.tally, promise) for came in every))
    add("against the rules: kills", *(broke.kills for _, broke in found.values()))
    add("against the rules: doubled", *(broke.doubled for _, broke in found.values()))
    add("seconds until all was at rest", *(f"{came.rest:.1f}" for came in every))
    add("seconds", *(f"{came.seconds:.0f}" for came in every))
    lines = (f"  {name:<32}" + "".join(f"{one!s:>12}" for one in row) for name, row in rows.items())
    return "\n".join(lines)


def failures(name: str, came: Came, broke: Broke) -> list[str]:
    """Return which promises do not hold."""
    figures = ((promise, getattr(came.tally, promise)) for promise in PROMISES)
    failed = [f"{name}: {figure} {promise}" for promise, figure in figures if figure]
    failed += [f"{name}: nobody died {one}" for one in PLACES.values() if not came.deaths[one]]
    if came.rest >= REST:
        failed.append(f"{name}: it did not come to rest in {REST:.0f} s")
    if not (came.in_flight and came.tally.answers and came.tally.replies):
        failed.append(f"{name}: nothing was tried")
    if not broke.doubled:
        failed.append(f"{name}: what was in flight is queued again, and nothing is doubled")
    return failed


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description="What is lost when a backend is killed.")
    parser.add_argument("--runs", type=int, help=f"kills on each database; by default {KILLS}")
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} kills on each")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Print the figures; fail if a promise does not hold."""
    given = asked()
    kills: int = given.runs or (QUICK if given.quick else KILLS)
    names = DATABASES if given.database == "both" else (given.database,)
    print(f"{PEOPLE} people, {ADMINS} admins, {kills} kills on each database, seed {given.seed}")
    found: dict[str, tuple[Came, Broke]] = {}
    failed: list[str] = []
    for name in names:
        came = trial(name, kills, given.seed)
        if came is not None:
            found[name] = came
            failed += failures(name, *came)
        else:
            print(_MISSING, flush=True)
            if os.environ.get("MESSENGERKIT_NEEDS_POSTGRES") == "1":
                failed.append("it needs PostgreSQL")
    print(table(found))
    if failed:
        print("\n".join(came.said for came, _ in found.values()), file=sys.stderr)
    print("FAILED: " + "; ".join(failed) if failed else "all promises hold")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
