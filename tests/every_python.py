"""Run the tests on every Python from 3.11 up that this machine has, each in its own environment.

Called by `make test-all` with the path of uv. A version that is not there is named and
passed over; if only one is there, that is said loudly, and is no failure.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MINORS = range(11, 20)


def main(uv: str) -> int:
    """Return 0 if the tests passed on every Python found."""
    found = {minor: python for minor in MINORS if (python := _find(uv, minor))}
    print("Pythons found:", ", ".join(f"3.{minor}" for minor in found) or "none", flush=True)
    if len(found) < 2:
        print("WARNING: only one Python is here; the others were not tried.", flush=True)
    failed = [minor for minor, python in found.items() if not _passes(uv, minor, python)]
    print("Failed on:", ", ".join(f"3.{minor}" for minor in failed) or "none", flush=True)
    return 1 if failed or not found else 0


def _find(uv: str, minor: int) -> str | None:
    wanted = [uv, "python", "find", "--no-project", "--system", f"3.{minor}"]
    done = subprocess.run(wanted, check=False, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip() or None if done.returncode == 0 else None


def _passes(uv: str, minor: int, python: str) -> bool:
    venv = ROOT / f".venv-3.{minor}"
    mine = str(venv / "bin" / "python")
    print(f"== Python 3.{minor} ({python})", flush=True)
    steps = (
        [uv, "venv", "--quiet", "--clear", "--python", python, str(venv)],
        [uv, "pip", "install", "-q", "--python", mine, "-e", ".", "-r", "requirements/dev.txt"],
        [mine, "-m", "pytest", "-q"],
    )
    return all(subprocess.run(step, check=False, cwd=ROOT).returncode == 0 for step in steps)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
