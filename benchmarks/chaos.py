"""What arrives, and how often, when a third of all calls go wrong: ours beside other ways.

Each trial has a server of its own that fails in every way known (`chaos_server.py`) and keeps
the ledger: what a client says of a message is compared with what really happened. The clients
have the constants that they have by default; all durations, theirs and the server's, are real
ones times one factor, which is printed.

It fails if `EFFECTIVELY_ONCE` loses, doubles or disorders one message, or leaves more than 0.1 %
to a person; if `AT_MOST_ONCE` doubles one, or tells of one what is not so; if blind repetition
doubles fewer than 10 %, for then the faults are too few to prove anything; and if one of the four
rules of the machine (see `delivery.py` and `settling.py`) can be switched off and nothing goes
wrong, for then nothing here tries it.
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from chaos_ledger import LONGEST_LAG
from chaos_server import ECHOES_LOST, FAULTY, LATEST, TIMEOUT, Fault
from chaos_trial import Job, Tally, run

PEOPLE = 500
FEW = 100
"""So many people where rules are off or processes die: more sends to each, which can be taken for
each other, and no more lanes to be looked after at once than there are connections."""
ONCE, MOST, GUIDE = "EFFECTIVELY_ONCE", "AT_MOST_ONCE", "the guide's way"
ECHOLESS, CRASHES = "EFFECTIVELY_ONCE, no echo", "EFFECTIVELY_ONCE, crashes"
PEERS = ("pymessenger", "slack_sdk")
OFF = ("rule 1 off, crashes", "rule 2 off", "rule 3 off", "rule 4 off, no echo")
MOST_UNCONFIRMED = 0.001
LEAST_BLINDLY_DOUBLED = 0.10


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried.

    Attributes:
        seeds: Each is a run of its own.
        once: How many sends `EFFECTIVELY_ONCE` has in all.
        most: How many `AT_MOST_ONCE` has in all.
        others: How many each of the others has, with the first seed.
        factor: How long a second lasts, in seconds.
    """

    seeds: tuple[int, ...]
    once: int
    most: int
    others: int
    factor: float


DEFAULT = Plan(seeds=tuple(range(1, 11)), once=20_000, most=5_000, others=2_000, factor=0.02)
QUICK = Plan(seeds=(1, 2), once=2_000, most=1_000, others=1_000, factor=0.01)


