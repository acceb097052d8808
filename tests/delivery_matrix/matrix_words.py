"""The matrix as tables of the documentation: printed and compared, never written by hand."""

from collections.abc import Iterable, Iterator

from delivery_matrix.matrix_ends import ITS_OWN, UNKNOWN, End, Seen
from delivery_matrix.matrix_rows import Row

from messengerkit import Phase

_PHASES = {
    Phase.NOT_SENT: "nothing was written",
    Phase.SENT: "written, no answer",
    Phase.ANSWERED: "half an answer",
}
_HEAD = "| fault | the client sees | at most once | effectively once | at least once |"


BELOW = {
    Phase.NOT_SENT: (
        "ClientConnectionResetError",
        "ClientConnectorDNSError",
        "ClientConnectorError",
        "ClientConnectorSSLError",
        "TimeoutError",
    ),
    Phase.SENT: (
        "ClientOSError",
        "HttpProcessingError",
        "ServerDisconnectedError",
        "TimeoutError",
    ),
    Phase.ANSWERED: ("ClientPayloadError", "TimeoutError"),
}
"""The classes of aiohttp's errors that the matrix meets in each phase."""


def classes() -> str:
    """Return what is met in each phase as a table in Markdown."""
    lines = ["| phase | what it means | aiohttp's errors |", "|---|---|---|"]
    for phase, names in BELOW.items():
        shown = ", ".join(f"`{name}`" for name in names)
        lines.append(f"| `Phase.{phase.name}` | {_PHASES[phase]} | {shown} |")
    return "\n".join(lines) + "\n"


def table(rows: Iterable[Row]) -> str:
    """Return *rows* as a table in Markdown."""
    lines = [_HEAD, "|---|---|---|---|---|", *(line for row in rows for line in _lines(row))]
    return "\n".join(lines) + "\n"


def _lines(row: Row) -> Iterator[str]:
    wires = {"on a new connection": row.fresh, "on one kept alive": row.reused}
    seen = {wire: one for wire, one in wires.items() if one is not None}
    if len(seen) > 1 and row.fresh == row.reused:
        seen = {"": seen["on a new connection"]}
    for wire, one in seen.items():
        where = f", {wire}" if wire and len(seen) > 1 else ""
        ends = one.ends
        careful = _end(one, ends.believing)
        if ends.doubting != ends.believing:
            careful += f"; without belief {_end(one, ends.doubting)}"
        cells = (_signal(one), careful, _end(one, ends.once), _end(one, ends.at_least))
        yield f"| {row.name}{where} | {' | '.join(cells)} |"


def _signal(seen: Seen) -> str:
    if not seen.error:
        return "the answer"
    if seen.phase is not None:
        return f"`{seen.error}`: {_PHASES[seen.phase]}"
    return f"`{seen.error}`" + (f", {seen.status}" if seen.status else "")


def _end(seen: Seen, end: End) -> str:
    copies = f"{end.copies} {'copy' if end.copies == 1 else 'copies'}"
    if end.raises == UNKNOWN:
        return f"unknown, {copies}"
    if end.raises == ITS_OWN:
        return f"`{seen.error}`, {copies}"
    return f"{'sent again' if end.attempts > 1 else _known(end)}, {copies}"


def _known(end: End) -> str:
    return "found" if end.evidence is not None and end.evidence.value == "read" else "sent"
