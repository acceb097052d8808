"""Floor 8: the rules of rows: they are there at once, come back as they were, and are unique."""

import asyncio
import json

from messengerkit._json import JsonObject
from messengerkit.delivery import Evidence, Step
from messengerkit.errors import TransitionError
from messengerkit.outbound import Outbound
from messengerkit.rates import Rate

from ._log_trial import LogRule, LogTrial, raised, stepped
from ._trial import require

_AT = 1_800_000_000.123456  # a time whose microseconds are easily lost
_MANY = 10
_ANYTHING: JsonObject = {
    "message": {
        "text": "Grüße, مرحبا 👩‍👩‍👧 \U0001f3f3\ufe0f\u200d\U0001f308\n\t\"'\\%_;--",
        "metadata": "",
    },
    "": None,
    "numbers": [0, -1, 2**53, 1.5, 1e-9, True, False],
    "empty": [dict[str, object](), list[object](), "", None],
    "deep": {"a": {"b": {"c": [[["d"]]]}}},
    "emoji 👍": "\u0000 \u2028 \ud7ff \uffff",
    "long": "ä" * 20_000,
}


async def _visible(trial: LogTrial) -> None:
    row = await trial.added()
    require(await trial.found(row) == row, "it came back otherwise")


async def _unchanged(trial: LogTrial) -> None:
    row = trial.row(parameters=_ANYTHING)._replace(
        fetches=True,
        rate=Rate.AUDIO_VIDEO,
        urgent=True,
        owner="one",
        created_at=_AT,
    )
    await trial.log.add(row)
    await _same(trial, row)
    plain = await trial.added("ben")
    await _same(trial, plain)


async def _unchanged_later(trial: LogTrial) -> None:
    row = await trial.added(parameters=_ANYTHING)
    claimed = stepped(row, Step.CLAIM)._replace(owner="zwei 👍", wire_at=_AT, attempts=3)
    await trial.log.put(claimed)
    await _same(trial, claimed)
    lost = stepped(claimed, Step.LOSE)._replace(ended_at=_AT + 30, error="TransportError")
    await trial.log.put(lost)
    await _same(trial, lost)
    for evidence in Evidence:
        other = await trial.moved(await trial.added(evidence.value), Step.CLAIM)
        found = stepped(other, Step.FIND)._replace(mid="m_1-_ÄÖ$", evidence=evidence, owner=None)
        await trial.log.put(found)
        await _same(trial, found)


async def _same(trial: LogTrial, row: Outbound) -> None:
    found = await trial.found(row)
    names = [name for name in Outbound._fields if getattr(found, name) != getattr(row, name)]
    require(not names, f"these came back otherwise: {', '.join(names)}")
    # 1 is True, and 1.0 is 1, for Python, and not for Meta.
    came, went = (json.dumps(dict(one.parameters), sort_keys=True) for one in (found, row))
    require(came == went, "the parameters came back otherwise")


async def _same_id(trial: LogTrial) -> None:
    row = await trial.added()
    await trial.refused_anew(trial.row("ben", id=row.id))
    require(await trial.other.find(row.nonce) == row, "the first one was changed")


async def _same_nonce(trial: LogTrial) -> None:
    row = await trial.added()
    await trial.refused_anew(trial.row("ben", nonce=row.nonce))
    require(await trial.other.find(row.nonce) == row, "the first one was changed")


async def _refused_is_nowhere(trial: LogTrial) -> None:
    row = await trial.added()
    refused = trial.row("ben", id=row.id)
    await raised(trial.log.add(refused))
    require(await trial.other.find(refused.nonce) is None, "it is found")
    behind = await trial.added("ben")
    require(await trial.log.put(stepped(behind, Step.CLAIM)), "it holds up its lane")


async def _same_as_settled(trial: LogTrial) -> None:
    row = await trial.moved(await trial.added(), Step.CLAIM, Step.ACCEPT)
    await trial.refused_anew(trial.row(nonce=row.nonce))
    await trial.refused_anew(trial.row(id=row.id))


