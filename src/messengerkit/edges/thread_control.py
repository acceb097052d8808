"""Floor 5: which app answers a person.

Platform page: /docs/messenger-platform/conversation-routing.
"""

from messengerkit._graph import Call
from messengerkit._inbound import as_list
from messengerkit._json import JsonObject, is_object
from messengerkit._model import identifier
from messengerkit.errors import UnreadableAnswerError
from messengerkit.threads import Extension, HandingOver, Note, ThreadOwner

from ._answers import confirm
from ._caller import Caller


class ThreadControl:
    """Gives conversations to other apps, and gets them back.

    An app that has a conversation loses it after 24 hours without a message, unless it
    extends the time. Where the page has no default app, all apps may answer, and there is
    nothing to take. All but `extend` and `owner` would be refused, or tell the other app
    twice, if they were repeated, so that an outcome that nobody knows is an error.

    Platform page: /docs/messenger-platform/conversation-routing.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._call = caller

    async def pass_to(self, psid: str, *, app_id: int, metadata: str | None = None) -> None:
        """Give the conversation with a person to another app.

        Args:
            psid: The person's PSID, or Instagram-scoped id.
            app_id: Which app; for people who answer by hand in the Page's inbox,
                `PAGE_INBOX`, and on Instagram `INSTAGRAM_INBOX`.
            metadata: At most 1000 characters for that app.

        Raises:
            InvalidInputError: If a value breaks its limit; nothing was done.
            ThreadNotOwnedError: If yet another app has it.
            GraphError: If Meta refused for another reason.
            TransportError: If the call did not leave.
            DeliveryUnknownError: If nobody knows whether it was done; `owner` tells.
        """
        note = HandingOver(app_id=app_id, metadata=metadata)
        confirm(await self._call(_control("pass", psid, note.to_graph())))

    async def take(self, psid: str, *, metadata: str | None = None) -> None:
        """Take the conversation with a person from the app that has it.

        Meta lets the default app do so, and others while nobody has it; the app's setting
        in the page's advanced messaging must allow it.

        Args:
            psid: The person's PSID, or Instagram-scoped id.
            metadata: At most 1000 characters for the app that loses it.

        Raises:
            InvalidInputError: If a value breaks its limit; nothing was done.
            GraphError: If Meta refused.
            TransportError: If the call did not leave.
            DeliveryUnknownError: If nobody knows whether it was done; `owner` tells.
        """
        answer = await self._call(_control("take", psid, Note(metadata=metadata).to_graph()))
        if "data" not in answer:  # an older page of Meta prints the new owner there
            confirm(answer)

    async def request(self, psid: str, *, metadata: str | None = None) -> None:
        """Ask the app that has the conversation with a person for it.

        It gets a webhook, and may pass it on. If nobody has it, you have it now.

        Args:
            psid: The person's PSID, or Instagram-scoped id.
            metadata: At most 1000 characters for the app that has it.

        Raises:
            InvalidInputError: If a value breaks its limit; nothing was done.
            GraphError: If Meta refused: perhaps you have it already.
            TransportError: If the call did not leave.
            DeliveryUnknownError: If nobody knows whether it was done.
        """
        confirm(await self._call(_control("request", psid, Note(metadata=metadata).to_graph())))

    async def release(self, psid: str, *, metadata: str | None = None) -> None:
        """Let go of the conversation with a person; then nobody has it.

        Args:
            psid: The person's PSID, or Instagram-scoped id.
            metadata: At most 1000 characters.

        Raises:
            InvalidInputError: If a value breaks its limit; nothing was done.
            ThreadNotOwnedError: If another app has it.
            GraphError: If Meta refused for another reason.
            TransportError: If the call did not leave.
            DeliveryUnknownError: If nobody knows whether it was done; `owner` tells.
        """
        confirm(await self._call(_control("release", psid, Note(metadata=metadata).to_graph())))

    async def extend(self, psid: str, seconds: int) -> None:
        """Keep the conversation with a person for longer than 24 hours.

        Args:
            psid: The person's PSID, or Instagram-scoped id.
            seconds: From now on: 1 to 604800, which is 7 days.

        Raises:
            InvalidInputError: If a value breaks its limit; nothing was done.
            ThreadNotOwnedError: If another app has it.
            GraphError: If Meta refused for another reason.
            TransportError: If Meta could not be asked.
        """
        longer = Extension(seconds=seconds).to_graph()
        confirm(await self._call(_control("extend", psid, longer, repeatable=True)))

    async def owner(self, psid: str) -> ThreadOwner | None:
        """Return the app that has the conversation with a person, or None if nobody has.

        Args:
            psid: The person's PSID, or Instagram-scoped id.

        Raises:
            InvalidInputError: If the id is none; nothing was asked.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        call = Call(
            method="GET",
            path=("me", "thread_owner"),
            parameters={"recipient": identifier(psid, "psid")},
            repeatable=True,
        )
        answer = await self._call(call)
        if answer and "data" not in answer:
            msg = "Meta's answer does not say who has the conversation."
            raise UnreadableAnswerError(msg)
        for row in as_list(answer.get("data")):
            owner = row.get("thread_owner") if is_object(row) else None
            if owner and is_object(owner):
                return ThreadOwner(owner)
        return None


def _control(verb: str, psid: str, said: JsonObject, *, repeatable: bool = False) -> Call:
    return Call(
        method="POST",
        path=("me", f"{verb}_thread_control"),
        parameters={"recipient": {"id": identifier(psid, "psid")}, **said},
        repeatable=repeatable,
    )
