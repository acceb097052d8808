"""Floor 8: an emulator of the Graph API for one page, thin but true.

It checks what Meta checks, in Meta's order, and answers in Meta's words. From the rest
of the package it imports only `signature`: it reads raw JSON and keeps its own table of
codes, so that it cannot agree with the client's mistakes.
"""

from .courier import SubscriptionError
from .faults import Fault
from .page import Page
from .records import Attachment, Delivered, Recorded, Webhook
from .server import Sandbox

__all__ = (
    "Attachment",
    "Delivered",
    "Fault",
    "Page",
    "Recorded",
    "Sandbox",
    "SubscriptionError",
    "Webhook",
)
