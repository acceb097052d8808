"""The tables on the page about outcomes are what the matrix asserts.

When they are not: `python tests/delivery_matrix/test_matrix_words.py` prints them, to be pasted.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # for whoever runs it as a script

from delivery_matrix import matrix_cut, matrix_scripted
from delivery_matrix.matrix_rows import Row
from delivery_matrix.matrix_words import classes, table

PAGE = Path(__file__).parents[2] / "docs" / "outcomes.md"
TABLES: dict[str, tuple[Row, ...]] = {
    "The call does not get there": (*matrix_scripted.NOT_REACHED, *matrix_cut.IDLE),
    "The call breaks off": (*matrix_scripted.BROKEN[:2], *matrix_cut.REQUEST),
    "The message is delivered, and the answer is lost": (
        *matrix_scripted.BROKEN[2:],
        *matrix_cut.ANSWER,
    ),
    "Something else answers": matrix_scripted.PROXIES,
    "Meta answers with an error": matrix_scripted.META,
    "The message is delivered, and the answer says otherwise": matrix_cut.UNTRUE_WORDS,
}


@pytest.mark.parametrize("title", TABLES)
def test_the_page_tells_what_the_matrix_asserts(title: str) -> None:
    """Each fault stands there under its title, with what is seen, and how it ends."""
    page = PAGE.read_text(encoding="utf-8")

    must = f"## {title}\n\n{table(TABLES[title])}"
    assert must in page, f"Paste this into docs/outcomes.md:\n{must}"


def test_the_page_tells_the_classes_below() -> None:
    """The same class stands in more than one phase, so it tells nothing."""
    assert f"\n\n{classes()}" in PAGE.read_text(encoding="utf-8"), classes()


def test_the_page_tells_all_of_the_matrix() -> None:
    """No fault is left out."""
    told = [row for rows in TABLES.values() for row in rows]

    assert sorted(row.name for row in told) == sorted(
        row.name for row in (*matrix_scripted.ROWS, *matrix_cut.ROWS)
    )


if __name__ == "__main__":
    sys.stdout.write(f"{classes()}\n")
    for title, rows in TABLES.items():
        sys.stdout.write(f"## {title}\n\n{table(rows)}\n")
