"""The benchmarks that can fail, run as their users run them."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SECONDS = 280


def test_no_time_tells_whether_a_key_exists() -> None:
    """Refusing an unknown key id takes as long as refusing a wrong secret.

    One failure is forgiven: on a busy machine noise alone may reach |t| > 4.5 now and
    then, while a leak shows in every run.
    """
    script = BENCHMARKS / "key_timing.py"
    if not script.exists():
        pytest.skip("THERE IS NO benchmarks/key_timing.py. NOTHING WAS PROVEN.")
    codes: list[int] = []
    while len(codes) < 2 and 0 not in codes:
        done = subprocess.run(
            [sys.executable, str(script)],
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        print(f"\n{done.stdout}{done.stderr}")
        codes.append(done.returncode)

    assert codes[-1] == 0
