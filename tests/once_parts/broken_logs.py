"""Outbound logs that break the rules of rows, each one of them."""

import asyncio
import json
from typing import cast

from typing_extensions import override

from messengerkit import MemoryOutboundLog, Outbound, TransitionError
from messengerkit._json import JsonObject
from messengerkit.delivery import Evidence, State, is_open


class Deaf(MemoryOutboundLog):
    """It adds nothing."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Forget the row."""
        return True


class Rounds(MemoryOutboundLog):
    """It keeps whole seconds."""

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        """Return the row with other times."""
        row = await super().find(nonce)
        return row and row._replace(created_at=round(row.created_at), wire_at=None)


class Counts(MemoryOutboundLog):
    """It takes true for 1."""

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        """Return the row with a number for each truth."""
        row = await super().find(nonce)
        if row is None:
            return None
        text = json.dumps(row.parameters).replace("true", "1")
        return row._replace(parameters=cast("JsonObject", json.loads(text)))


class Machine(MemoryOutboundLog):
    """It knows no people."""

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        """Return the row, but not that a person looked."""
        row = await super().find(nonce)
        by_person = row is not None and row.evidence is Evidence.OPERATOR
        return row._replace(evidence=None) if row is not None and by_person else row


class Overwrites(MemoryOutboundLog):
    """It adds what is there anew."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Write the row over another one."""
        self._rows.pop(row.id, None)
        self._ids.pop(row.nonce, None)
        return await super().add(row)


class Replaces(MemoryOutboundLog):
    """It complains too late."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Write the row down, and then look."""
        try:
            return await super().add(row)
        except TransitionError:
            self._rows[row.id] = row
            self._ids[row.nonce] = row.id
            raise


class Reuses(MemoryOutboundLog):
    """It takes the id and the nonce of what is settled for free."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Forget a settled one first."""
        held = self._rows.get(self._ids.get(row.nonce, row.id))
        if held is not None and not is_open(held.state):
            del self._rows[held.id], self._ids[held.nonce]
        return await super().add(row)


class Racy(MemoryOutboundLog):
    """It looks, and acts later."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Write the row down if it was not there a moment ago."""
        there = row.nonce in self._ids
        await asyncio.sleep(0)
        if there:
            msg = "there is one"
            raise TransitionError(msg)
        self._rows[row.id] = row
        self._ids[row.nonce] = row.id
        return True

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Replace the row if it could be a moment ago."""
        first = row.version == self._rows[row.id].version + 1
        await asyncio.sleep(0)
        if first:
            self._rows[row.id] = row
        return first


class Foreign(MemoryOutboundLog):
    """It refuses with another error than ours."""

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Add, or raise a ValueError."""
        try:
            return await super().add(row)
        except TransitionError:
            raise ValueError from None


class FindsOpen(MemoryOutboundLog):
    """It finds what is open alone."""

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        """Return an open row."""
        row = await super().find(nonce)
        return row if row is not None and is_open(row.state) else None


class FindsAny(MemoryOutboundLog):
    """It finds any row rather than none."""

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        """Return a row."""
        return await super().find(nonce) or next(iter(self._rows.values()), None)


class Upserts(MemoryOutboundLog):
    """It adds what is put and was never added."""

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Add the row, or replace it."""
        if row.id not in self._rows:
            await self.add(row)
            return True
        return await super().put(row)


class Versionless(MemoryOutboundLog):
    """It lets the last one win."""

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Replace the row by any version."""
        held = self._rows.get(row.id)
        if held is not None:
            self._rows[row.id] = held._replace(version=row.version - 1)
        return await super().put(row)


class Final(MemoryOutboundLog):
    """It takes what is unconfirmed for settled for ever."""

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Replace the row unless it is unconfirmed."""
        if self._rows[row.id].state is State.UNCONFIRMED:
            return False
        return await super().put(row)
