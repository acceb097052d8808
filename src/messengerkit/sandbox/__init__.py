"""Floor 8: Messenger and its Graph API on your own machine, stateful, and without Facebook.

It checks what Meta checks, in Meta's order, and answers in Meta's words. From the rest
of the package it imports only `signature`: it reads raw JSON and keeps its own table of
codes, so that it cannot agree with the client's mistakes.

Where to look: `world/` is what is true in it, `graph/` the API over that, `webhooks/` what
backends are told, `control/` and `chat/` its own pages; `server.py` holds it together.
"""

from .faults import Fault
from .ledger import Ledger
from .page import PAGE_INBOX, App, Page
from .person import Person
from .records import Attachment, Delivered, Recorded, Webhook
from .server import Sandbox
from .webhooks.courier import SubscriptionError
from .webhooks.habits import Habits
from .world.meters import Rate, Rates

__all__ = (
    "PAGE_INBOX",
    "App",
    "Attachment",
    "Delivered",
    "Fault",
    "Habits",
    "Ledger",
    "Page",
    "Person",
    "Rate",
    "Rates",
    "Recorded",
    "Sandbox",
    "SubscriptionError",
    "Webhook",
)
