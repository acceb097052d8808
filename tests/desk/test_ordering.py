"""In what order a desk keeps what a person wrote: as it came, whatever the clocks tell."""

from datetime import timedelta

import pytest
from desk.kit import AT, Office, Told, wrote
from once.graph_play import BEN

WORDS = ("One", "Two", "Three", "Four")


def backwards() -> Office:
    """Return a desk whose ids would put everything the wrong way round."""
    return Office(numbers=iter(range(1000, 0, -1)))


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=2)])
@pytest.mark.parametrize("apart", [timedelta(0), timedelta(milliseconds=300)])
async def test_what_came_together_is_in_order(ahead: timedelta, apart: timedelta) -> None:
    """Also if Meta's clock is ahead, or tells one moment of all."""
    office = backwards()

    await office.book(
        *(wrote(word, {"at": AT + ahead + apart * n}) for n, word in enumerate(WORDS))
    )

    assert [one.text for one in await office.messages()] == list(WORDS)
    assert max(one.created_at for one in await office.messages()) <= office.now


async def test_what_came_out_of_order_is_put_in_order() -> None:
    """Where Meta's moments tell one."""
    office = backwards()
    office.later(seconds=9)

    second = timedelta(seconds=1)
    for n in (2, 0, 3, 1):
        await office.book(wrote(WORDS[n], {"at": AT + n * second}))

    messages = await office.messages()
    assert [one.text for one in messages] == list(WORDS)
    assert [one.created_at for one in messages] == [AT + n * second for n in range(4)]


async def test_one_persons_moments_are_no_business_of_anothers() -> None:
    """Two who write at once both wrote then."""
    office = backwards()
    office.later(seconds=9)
    ben: Told = {"person": BEN}

    await office.book(wrote("One"), wrote("Two", ben))

    (mine,), (his,) = await office.messages(), await office.messages(BEN)
    assert mine.created_at == his.created_at == AT