def jobs_of(plan: Plan) -> list[Job]:
    """Return the trials, the longest first."""
    each, first = len(plan.seeds), plan.seeds[0]
    one = Job(ONCE, first, plan.others, plan.factor, PEOPLE)
    jobs = [replace(one, seed=seed, sends=-(-plan.once // each)) for seed in plan.seeds]
    jobs.append(replace(one, way=ECHOLESS))
    jobs.append(replace(one, way=CRASHES, people=FEW))
    jobs += [replace(one, way=name, texts="same", people=FEW) for name in OFF]
    jobs += [replace(one, way=name, texts="unique") for name in (GUIDE, *PEERS)]
    jobs += [replace(one, way=MOST, seed=seed, sends=-(-plan.most // each)) for seed in plan.seeds]
    return jobs


def tried(jobs: list[Job]) -> dict[str, Tally]:
    """Return what came of all trials, by way; as many run at once as there are cores, or two."""
    workers = min(2, os.cpu_count() or 1)
    found: dict[str, Tally] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for job, tally in zip(jobs, pool.map(run, jobs), strict=True):
            if job.way == ONCE:
                print(f"  seed {job.seed}: {_line(tally)}; {tally.seconds:.1f} s", flush=True)
            if tally.missing:
                print(f"{job.way.upper()} IS LEFT OUT: IT IS NOT INSTALLED ({tally.missing}).")
            else:
                found.setdefault(job.way, Tally()).add(tally)
    return found


def _line(tally: Tally) -> str:
    return (
        f"{tally.sends} sends, {tally.calls} calls: {tally.lost} lost, {tally.doubled} doubled, "
        f"{tally.disordered} out of order, {tally.unknown} unconfirmed"
    )


def table(found: dict[str, Tally]) -> str:
    """Return the figures of all ways."""
    names = ("sends", "lost", "doubled", "disorder", "unknown", "untrue", "denied", "calls")
    lines = [f"  {'':<26}" + "".join(f"{name:>9}" for name in names)]
    for way, one in found.items():
        figures = (
            *(one.sends, one.lost, one.doubled, one.disordered),
            *(one.unknown, one.untrue, one.denied, one.calls),
        )
        lines.append(f"  {way:<26}" + "".join(f"{figure:>9}" for figure in figures))
    lines.append("  lost: never arrived, whatever was told; unknown: told to be unknown;")
    lines.append(
        "  untrue: told to be sent, and never arrived; denied: told not to be, and arrived"
    )
    return "\n".join(lines)


def circumstances(found: dict[str, Tally]) -> str:
    """Return what the clients of ours met."""
    tally = found[ONCE]
    copies = sum(tally.evidence.values()) or 1
    faulty, unknown = sum(tally.faults.values()), found[MOST].unknown or 1
    shares = ", ".join(f"{name} {100 * n / copies:.1f} %" for name, n in tally.evidence.items())
    kinds = "; ".join(f"{name}: {number}" for name, number in sorted(tally.faults.items()))
    stall = max(one.stall for one in found.values())
    lines = (
        f"{ONCE}: {100 * faulty / tally.calls:.1f} % of its calls were faulty",
        f"echoes lost: {100 * tally.echoes['lost'] / copies:.1f} %",
        f"echoes before the answer: {100 * tally.echoes['at_once'] / copies:.0f} %",
        f"known by: {shares}",
        f"faults: {kinds}",
        f"{MOST}: {100 * found[MOST].found / unknown:.0f} % of the unknown had arrived",
        f"the loop stood still for {1000 * stall:.0f} ms at most",
    )
    return "\n".join(f"  {line}" for line in lines)


def failures(found: dict[str, Tally]) -> list[str]:
    """Return which rules do not hold."""
    ours = ("doubled", "untrue", "denied", "misattributed", "miscounted", "silent")
    failed = _any(found, (ONCE, ECHOLESS, CRASHES), (*ours, "unreported", "given_up", "disordered"))
    failed += _any(found, (MOST,), ours)
    for way in (ONCE, ECHOLESS, CRASHES):
        if found[way].unknown > MOST_UNCONFIRMED * found[way].sends:
            failed.append(f"{way}: {found[way].unknown} unconfirmed")
    missing = [fault.value for fault in Fault if not found[ONCE].faults[fault.value]]
    if missing:
        failed.append(f"faults that were not met: {missing}")
    blind = found[GUIDE].doubled / found[GUIDE].sends
    print(f"  {GUIDE} doubles {100 * blind:.1f} %; at least {100 * LEAST_BLINDLY_DOUBLED:.0f} %")
    if blind < LEAST_BLINDLY_DOUBLED:
        failed.append(f"{GUIDE} doubles no more than {100 * blind:.1f} %")
    for way in OFF:
        lost, doubled = found[way].unreported, found[way].doubled
        print(f"  {way}: {lost} lost in silence, {doubled} doubled; at least 1 in all")
        if not lost + doubled:
            failed.append(f"{way}, and nothing goes wrong")
    return failed


def _any(found: dict[str, Tally], ways: tuple[str, ...], figures: tuple[str, ...]) -> list[str]:
    """Return which of *figures* are not 0."""
    each = ((way, name, getattr(found[way], name)) for way in ways for name in figures)
    return [f"{way}: {number} {name}" for way, name, number in each if number]


def asked() -> Plan:
    """Return the plan that the command line asks for."""
    parser = argparse.ArgumentParser(description="What arrives when a third of all calls fail.")
    parser.add_argument("--sends", type=int, help="sends of EFFECTIVELY_ONCE, in all seeds")
    parser.add_argument("--seeds", help="their seeds, with commas between")
    parser.add_argument("--factor", type=float, help="how long a second lasts, in seconds")
    parser.add_argument("--quick", action="store_true", help="less of everything")
    given = parser.parse_args()
    plan = QUICK if given.quick else DEFAULT
    if given.sends:
        plan = replace(plan, once=given.sends)
    if given.factor:
        plan = replace(plan, factor=given.factor)
    if given.seeds:
        plan = replace(plan, seeds=tuple(int(seed) for seed in given.seeds.split(",")))
    return plan


def main() -> int:
    """Print the figures; fail if a rule does not hold."""
    plan, began = asked(), time.perf_counter()
    print(
        f"factor {plan.factor}: a second lasts {1000 * plan.factor:g} ms, the clients' and the "
        f"server's; seeds {', '.join(map(str, plan.seeds))}"
    )
    print(
        f"{100 * FAULTY:.0f} % of calls faulty, of {len(Fault)} kinds; {100 * ECHOES_LOST:.0f} % "
        f"of echoes lost; clients time out after {TIMEOUT:g} s; what they gave up is committed "
        f"up to {LATEST:g} s later; reads lag up to {LONGEST_LAG:g} s; {PEOPLE} people, or {FEW} "
        "where rules are off or processes die",
        flush=True,
    )
    found = tried(jobs_of(plan))
    print(table(found))
    print(circumstances(found))
    failed = failures(found)
    print(f"  it took {time.perf_counter() - began:.0f} s")
    print("FAILED: " + "; ".join(failed) if failed else "all rules hold")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
