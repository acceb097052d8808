"""The table of Meta's codes on the page about errors is what the classes declare.

When it is not: `python tests/docs/test_error_table.py` prints it, to be pasted anew.
"""

import math
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from messengerkit._classify import CLASSES
from messengerkit.errors import GraphError, MessengerError, WebhookError

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
SHORT = 2


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Return *numbers* in order, each with its text; three and more in a row become one."""
    for _, row in groupby(enumerate(sorted(numbers)), key=lambda found: found[1] - found[0]):
        run = [number for _, number in row]
        if len(run) > SHORT:
            yield run[0], f"{run[0]} to {run[-1]}"
        else:
            yield from ((number, str(number)) for number in run)


def rows(cls: type[GraphError]) -> Iterator[tuple[float, int, str]]:
    """Return the rows of *cls*, each after what it is sorted by."""
    about = f"`{cls.__name__}` | {cls.advice} |"
    for code, subcode in cls.pairs:
        yield code, subcode, f"| {code} | {subcode} | {about}"
    for code, codes in runs(cls.codes):
        yield code, 0, f"| {codes} | | {about}"
    for subcode in cls.subcodes:
        yield math.inf, subcode, f"| any | {subcode} | {about}"


def table() -> str:
    """Return the table: by code, then by subcode; what holds under any code comes last."""
    found = sorted(row for cls in CLASSES for row in rows(cls))
    head = "| code | subcode | class | advice |\n|---|---|---|---|\n"
    return head + "".join(f"{row}\n" for _, _, row in found)


def test_the_table_in_the_page_is_what_the_classes_declare() -> None:
    """Each code and subcode stands there, with its class and the advice of today."""
    page = PAGE.read_text(encoding="utf-8")

    assert f"\n{table()}" in page, f"Paste this into docs/errors.md:\n{table()}"
    assert page.count("| code | subcode |") == 1


def raised(cls: type[MessengerError] = MessengerError) -> Iterator[type[MessengerError]]:
    """Return every class of ours under *cls* that is raised and has no row among the codes."""
    for one in cls.__subclasses__():
        if one.__module__.startswith("messengerkit.errors") and one not in CLASSES:
            yield one
            yield from raised(one)


def test_the_advice_in_the_page_is_that_of_the_classes() -> None:
    """Each error that no code selects stands there, once, with the advice of today."""
    page = PAGE.read_text(encoding="utf-8")
    advice = page[page.index("| error | advice |") : page.index("## Codes")]

    rows = {f"| `{one.__name__}` | {one.advice} |" for one in raised() if one is not WebhookError}
    assert sorted(line for line in advice.splitlines() if line.startswith("| `")) == sorted(rows)


def test_a_run_is_from_its_first_to_its_last() -> None:
    """Three in a row are a run, two are not; none is lost."""
    found = [text for _, text in runs([3, 1, 2, 7, 9, 10])]

    assert found == ["1 to 3", "7", "9", "10"]


if __name__ == "__main__":
    sys.stdout.write(table())