async def _same_at_once(trial: LogTrial) -> None:
    first = trial.row()
    rows = [trial.row(f"lane {number}", nonce=first.nonce) for number in range(_MANY)]
    met = await asyncio.gather(*(raised(trial.log.add(row)) for row in rows))
    added = [row for row, error in zip(rows, met, strict=True) if error is None]
    require(len(added) == 1, f"{len(added)} of {_MANY} were added")
    refused = all(isinstance(error, TransitionError) for error in met if error is not None)
    require(refused, "another error than a TransitionError was raised")
    require(await trial.other.find(first.nonce) == added[0], "another one is found")


async def _unknown(trial: LogTrial) -> None:
    await trial.added()
    require(await trial.log.find("mk1:of-nobody") is None, "a row was found")


async def _never_added(trial: LogTrial) -> None:
    row = trial.row()
    require(not await trial.log.put(stepped(row, Step.CLAIM)), "it was taken")
    require(await trial.other.find(row.nonce) is None, "it is there")


async def _next_alone(trial: LogTrial) -> None:
    row = await trial.added()
    claimed = stepped(row, Step.CLAIM)
    for version in (row.version, row.version + 2):
        await trial.refused(claimed._replace(version=version), f"with version {version} after 0")
    require(await trial.log.put(claimed), "the next version was refused")
    require(await trial.other.find(row.nonce) == claimed, "what was taken is not there")
    await trial.refused(claimed, "a second time")
    await trial.refused(claimed._replace(version=0), "with an older version")


async def _one_wins(trial: LogTrial) -> None:
    row = await trial.moved(await trial.added(), Step.CLAIM, Step.LOSE)
    found = stepped(row, Step.FIND)
    rivals = [found._replace(owner=str(number)) for number in range(_MANY)]
    await _won(trial, row, rivals)


async def _one_claims(trial: LogTrial) -> None:
    row = await trial.added()
    claimed = stepped(row, Step.CLAIM)
    rivals = [claimed._replace(owner=str(number)) for number in range(_MANY)]
    await _won(trial, row, rivals)


async def _won(trial: LogTrial, row: Outbound, rivals: list[Outbound]) -> None:
    logs = (trial.log, trial.other)
    took = await asyncio.gather(
        *(logs[number % 2].put(rival) for number, rival in enumerate(rivals))
    )
    winners = [rival for rival, taken in zip(rivals, took, strict=True) if taken]
    require(len(winners) == 1, f"{len(winners)} of {len(rivals)} won")
    require(await trial.other.find(row.nonce) == winners[0], "what is there is not the winner's")


async def _late_echo(trial: LogTrial) -> None:
    row = await trial.moved(await trial.added(), Step.CLAIM, Step.LOSE, Step.DOUBT)
    behind = await trial.moved(await trial.added(), Step.CLAIM)
    found = await trial.moved(row, Step.FIND)
    require(await trial.found(row) == found, "it is not settled by it")
    await trial.moved(behind, Step.ACCEPT)


async def _by_nonce(trial: LogTrial) -> None:
    rows = [await trial.added() for _ in range(3)]
    await trial.moved(rows[0], Step.CLAIM, Step.ACCEPT)
    for row in rows:
        require((await trial.found(row)).id == row.id, "another row was found")


RULES = (
    LogRule("A row that was added is there when `add` returns.", _visible),
    LogRule("What was added comes back as it was.", _unchanged),
    LogRule("What was put comes back as it was.", _unchanged_later),
    LogRule("A second row with one id is a TransitionError, and changes nothing.", _same_id),
    LogRule("A second row with one nonce is a TransitionError, and changes nothing.", _same_nonce),
    LogRule("A row that was refused is nowhere.", _refused_is_nowhere),
    LogRule("The id and the nonce of a settled row are taken, too.", _same_as_settled),
    LogRule("Of many rows with one nonce at once, one is added.", _same_at_once),
    LogRule("`find` returns the row with that nonce, open or settled.", _by_nonce),
    LogRule("A nonce that nobody has finds nothing.", _unknown),
    LogRule("A row that was never added cannot be put.", _never_added),
    LogRule("`put` takes the next version alone.", _next_alone),
    LogRule("Of many who put the next version at once, one wins.", _one_wins),
    LogRule("Of many who claim a row at once, one wins.", _one_claims),
    LogRule("A late echo settles a row that was unconfirmed.", _late_echo),
)
