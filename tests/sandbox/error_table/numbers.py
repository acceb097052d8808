"""The numbers of the error table: every code and subcode that Meta's tables have, and how it comes.

A number is natural if the sandbox refuses so by itself; its rows are in the other modules. The
others come by fault: nothing in the sandbox leads to them, and a test scripts them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

How = Literal["natural", "by fault"]
"""How a number comes."""

TABLE = """
by fault  1 1/99 1/1357046 1/2018382 2 2/2018344
natural   3
by fault  4 4/2018022 4/2018354 9/2018352
natural   10 10/2018278
by fault  10/2018065 10/2534022 10/2018108
natural   10/2018300
by fault  10/2018321 10/2018336 10/1893015 10/1893063 10/1404170 10/2534077
natural   11
by fault  17 17/2446079 32
natural   100 100/33 100/2018001 100/2018008 100/2018014 100/2018015 100/2018034
natural   100/2018035 100/2018040 100/2018041 100/2018053 100/2018055 100/2018098 100/2018099
natural   100/2018047 100/2018074 100/2018109
by fault  100/2018294
natural   100/2018164 100/2018173 100/2018175 100/2018182-2018185
by fault  100/2018186
natural   100/2018187-2018188
by fault  100/2018218
natural   100/2018320
by fault  100/2018328
natural   100/1893061
by fault  100/2534013-2534015 100/2534025 100/2534029 100/2534037
by fault  102
natural   105 194 190 190/458-460 190/463-464 190/467 190/492
natural   200 200/2018028 200/2018027
by fault  200/2018021 200/1545041 200/2534041 201-299 341 368 506 551
natural   551/1545041 613
by fault  613/1996 613/1893016 613/2018338 613/2534040 1200 1200/2018024 2022
natural   2500
by fault  3801
natural   10303 10900 10903
by fault  24001-24002 24005 36000 36103
by fault  80000-80006 80008 1609005 546 2018144
by fault  2018154 2018163 2018166 2071010-2071025 2018171 2018234
natural   100/2018247
by fault  2018300 2018321 2018389-2018396 2534122 2042002
natural   9000001
"""

SERVER_SIDE = {1: 500, 2: 503, 1200: 500}
"""The codes that Meta may answer with another status than 400, and one that was seen."""

TRANSIENT = frozenset({2, 1200})
"""The codes that stand with `is_transient` where Meta says that trying again may work."""


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A code, and a subcode or 0 for none."""

    code: int
    subcode: int

    def __str__(self) -> str:
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


def numbers(how: How) -> tuple[Number, ...]:
    """Return all numbers that come so, in the order of the table."""
    lines = [line.removeprefix(how) for line in TABLE.splitlines() if line.startswith(how)]
    return tuple(number for line in lines for word in line.split() for number in _read(word))


def _read(word: str) -> Iterator[Number]:
    """Yield the numbers of `1`, `1/2`, `1-3` or `1/2-4`."""
    code, _, subcode = word.partition("/")
    first, _, last = (subcode or code).partition("-")
    for number in range(int(first), int(last or first) + 1):
        yield Number(int(code), number) if subcode else Number(number, 0)
