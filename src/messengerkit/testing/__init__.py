"""Floor 8: what your own tests need: signed webhooks, a fake network, checks of ports.

Example:
    ```python
    from messengerkit import MessageReceived, testing

    item = testing.item(MessageReceived, text="Where is my order?")
    request = testing.webhook(item, secret="app-secret")
    response = your_test_client.post("/webhook", content=request.body, headers=request.headers)
    ```
"""

from messengerkit._graph import Request, Response

from ._check_outbound_log import check_outbound_log
from ._check_store import check_store
from ._check_transport import check_transport
from ._examples import PAGE, PERSON
from ._transport import Answer, FakeTransport, answer
from ._webhooks import AT, Item, SignedWebhook, item, signed, webhook

__all__ = (
    "AT",
    "PAGE",
    "PERSON",
    "Answer",
    "FakeTransport",
    "Item",
    "Request",
    "Response",
    "SignedWebhook",
    "answer",
    "check_outbound_log",
    "check_store",
    "check_transport",
    "item",
    "signed",
    "webhook",
)
