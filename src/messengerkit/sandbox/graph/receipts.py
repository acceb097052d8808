"""Floor 8: Meta's checks of receipts; pure.

Platform page: /docs/messenger-platform/reference/templates/receipt.
"""

import re

from .reading import Part
from .refusals import BAD_AMOUNTS, Refused, unsupported_currency

_CURRENCY = re.compile(r"[A-Z]{3}")  # ISO 4217; not which of them Meta knows
_MOST = 100
_ABSURD = 10**12


def read_receipt(payload: Part) -> None:
    """Refuse a receipt that Meta refuses."""
    payload.only(
        (
            "template_type",
            "recipient_name",
            "order_number",
            "payment_method",
            "currency",
            "summary",
            "merchant_name",
            "order_url",
            "timestamp",
            "address",
            "adjustments",
            "sharable",
            "elements",
        )
    )
    for name in ("recipient_name", "order_number", "payment_method"):
        payload.words(name)
    _currency(payload.words("currency"))
    payload.text("merchant_name")
    payload.url("order_url")
    payload.number("timestamp")
    payload.flag("sharable")
    _summary(payload.needed("summary"))
    if (address := payload.part("address")) is not None:
        _address(address)
    for adjustment in payload.parts("adjustments", _MOST):
        adjustment.only(("name", "amount"))
        adjustment.words("name")
        _amount(adjustment, "amount")
    for element in payload.parts("elements", _MOST):
        _element(element)


def _summary(summary: Part) -> None:
    summary.only(("subtotal", "shipping_cost", "total_tax", "total_cost"))
    _amount(summary, "total_cost")
    for name in ("subtotal", "shipping_cost", "total_tax"):
        if summary.has(name):
            _amount(summary, name)


def _address(address: Part) -> None:
    address.only(("street_1", "street_2", "city", "postal_code", "state", "country"))
    address.text("street_2")
    for name in ("street_1", "city", "postal_code", "state", "country"):
        address.words(name)


def _element(element: Part) -> None:
    element.only(("title", "subtitle", "quantity", "price", "currency", "image_url"))
    element.words("title")
    element.text("subtitle")
    element.number("quantity")
    element.url("image_url")
    _amount(element, "price")
    if (currency := element.text("currency")) is not None:
        _currency(currency)


def _amount(part: Part, name: str) -> None:
    try:
        amount = part.number(name)
    except Refused:
        amount = None
    if amount is None or abs(amount) >= _ABSURD:
        raise Refused(BAD_AMOUNTS)


def _currency(currency: str) -> None:
    if not _CURRENCY.fullmatch(currency):
        raise Refused(unsupported_currency(currency))
