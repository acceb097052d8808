"""What `from messengerkit import Webhook` costs in a fresh interpreter.

It is divided by `from pydantic import BaseModel` with one model built, in the same round; the
time that an interpreter takes to do nothing is taken off both.
"""

import random
import statistics
import subprocess
import sys
import time

ROUNDS = 31
LIMIT = 1.2
NOTHING = "pass"
PYDANTIC = "from pydantic import BaseModel\nclass M(BaseModel):\n    a: int\nM(a=1)"
OURS = "from messengerkit import Webhook"


def seconds(code: str) -> float:
    """Return how long a fresh interpreter takes for *code*."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  # our own
    return time.perf_counter() - begun


def ratios(rounds: int = ROUNDS) -> list[float]:
    """Return our time, as a multiple of pydantic's, for each round."""
    found: list[float] = []
    for _ in range(rounds):
        codes = random.sample((NOTHING, PYDANTIC, OURS), 3)
        took = {code: seconds(code) for code in codes}
        found.append((took[OURS] - took[NOTHING]) / (took[PYDANTIC] - took[NOTHING]))
    return found


def main() -> int:
    """Print the figure; fail if the limit is not kept."""
    for code in (PYDANTIC, OURS):
        seconds(code)  # compiles what is not compiled yet
    low, median, high = statistics.quantiles(ratios(), n=4)
    print(f"{OURS}: {median:.2f} x pydantic with one model [{low:.2f}, {high:.2f}]")
    print("the limit is kept" if median <= LIMIT else f"FAILED: {median:.2f} > {LIMIT}")
    return median > LIMIT


if __name__ == "__main__":
    sys.exit(main())
