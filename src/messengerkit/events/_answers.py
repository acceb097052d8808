"""Floor 2: what a person fills in: feedback, forms, carts; and calls.

Platform page: /docs/messenger-platform/reference/webhook-events, one page for each.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from typing_extensions import override

from messengerkit import _inbound as read
from messengerkit._inbound import Field, Inbound, inner
from messengerkit._json import JsonObject, is_object

from ._event import Event


class FeedbackAnswer(Inbound):
    """The answer to one question of a feedback template.

    Attributes:
        type: `csat`, `nps`, `ces` or `free_form`.
        payload: The score, as text, or what the person wrote.
    """

    __slots__ = ("_question",)
    type: Field[str | None] = read.text()
    payload: Field[str | None] = Field(read.as_identifier, private=True)

    def __init__(self, json: JsonObject, question: str) -> None:
        super().__init__(json)
        self._question = question

    @property
    def question(self) -> str:
        """The question's id, as you gave it."""
        return self._question

    @property
    def follow_up(self) -> str | None:
        """What the person wrote under the score."""
        return read.as_text(inner(self._json, "follow_up").get("payload"))

    @override
    def _compared(self) -> object:
        return self._question, super()._compared()

    @override
    def _shown(self) -> Iterator[tuple[str, object]]:
        yield "question", self._question
        yield from super()._shown()


class FeedbackReceived(Event):
    """A person answered a feedback template."""

    __slots__ = ()

    @property
    def answers(self) -> tuple[FeedbackAnswer, ...]:
        """One answer for each question."""
        screens = filter(is_object, read.as_list(self._json.get("feedback_screens")))
        asked = (inner(screen, "questions").items() for screen in screens)
        return tuple(
            FeedbackAnswer(answer, question)
            for questions in asked
            for question, answer in questions
            if is_object(answer)
        )


class ResponseRated(Event):
    """A person rated an answer of the page.

    Attributes:
        mid: The answer.
        feedback: `Good response` or `Bad response`.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()
    feedback: Field[str | None] = read.text()


class CustomerResponse(Inbound):
    """One field of what a person entered.

    Attributes:
        key: Its name.
        value: What was entered.
    """

    __slots__ = ()
    key: Field[str | None] = read.text()
    value: Field[str | None] = Field(read.as_identifier, private=True)


class _Screen(Inbound):
    __slots__ = ()
    responses: Field[tuple[CustomerResponse, ...]] = read.parts(CustomerResponse)


class CustomerInformationReceived(Event):
    """A person entered an address or a contact."""

    __slots__ = ()

    @property
    def responses(self) -> tuple[CustomerResponse, ...]:
        """What was entered, field by field."""
        screens = filter(is_object, read.as_list(self._json.get("screens")))
        return tuple(one for screen in screens for one in _Screen(screen).responses)


class FormSubmitted(Event):
    """A person submitted a lead form inside the conversation; fetch it by its id.

    Attributes:
        form_id: The form.
    """

    __slots__ = ()
    form_id: Field[str | None] = read.identifier("id")


class OrderedProduct(Inbound):
    """A line of an order.

    Attributes:
        id: The product in Meta's catalog.
        retailer_id: The product in yours.
        name: Its name.
        unit_price: The price of one.
        currency: ISO 4217, such as `EUR`.
        quantity: How many.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    retailer_id: Field[str | None] = read.identifier()
    name: Field[str | None] = read.text()
    unit_price: Field[Decimal | None] = read.amount()
    currency: Field[str | None] = read.text()
    quantity: Field[int | None] = read.number()


class OrderPlaced(Event):
    """A person sent a cart.

    Attributes:
        products: What is in it.
        note: What the person wrote with it.
    """

    __slots__ = ()
    products: Field[tuple[OrderedProduct, ...]] = read.parts(OrderedProduct)
    note: Field[str | None] = read.private()


class CallUpdated(Event):
    """A call with a person began, was answered or ended.

    Attributes:
        call_id: The call.
        event: `connect`, `terminate`, …
        direction: `user_initiated` or `business_initiated`.
    """

    __slots__ = ()
    call_id: Field[str | None] = read.identifier("id")
    event: Field[str | None] = read.text()
    direction: Field[str | None] = read.text("call_direction")

    @property
    @override
    def sender_id(self) -> str | None:
        """Who calls."""
        return read.as_identifier(self._item.get("from"))

    @property
    @override
    def recipient_id(self) -> str | None:
        """Who is called."""
        return read.as_identifier(self._item.get("to"))


class CallPermissionAnswered(Event):
    """A person lets the page call, or does not.

    Attributes:
        response: Meta's word for the answer, such as `approve`.
        expires_at: Until when the page may call.
    """

    __slots__ = ()
    response: Field[str | None] = read.text()
    expires_at: Field[datetime | None] = read.moment("expiration_timestamp")
