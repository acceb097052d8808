"""Floor 8: what your own tests need: signed webhooks of every kind of event.

Example:
    ```python
    from messengerkit import MessageReceived, testing

    item = testing.item(MessageReceived, text="Where is my order?")
    request = testing.webhook(item, secret="app-secret")
    response = your_test_client.post("/webhook", content=request.body, headers=request.headers)
    ```
"""

from ._examples import PAGE, PERSON
from ._webhooks import AT, Item, SignedWebhook, item, signed, webhook

__all__ = ("AT", "PAGE", "PERSON", "Item", "SignedWebhook", "item", "signed", "webhook")
