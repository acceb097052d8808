"""Floor 2: events that Meta has retired, and old apps still get.

Platform page: /docs/messenger-platform/reference/webhook-events, in its older versions.
"""

from decimal import Decimal

from messengerkit import _inbound as read
from messengerkit._inbound import Field, Inbound
from messengerkit._json import JsonObject

from ._event import Event


class Money(Inbound):
    """A sum.

    Attributes:
        amount: How much.
        currency: ISO 4217, such as `EUR`.
    """

    __slots__ = ()
    amount: Field[Decimal | None] = read.amount()
    currency: Field[str | None] = read.text()


class GamePlayed(Event):
    """A person played an Instant Game.

    Attributes:
        game_id: The game.
        player_id: The person in the game.
        context_type: `SOLO`, `THREAD` or `GROUP`.
        context_id: Where it was played.
        score: The score.
        payload: What the game says of the round.
    """

    __slots__ = ()
    game_id: Field[str | None] = read.identifier()
    player_id: Field[str | None] = read.identifier()
    context_type: Field[str | None] = read.text()
    context_id: Field[str | None] = read.identifier()
    score: Field[int | None] = read.number()
    payload: Field[str | None] = read.text()


class PaymentReceived(Event):
    """A person paid with a buy button.

    Attributes:
        payload: What you gave the button.
        requested_user_info: Whom and where to send the goods.
        payment_credential: How it was paid; keep it secret.
        amount: How much.
    """

    __slots__ = ()
    payload: Field[str | None] = read.text()
    requested_user_info: Field[JsonObject | None] = read.json_object()
    payment_credential: Field[JsonObject | None] = read.json_object()
    amount: Field[Money | None] = read.part(Money)


class PreCheckout(Event):
    """A person is about to pay.

    Attributes:
        payload: What you gave the button.
        requested_user_info: Whom and where to send the goods.
        amount: How much.
    """

    __slots__ = ()
    payload: Field[str | None] = read.text()
    requested_user_info: Field[JsonObject | None] = read.json_object()
    amount: Field[Money | None] = read.part(Money)


class CheckoutUpdated(Event):
    """A person chose where to send the goods.

    Attributes:
        payload: What you gave the button.
        shipping_address: Where.
    """

    __slots__ = ()
    payload: Field[str | None] = read.text()
    shipping_address: Field[JsonObject | None] = read.json_object()
