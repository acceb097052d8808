"""Floor 2: what a person taps: buttons, opt-ins, coupons, the linking of an account.

Platform page: /docs/messenger-platform/reference/webhook-events, one page for each.
"""

from datetime import datetime

from typing_extensions import override

from messengerkit import _inbound as read
from messengerkit._inbound import Field

from ._event import Event
from ._referrals import Referral


class Postback(Event):
    """A person tapped a button, a menu item or Get Started.

    Attributes:
        mid: The message that the tap is, in newer webhooks.
        title: What the button says.
        payload: What you gave the button; None where it is another app's button.
        referral: Where the person came from, if Get Started opened the conversation.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()
    title: Field[str | None] = read.text()
    payload: Field[str | None] = read.text()
    referral: Field[Referral | None] = read.part(Referral)

    @override
    def _identity(self) -> str | None:
        return self.mid and f"postback:{self.mid}"


class OptIn(Event):
    """A person agreed to hear from the page: the parent of the three kinds.

    Attributes:
        type: Meta's word for the kind; None for a plugin.
        ref: What your plugin or link says after `ref=`.
    """

    __slots__ = ()
    type: Field[str | None] = read.text()
    ref: Field[str | None] = read.text()


class PluginOptIn(OptIn):
    """A person used a plugin of your web page."""

    __slots__ = ()

    @property
    @override
    def user_ref(self) -> str | None:
        """The checkbox plugin's name for the person, to send the first message to.

        There is no `sender_id` then.
        """
        return super().user_ref or read.as_identifier(self._json.get("user_ref"))


class OneTimeOptIn(OptIn):
    """A person asked to be told once; old apps only.

    Attributes:
        payload: What you gave the request.
        token: What the one message is sent to.
    """

    __slots__ = ()
    payload: Field[str | None] = read.text()
    token: Field[str | None] = read.private("one_time_notif_token")


class NotificationOptIn(OptIn):
    """A person asked for marketing messages, stopped them, or wants them again.

    Attributes:
        payload: What you gave the request.
        title: What the request said.
        token: What the messages are sent to.
        token_expires_at: Until when.
        token_status: `REFRESHED` or `NOT_REFRESHED`.
        status: `STOP NOTIFICATIONS` or `RESUME NOTIFICATIONS`; None on the first request.
        timezone: The person's time zone.
        frequency: How often, in old webhooks.
        topic: What about.
        source: Where the person asked.
    """

    __slots__ = ()
    payload: Field[str | None] = read.text()
    title: Field[str | None] = read.text()
    token: Field[str | None] = read.private("notification_messages_token")
    token_expires_at: Field[datetime | None] = read.moment("token_expiry_timestamp")
    token_status: Field[str | None] = read.text("user_token_status")
    status: Field[str | None] = read.text("notification_messages_status")
    timezone: Field[str | None] = read.text("notification_messages_timezone")
    frequency: Field[str | None] = read.text("notification_messages_frequency")
    topic: Field[str | None] = read.text("notification_messages_topic")
    source: Field[str | None] = read.text()


class CouponRevealed(Event):
    """A person looked at the code of a coupon that the page sent.

    Attributes:
        type: `coupon`.
        payload: What you gave the coupon.
        coupon_code: The code.
    """

    __slots__ = ()
    type: Field[str | None] = read.text()
    payload: Field[str | None] = read.text()
    coupon_code: Field[str | None] = read.private()


class AccountLinked(Event):
    """A person logged in to your site from the conversation.

    Attributes:
        status: `linked`.
        authorization_code: What your site gave when it sent the person back.
    """

    __slots__ = ()
    status: Field[str | None] = read.text()
    authorization_code: Field[str | None] = read.private()


class AccountUnlinked(Event):
    """A person logged out of your site from the conversation.

    Attributes:
        status: `unlinked`.
    """

    __slots__ = ()
    status: Field[str | None] = read.text()
