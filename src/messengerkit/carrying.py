"""Floor 5: carries the sends of somebody else's log to their end, on a client's terms."""

from .once import Once
from .outbound import Outbound
from .outgoing import accepted
from .terms import Terms


class Carrier:
    """Carries sends of one page: each is tried, looked for where nobody knows, and settled.

    Args:
        once: Sends them.
        terms: On which terms.
    """

    def __init__(self, once: Once, terms: Terms) -> None:
        self._once = once
        self._terms = terms

    async def carry(self, row: Outbound) -> None:
        """Bring *row*, QUEUED and this process's, to its end; how it ends, the log tells."""
        await self._once.carry(row, self._terms, accepted)

    async def recover(self) -> int:
        """Take up what a process left in flight that died, now and from now on."""
        return await self._once.recover(self._terms, accepted)

    def heard(self, nonce: str, mid: str) -> None:
        """Tell who waits for it that the echo of a send has come; the log knows already."""
        self._once.heard(nonce, mid)

    async def aclose(self) -> None:
        """Leave what is not settled to the next process."""
        await self._once.aclose()
