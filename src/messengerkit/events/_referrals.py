"""Floor 2: where a person came from: a link, an ad, a shop; alone or inside another event.

Platform page: /docs/messenger-platform/reference/webhook-events/messaging_referrals.
"""

from messengerkit import _inbound as read
from messengerkit._inbound import Field, Inbound, as_identifier, inner

from ._event import Event


class AdContext(Inbound):
    """The ad that a person came from.

    Attributes:
        ad_title: The ad's title.
        photo_url: The ad's picture.
        video_url: The ad's video.
        post_id: The post that the ad is.
        product_id: The product that the ad is for.
        flow_id: The automated flow that the ad starts.
    """

    __slots__ = ()
    ad_title: Field[str | None] = read.text()
    photo_url: Field[str | None] = read.text()
    video_url: Field[str | None] = read.text()
    post_id: Field[str | None] = read.identifier()
    product_id: Field[str | None] = read.identifier()
    flow_id: Field[str | None] = read.identifier()


class Referral(Inbound):
    """Where a person came from.

    Attributes:
        ref: What your link or ad says after `ref=`.
        source: `ADS`, `SHORTLINK` (m.me), and others; missing for people in the EU.
        type: `OPEN_THREAD`, or `LEAD_COMPLETE` and `LEAD_INCOMPLETE` of lead ads.
        ad_id: The ad.
        referer_uri: The page of the web that the chat plugin stood on.
        is_guest_user: Whether the person is a guest of the chat plugin.
        ads_context: More about the ad.
    """

    __slots__ = ()
    ref: Field[str | None] = read.text()
    source: Field[str | None] = read.text()
    type: Field[str | None] = read.text()
    ad_id: Field[str | None] = read.identifier()
    referer_uri: Field[str | None] = read.text()
    is_guest_user: Field[bool] = read.flag()
    ads_context: Field[AdContext | None] = read.part(AdContext, "ads_context_data")

    @property
    def product_id(self) -> str | None:
        """The product on whose page the person was when writing."""
        return as_identifier(inner(self._json, "product").get("id"))


class LeadAnswer(Inbound):
    """One answer of a lead ad's questions.

    Attributes:
        question: What was asked.
        answer: What the person said.
    """

    __slots__ = ()
    question: Field[str | None] = read.text()
    answer: Field[str | None] = read.private()


class _Lead(Inbound):
    __slots__ = ()
    data: Field[tuple[LeadAnswer, ...]] = read.parts(LeadAnswer)


class ReferralReceived(Event):
    """A person with an open conversation came back by a link, an ad or a shop.

    For a new conversation it comes inside the `Postback` of Get Started, or the first message.
    """

    __slots__ = ()

    @property
    def referral(self) -> Referral:
        """Where the person came from."""
        return Referral(self._json)

    @property
    def lead(self) -> tuple[LeadAnswer, ...]:
        """The answers of a lead ad."""
        return _Lead(inner(self._item, "lead")).data
