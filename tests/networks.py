"""A network that plays Meta's answers to a client, and keeps what it was asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Unpack

from waits import Waits

from messengerkit import ClientOptions, MessengerClient, Phase, TransportError
from messengerkit._graph import Request, Response

ACCEPTED = (200, {"recipient_id": "24", "message_id": "m_1"})
Step = tuple[int, object] | TransportError


@dataclass
class Network:
    """A transport that plays *steps* and keeps what it was asked."""

    steps: Sequence[Step]
    asked: list[Request] = field(default_factory=list[Request])
    closed: int = 0

    async def send(self, request: Request, /) -> Response:
        """Play the next step; the last one is played for ever."""
        self.asked.append(request)
        step = self.steps[min(len(self.asked), len(self.steps)) - 1]
        if isinstance(step, TransportError):
            raise step
        status, body = step
        headers = {"retry-after": "7"} if status == 429 else {}
        return Response(status=status, headers=headers, body=json.dumps(body).encode())

    async def aclose(self) -> None:
        """Note that it was closed."""
        self.closed += 1

    def sent(self, number: int = 0) -> dict[str, object]:
        """Return the JSON of the body of what was asked as *number*."""
        body = self.asked[number].body
        assert isinstance(body, bytes)
        value: dict[str, object] = json.loads(body)
        return value


def error(code: int, subcode: int | None = None, status: int = 400) -> Step:
    """Return Meta's error."""
    return status, {"error": {"code": code, "error_subcode": subcode, "message": f"(#{code}) no"}}


REFUSED = TransportError("No answer.", phase=Phase.NOT_SENT)
LOST = TransportError("No answer.", phase=Phase.SENT)


def client_on(network: Network, waits: Waits, **options: Unpack[ClientOptions]) -> MessengerClient:
    """Return a client on a fake network and a fake clock."""
    # The pace is kept by a real clock, and is tried elsewhere.
    options = ClientOptions(limiter=None, sleep=waits) | options
    return MessengerClient(page_access_token="EAATest", transport=network, **options)
