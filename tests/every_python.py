"""Run the tests on every Python from 3.11 up that this machine has, each in its own environment.

Called by `make test-all` with the path of uv. A version that is not there is named and
passed over; if only one is there, that is said loudly, and is no failure. The oldest
Python has a second run, with the oldest dependencies that pyproject.toml admits; the
tests that need FastAPI sit it out, for FastAPI asks for newer ones.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST = ("--upgrade", "--resolution", "lowest-direct")
NEED_FASTAPI = tuple(f"--ignore=tests/{one}" for one in ("contract", "docs", "examples", "proofs"))
MINORS = range(11, 20)


def main(uv: str) -> int:
    """Return 0 if the tests passed on every Python found."""
    found = {minor: python for minor in MINORS if (python := _find(uv, minor))}
    if not found:
        print("No Python from 3.11 up was found.", flush=True)
        return 1
    print("Pythons found:", ", ".join(f"3.{minor}" for minor in found), flush=True)
    if len(found) == 1:
        print("WARNING: ONLY ONE PYTHON IS HERE; THE OTHERS WERE NOT TRIED.", flush=True)
    oldest = min(found)
    runs = {f"3.{minor}": _passes(uv, f"3.{minor}", python) for minor, python in found.items()}
    name = f"3.{oldest}-oldest"
    runs[name] = _passes(uv, name, found[oldest], oldest=True)
    failed = [name for name, passed in runs.items() if not passed]
    print("Tried:", ", ".join(runs), "Failed:", ", ".join(failed) or "none", flush=True)
    return 1 if failed else 0


def _find(uv: str, minor: int) -> str | None:
    wanted = [uv, "python", "find", "--no-project", "--system", f"3.{minor}"]
    done = subprocess.run(wanted, check=False, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip() or None if done.returncode == 0 else None


def _passes(uv: str, name: str, python: str, *, oldest: bool = False) -> bool:
    venv = ROOT / f".venv-{name}"
    mine = str(venv / "bin" / "python")
    install = [uv, "pip", "install", "--quiet", "--python", mine]
    print(f"== Python {name} ({python})", flush=True)
    tests = [mine, "-m", "pytest", "-q", "-m", "not slow"]
    steps = [
        [uv, "venv", "--quiet", "--clear", "--python", python, str(venv)],
        [*install, "--editable", ".", "--requirement", "requirements/dev.txt"],
        *([[*install, *OLDEST, "--editable", "."]] if oldest else []),
        [mine, "tests/in_halves.py", *tests, *(NEED_FASTAPI if oldest else ())],
    ]
    return all(subprocess.run(step, check=False, cwd=ROOT).returncode == 0 for step in steps)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
