"""Every fault, one outcome: what the client sees, says and does, and how many copies arrive."""

import logging
from collections.abc import Iterator

import pytest
from delivery_matrix import matrix_cut, matrix_scripted
from delivery_matrix.matrix_cells import PAYLOADS, Cell, Played, cells_of, faults_of, play_all
from delivery_matrix.matrix_rows import WAYS, Row
from delivery_matrix.matrix_words import BELOW

from messengerkit import MessengerError, TransportError, _straight

ROWS = (*matrix_scripted.ROWS, *matrix_cut.ROWS)
played_cells: set[str] = set()


@pytest.fixture(scope="module", autouse=True)
def count(pytestconfig: pytest.Config) -> Iterator[None]:
    """Tell in the end how many cells there were."""
    yield
    reporter: object = pytestconfig.pluginmanager.getplugin("terminalreporter")
    if isinstance(reporter, pytest.TerminalReporter):
        reporter.write_line(f"\nmatrix: {len(ROWS)} faults, {len(played_cells)} cells")


@pytest.mark.parametrize(
    ("row", "way"),
    [(row, way) for row in ROWS for way in WAYS],
    ids=lambda one: one.name if isinstance(one, Row) else one,
)
async def test_each_fault_has_one_outcome(
    row: Row, way: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Signal, phase, end, evidence and the number of copies are exact, in every mode."""
    caplog.set_level(logging.DEBUG, "messengerkit")
    if way == "session":
        monkeypatch.setattr(_straight, "_TRIED", ())

    # Which way the bytes go, the kind of the message does not know.
    played = await play_all(row, PAYLOADS if way == "straight" else ("text",))

    played_cells.update(f"{way}: {cell}" for cell, _ in played)
    assert [fault for one in played for fault in faults_of(*one)] == []
    for one in played:
        _keeps_its_secrets(*one)
        if way == "straight":
            _fails_as_told(one[1])
    _says_no_secret(caplog.text, played[0][1])


def test_the_matrix_is_as_large_as_it_should_be() -> None:
    """No fault stands twice, and there are no fewer than there were."""
    names = [row.name for row in ROWS]

    assert len(set(names)) == len(names) >= 80
    assert sum(1 for row in ROWS for _ in cells_of(row)) >= 2000


def _fails_as_told(played: Played) -> None:
    """What aiohttp raised is among what the page tells of the phase."""
    for attempt in played.stage.watch.attempts:
        if isinstance(attempt.error, TransportError):
            assert any(f"({name}," in str(attempt.error) for name in BELOW[attempt.error.phase])


def _keeps_its_secrets(cell: Cell, played: Played) -> None:
    """No text of an error holds a secret, and none holds another library's error."""
    result = played.result
    errors = [attempt.error for attempt in played.stage.watch.attempts]
    for error in (result if isinstance(result, MessengerError) else None, *errors):
        for one in _chain(error):
            assert isinstance(one, MessengerError), cell
            _says_no_secret(f"{one!s} {one!r} {one.args} {one.advice}", played)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Return *error*, and all that it carries, on either side."""
    if error is not None:
        yield error
        yield from _chain(error.__cause__)
        if error.__context__ is not error.__cause__:
            yield from _chain(error.__context__)


def _says_no_secret(text: str, played: Played) -> None:
    page = played.stage.sandbox.page
    assert page.access_token not in text
    assert page.app_secret not in text
