"""Floor 8: a person as a test holds them: what they do, and what they get."""

import asyncio
from collections.abc import Callable

from typing_extensions import override

from .acts import Acts
from .jsontext import JsonObject, objects_in
from .records import Delivered
from .world.people import Entry, PersonState
from .world.world import World


class Person:
    """Somebody who talks with a page; made by `Sandbox.person`.

    What they do is told to the backends, and returns once it is acknowledged, or given up.

    Args:
        state: The person.
        world: Where they are.
        acts: What people can do.
    """

    def __init__(self, state: PersonState, world: World, acts: Callable[[], Acts]) -> None:
        self._state = state
        self._world = world
        self._acts = acts
        self._taken: Delivered | None = None

    @override
    def __repr__(self) -> str:
        return f"Person({self.name!r}, psid={self.psid!r})"

    @property
    def psid(self) -> str:
        """The page-scoped id by which this page, and no other, knows them."""
        return self._state.psid

    @property
    def name(self) -> str:
        """The name."""
        return self._state.name

    @property
    def inbox(self) -> tuple[Delivered, ...]:
        """What the page has written to them, oldest first."""
        page_id = self._state.page_id
        return tuple(
            one
            for one in self._world.ledger.delivered
            if (one.psid, one.page_id) == (self.psid, page_id)
        )

    async def writes(self, text: str, *, reply_to: str | None = None) -> str:
        """Write *text*, quoting the message *reply_to* if it is given; return the mid.

        Raises:
            ValueError: If *text* is empty, *reply_to* is not in their conversation, or they
                have blocked the page.
        """
        return await self._acts().write(self._state, text, reply_to=reply_to)

    async def sends(self, kind: str, url: str) -> str:
        """Send an `image`, `video`, `audio` or `file` that is at *url*; return the mid.

        Raises:
            ValueError: If it is none of these, or they have blocked the page.
        """
        return await self._acts().send(self._state, kind, url)

    async def uploads(self, data: bytes, filename: str, content_type: str) -> str:
        """Send a file; return the mid. The backend gets a URL at the sandbox.

        Raises:
            ValueError: If they have blocked the page.
        """
        return await self._acts().upload(self._state, data, filename, content_type)

    async def taps(self, title: str) -> str:
        """Tap the quick reply or the button *title*; return the mid.

        Quick replies are those of the newest message. Buttons stay: the newest one counts.

        Raises:
            ValueError: If there is nothing of this title to tap, or they have blocked the page.
        """
        entries = list(self._state.conversation.newest_first())
        for reply in entries[0].quick_replies if entries else ():
            if reply.get("title") == title:
                payload = str(reply.get("payload", ""))
                return await self._acts().write(self._state, title, quick_reply=payload)
        for entry in entries:
            for button in _buttons(entry):
                if button.get("title") == title and button.get("type") == "postback":
                    return await self._acts().tap(self._state, str(button["payload"]), title)
        msg = f"nothing that {self.psid} can tap is called {title!r}"
        raise ValueError(msg)

    async def taps_payload(self, payload: str, title: str) -> str:
        """Tap a button that stands elsewhere, as in the menu, or Get Started; return the mid.

        Raises:
            ValueError: If they have blocked the page.
        """
        return await self._acts().tap(self._state, payload, title)

    async def reacts(self, mid: str, emoji: str) -> None:
        """React to a message.

        Raises:
            ValueError: If it is not in their conversation, or they have blocked the page.
        """
        await self._acts().react(self._state, mid, emoji)

    async def unreacts(self, mid: str) -> None:
        """Take a reaction back.

        Raises:
            ValueError: If the message is not in their conversation, or they have blocked the page.
        """
        await self._acts().react(self._state, mid, None)

    async def reads(self) -> None:
        """See all that the page has written."""
        await self._acts().read(self._state)

    def comments(self) -> str:
        """Comment on a post of the page; return the comment's id, for a private reply."""
        return self._acts().comment(self._state)

    async def opts_in(self, ref: str = "") -> str:
        """Tick the checkbox plugin, whose data is *ref*; return the `user_ref` to write to.

        Raises:
            ValueError: If they have blocked the page.
        """
        return await self._acts().opt_in(self._state, ref)

    def starts_linking(self) -> str:
        """Tap an account link button; return its `account_linking_token`, good for 5 minutes."""
        return self._acts().start_linking(self._state)

    def blocks(self) -> None:
        """Block the page: nothing reaches them any more."""
        self._state.blocked = True
        self._acts().changed(self._state)

    def unblocks(self) -> None:
        """Let the page write again."""
        self._state.blocked = False
        self._acts().changed(self._state)

    def goes_offline(self) -> None:
        """Leave: messages are accepted, and delivered once they are back."""
        self._state.online = False
        self._acts().changed(self._state)

    async def comes_online(self) -> None:
        """Come back, and get what waits."""
        await self._acts().go_online(self._state)

    def becomes_tester(self) -> None:
        """Get a role at the app, so that it may write to them while it is in development."""
        self._state.has_role = True

    async def receives(
        self,
        match: Callable[[Delivered], bool] | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109 - one call reads better in a test than a with-block
    ) -> Delivered:
        """Return the next message that they get, waiting until there is one.

        Each is returned once by this object; another one for the same person starts anew.

        Args:
            match: A function that knows the message; those before it are passed over.
            timeout: Seconds to wait.

        Raises:
            TimeoutError: If none came in time.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._next(match)
        except TimeoutError:
            msg = f"{self.name or self.psid} got no message that matches in {timeout} s"
            raise TimeoutError(msg) from None

    async def _next(self, match: Callable[[Delivered], bool] | None) -> Delivered:
        while True:
            came = self._world.ledger.came
            for one in self._not_taken():
                if match is None or match(one):
                    self._taken = one
                    return one
            await came.wait()

    def _not_taken(self) -> tuple[Delivered, ...]:
        """Return what came after the last one taken; all, if that is no longer kept."""
        inbox = self.inbox
        start = next((i for i, one in enumerate(inbox, start=1) if one is self._taken), 0)
        return inbox[start:]


def _buttons(entry: Entry) -> list[JsonObject]:
    """Return all buttons of a template, those of its cards, too."""
    template = entry.template or {}
    cards = [template, *objects_in(template.get("elements"))]
    return [button for card in cards for button in objects_in(card.get("buttons"))]
