"""Floor 5: a long text as several messages, one after the other, to go on with where it broke."""

from collections.abc import Awaitable, Callable

from .errors import DeliveryUnknownError, InvalidInputError, MessengerError, PartialSendError
from .messages import SendResult, Text, split_text


async def send_parts(
    send: Callable[[Text], Awaitable[SendResult]], text: str
) -> tuple[SendResult, ...]:
    """Send *text* by *send*, part by part, each after the one before was accepted.

    Raises:
        PartialSendError: If a part after the first was not sent; it has what is left.
        MessengerError: If the first one was not.
    """
    messages = [Text(part) for part in split_text(_text(text))]
    sent: list[SendResult] = []
    for number, message in enumerate(messages):
        try:
            sent.append(await send(message))
        except MessengerError as error:
            if not sent:
                raise
            rest = "".join(one.text for one in messages[number:])
            raise _partial(sent, rest, message.text, error) from error
    return tuple(sent)


def _text(value: object) -> str:
    if not isinstance(value, str):
        msg = "text: must be text"
        raise InvalidInputError(msg, field="text")
    return value


def _partial(
    sent: list[SendResult], rest: str, failed: str, error: MessengerError
) -> PartialSendError:
    unknown = isinstance(error, DeliveryUnknownError)
    msg = f"{len(sent)} parts were sent, and then one was not ({type(error).__name__})."
    return PartialSendError(
        msg,
        sent=tuple(result.message_id for result in sent),
        rest=rest.removeprefix(failed) if unknown else rest,
        in_doubt=failed if unknown else None,
    )
