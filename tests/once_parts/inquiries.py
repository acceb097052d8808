"""What the tests of settling share: a message that may be there, and what a conversation tells."""

from datetime import UTC, datetime

from messengerkit import (
    Settling,
)
from messengerkit._inbound import NOTHING
from messengerkit._json import JsonObject
from messengerkit.history import ConversationMessage
from messengerkit.settling import (
    Inquiry,
    Sought,
)

PSID, PAGE = "24000000000000007", "1"
BEGAN, ENDED = 1_800_000_000.7, 1_800_000_010.0
SETTLING = Settling(settle=30, settle_fetched=120, horizon=600, echo_wait=2, again=4, skew=5)


def sought(**otherwise: object) -> Sought:
    """Return a text that may be there, or something else."""
    about: dict[str, object] = {"psid": PSID, "text": "Hello", "began_at": BEGAN, "ended_at": ENDED}
    return Sought(**about | otherwise)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # of a test's choice


def inquiry(**otherwise: object) -> Inquiry:
    """Return what is known of it so far, which is nothing."""
    return Inquiry(sought=sought(**otherwise), settling=SETTLING)


def message(
    mid: str = "m_1",
    text: str = "Hello",
    *,
    at: float = BEGAN,
    by: str | None = PAGE,
    sent: JsonObject = NOTHING,
) -> ConversationMessage:
    """Return a message of the conversation."""
    moment = datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    about: dict[str, object] = {"id": mid, "message": text, "created_time": moment, **sent}
    if by is not None:
        about["from"] = {"id": by}
    return ConversationMessage(about)
