"""Floor 7: what an admin has asked to be sent, carried out once, and what came of it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from messengerkit.admin.answers import answer, describe, refusal
from messengerkit.admin.backend import KeepsKeys, Sendable, Written
from messengerkit.admin.idempotency import REPLAYED, key_of, once
from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import AdminResponse
from messengerkit.messages import SendResult

from .wiring import Wiring


class Order(NamedTuple):
    """What is to be sent.

    Attributes:
        asked: As it was asked.
        send: Sends it, if the backend does not see to it itself that it is sent once.
    """

    asked: Sendable
    send: Callable[[], Awaitable[SendResult]]


async def carry_out(
    wiring: Wiring, request: AdminRequest, admin: AdminIdentity, order: Order, **told: object
) -> AdminAnswer:
    """Carry *order* out, and return the answer; *told* is what it says of what was sent.

    Raises:
        MessengerError: If it was not carried out.
    """
    told = {"recipient_id": order.asked.recipient_id, **told}
    backend = wiring.backend
    if isinstance(backend, KeepsKeys):
        written = await backend.send_once(admin, order.asked, key_of(request))
        return _written(written, told)

    async def act() -> AdminAnswer:
        data = {**told, **_sent(await order.send()), "delivery": "sent"}
        return answer(200, AdminResponse(success=True, message=_SENT, data=data))

    return await once(wiring.idempotency, request, admin, act)


_SENT = "Message sent."
_UNDER_WAY = "The message is written down, and the backend sees to it: do not send it again."


def _written(done: Written, told: dict[str, object]) -> AdminAnswer:
    headers = (REPLAYED,) if done.replayed else ()
    result = {} if done.result is None else _sent(done.result)
    data = {**told, **result, "delivery": done.delivery, **done.data}
    if done.delivery == "sent":
        return answer(200, AdminResponse(success=True, message=_SENT, data=data), *headers)
    if done.delivery != "partial" and done.problem is not None:
        return refusal(done.problem, *headers, data=data)
    text = _UNDER_WAY
    if done.problem is not None:
        # The first ones are out: whoever reads a failure sends them again.
        text, data = (
            "Only the first messages were sent.",
            {**data, "problem": describe(done.problem)},
        )
    return answer(202, AdminResponse(success=True, message=text, data=data), *headers)


def _sent(result: SendResult) -> dict[str, object]:
    return {"message_id": result.message_id, "attempts": result.attempts}
