"""Run the tests in two processes side by side, for most of them wait more than they work.

Called with a command that runs pytest, like `python -m pytest -m "not slow"`; each process gets
its half of the tests behind that. What each one printed is shown when it has ended. Those that
go by short times on real sockets come last, and have the machine for themselves.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
FACES = ("tests/admin", "tests/contract", "tests/desk")
"""One half; all others are the other one. They take about as long."""
ALONE = ("tests/delivery_matrix",)
"""A machine that stalls for a quarter of a second lets their clients give up."""
NO_TESTS = 5  # pytest's exit code where nothing was to be run


def main(command: Sequence[str]) -> int:
    """Return 0 if all passed."""
    left_out = {one.removeprefix("--ignore=") for one in command}
    first = [one for one in FACES if one not in left_out]
    halves = [[*command, *first], [*command, *(f"--ignore={one}" for one in (*FACES, *ALONE))]]
    return max(_side_by_side(halves), _side_by_side([[*command, *ALONE]]))


def _side_by_side(commands: Sequence[Sequence[str]]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder) / f"part-{number}" for number in range(len(commands))]
        running = [_started(one, log) for one, log in zip(commands, logs, strict=True)]
        while None in [one.poll() for one in running]:
            time.sleep(0.2)
        for log in logs:
            print(log.read_text(errors="replace"), flush=True)
    codes = [one.returncode for one in running]
    return max(0 if code == NO_TESTS else abs(code) for code in codes)


def _started(command: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as file:
        return subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
