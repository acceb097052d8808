"""Floor 9: where the play is played, and how its steps see what has really happened."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import NamedTuple, cast

import aiohttp

from messengerkit.desk import Conversation, Desk
from messengerkit.sandbox import Person, Recorded, Sandbox

from .admins import Admin


class StepFailedError(Exception):
    """A step of the play did not happen."""


def require(happened: bool, otherwise: str) -> None:  # noqa: FBT001  # an assertion with words
    """Refuse to go on unless something has happened.

    Raises:
        StepFailedError: If not; it says *otherwise*.
    """
    if not happened:
        raise StepFailedError(otherwise)


class Answered(NamedTuple):
    """What the backend answered.

    Attributes:
        status: The HTTP status.
        text: The body.
        lines: The request and the answer, as they can be shown: without the key.
    """

    status: int
    text: str
    lines: tuple[str, ...]

    def listed(self, name: str) -> list[dict[str, object]]:
        """Return the list *name* of the answer's data."""
        told = cast("dict[str, dict[str, list[dict[str, object]]]]", json.loads(self.text))
        return told["data"][name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the play is played.

    Attributes:
        sandbox: Messenger.
        ana: Who writes; nobody has heard of her before.
        desk: The backend's.
        backend_url: The backend.
        admin: Who sits at the panel; a supervisor.
        session: The panel's way to the backend.
        patience: Seconds after which what has not happened will not.
    """

    sandbox: Sandbox
    ana: Person
    desk: Desk
    backend_url: str
    admin: Admin
    session: aiohttp.ClientSession
    patience: float = 10.0

    async def conversation(self) -> Conversation:
        """Return Ana's conversation, as it is now.

        Raises:
            StepFailedError: If there is none.
        """
        found = await self.desk.conversation_of(self.sandbox.page.id, self.ana.psid)
        if found is None:
            msg = "there is no conversation with Ana"
            raise StepFailedError(msg)
        return found

    async def until(self, wanted: Callable[[Conversation], bool], otherwise: str) -> Conversation:
        """Return Ana's conversation once it is as *wanted*.

        Raises:
            StepFailedError: If it does not become so; it says *otherwise*.
        """
        try:
            async with (
                asyncio.timeout(self.patience),
                aclosing(self.desk.changes("")) as changes,
            ):
                async for update in changes:
                    now = update.conversation
                    if now is not None and now.psid == self.ana.psid and wanted(now):
                        return now
        except TimeoutError:
            raise StepFailedError(otherwise) from None
        raise StepFailedError(otherwise)  # the desk has closed

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        key: str | None = None,
    ) -> Answered:
        """Call the backend as the panel does.

        Args:
            method: The HTTP method.
            path: The path.
            body: What is sent as JSON.
            key: The `Idempotency-Key`.
        """
        more = {} if key is None else {"Idempotency-Key": key}
        shown = "".join(f"  {name}: {value}" for name, value in more.items())
        lines = [
            f"→ {method} {path}  Authorization: Bearer ***  X-Admin-User-ID: {self.admin.id}{shown}"
        ]
        if body is not None:
            lines.append(f"  {json.dumps(body, ensure_ascii=False)}")
        async with self.session.request(
            method, self.backend_url + path, headers=self.admin.headers | more, json=body
        ) as response:
            text = await response.text()
        return Answered(response.status, text, (*lines, f"← {response.status} {text}"))

    def graph_call(self, text: str) -> list[str]:
        """Return the call that sent *text* to Ana, as it can be shown.

        Raises:
            StepFailedError: If there was none, or it was not accepted.
        """
        calls = [one for one in self.sandbox.ledger.calls("POST") if _says(one, text)]
        require(bool(calls), "the backend did not call the Graph API")
        call = calls[-1]
        require(call.status == 200, f"the Graph API answered {call.status}")  # noqa: PLR2004  # accepted
        shown = call.headers.get("authorization", "none")
        return [
            f"→ {call.method} {call.path}  Authorization: {shown}",
            f"  {_PROOF.sub('***', call.body.decode())}",
            f"← {call.status}",
        ]


_PROOF = re.compile(r'(?<="appsecret_proof":")[0-9a-f]+')  # as good as the token, with it


def _says(call: Recorded, text: str) -> bool:
    try:
        body = cast("object", json.loads(call.body))
    except ValueError:
        return False  # an upload
    message = cast("dict[str, object]", body).get("message") if isinstance(body, dict) else None
    return isinstance(message, dict) and cast("dict[str, object]", message).get("text") == text
