"""Floor 2: what happens to the page itself: posts, comments, mentions, leads, labels, templates.

Platform page: /docs/graph-api/webhooks/reference/page and .../instagram.
"""

from collections.abc import Iterator
from datetime import datetime

from typing_extensions import override

from messengerkit import _inbound as read
from messengerkit._inbound import (
    Field,
    Inbound,
    as_identifier,
    as_moment,
    as_text,
    inner,
)
from messengerkit._json import JsonObject

from ._event import Event


class Change(Event):
    """Something changed: the parent of all changes, and the class of those without their own.

    The app dashboard's Test button sends one, too, of page "0".

    Args:
        item: The change, which has a `field` and mostly a `value`.
        entry: The entry that it came in.
        body: The body that it came in.
    """

    __slots__ = ()

    def __init__(self, item: JsonObject, entry: JsonObject, body: JsonObject) -> None:
        super().__init__(inner(item, "value"), item, item, entry, body)

    @property
    def field(self) -> str:
        """Meta's name for what changed, as in the app's subscriptions."""
        return as_text(self._item.get("field")) or ""

    @property
    def value(self) -> object:
        """What Meta says of it."""
        return self._item.get("value")

    @property
    def author_id(self) -> str | None:
        """Who did it; missing without the right permission, and the page's own id if it did."""
        author = as_identifier(inner(self._json, "from").get("id"))
        return author or as_identifier(self._json.get("sender_id"))

    @property
    def author_name(self) -> str | None:
        """Who did it, by name, or by user name on Instagram."""
        author = inner(self._json, "from")
        named = as_text(author.get("name")) or as_text(author.get("username"))
        return named or as_text(self._json.get("sender_name"))

    @property
    @override
    def timestamp(self) -> datetime | None:
        """When it happened, aware; where the change does not say it, when Meta told."""
        return as_moment(self._json.get("created_time")) or as_moment(self._entry.get("time"))

    @override
    def _identity(self) -> str:
        if "created_time" in self._json:
            return self._digest()
        # Two may say the same, as of a label that is added, removed and added again.
        return f"{self._digest()}:{self._entry.get('time')}"

    @override
    def _shown(self) -> Iterator[tuple[str, object]]:
        for name in ("field", "author_id"):
            yield name, getattr(self, name)
        yield from super()._shown()


class FeedChange(Change):
    """Something happened to a post of the page.

    Attributes:
        item: What: `post`, `status`, `photo`, `reaction`, `comment`, …
        verb: What was done: `add`, `edited`, `remove`, `hide`, …
        post_id: The post.
        parent_id: What it hangs on: the post, or the comment that is answered.
        message: What was written.
        reaction_type: The reaction: `like`, `love`, …
        link: The link that was shared.
        permalink_url: Where it can be seen.
        comment_id: The comment, if it is one, or a reaction to one.
        photo: Where its picture is.
        video: Where its video is.
        is_hidden: Whether it is hidden.
    """

    __slots__ = ()
    item: Field[str | None] = read.text()
    verb: Field[str | None] = read.text()
    post_id: Field[str | None] = read.identifier()
    parent_id: Field[str | None] = read.identifier()
    message: Field[str | None] = read.private()
    reaction_type: Field[str | None] = read.text()
    link: Field[str | None] = read.text()
    permalink_url: Field[str | None] = read.text()
    comment_id: Field[str | None] = read.identifier()
    photo: Field[str | None] = read.text()
    video: Field[str | None] = read.text()
    is_hidden: Field[bool] = read.flag()

    @property
    def is_published(self) -> bool | None:
        """Whether it can be seen by others than the page; None if Meta does not say."""
        told = self._json.get("published")
        return None if told is None else told in (True, 1)


class CommentChange(FeedChange):
    """Somebody commented on a post of the page: one private reply is allowed, for 7 days.

    The page's own comments come, too, with the page as `author_id`; `comment_id` is what a
    private reply is sent to.
    """

    __slots__ = ()


class InstagramComment(Change):
    """Somebody commented on a post or a live video of the Instagram account.

    Attributes:
        text: What was written.
        parent_id: The comment that is answered.
    """

    __slots__ = ()
    text: Field[str | None] = read.private()
    parent_id: Field[str | None] = read.identifier()

    @property
    def comment_id(self) -> str | None:
        """The comment, to reply to."""
        return as_identifier(self._json.get("id") or self._json.get("comment_id"))

    @property
    def media_id(self) -> str | None:
        """What was commented on."""
        return as_identifier(inner(self._json, "media").get("id") or self._json.get("media_id"))


class Mentioned(Change):
    """Somebody named the page or the Instagram account in a post or a comment.

    Attributes:
        post_id: The post.
        comment_id: The comment, if it was in one.
        media_id: The post, on Instagram.
        message: What was written.
        verb: `add`, `edited` or `remove`.
    """

    __slots__ = ()
    post_id: Field[str | None] = read.identifier()
    comment_id: Field[str | None] = read.identifier()
    media_id: Field[str | None] = read.identifier()
    message: Field[str | None] = read.private()
    verb: Field[str | None] = read.text()


class LeadSubmitted(Change):
    """Somebody filled in a lead ad; fetch the lead by its id.

    Attributes:
        leadgen_id: The lead.
        form_id: The form.
        ad_id: The ad.
        adgroup_id: The ad's group.
    """

    __slots__ = ()
    leadgen_id: Field[str | None] = read.identifier()
    form_id: Field[str | None] = read.identifier()
    ad_id: Field[str | None] = read.identifier()
    adgroup_id: Field[str | None] = read.identifier()


class Label(Inbound):
    """A label of the page's inbox.

    Attributes:
        id: Its id.
        name: What it says.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    name: Field[str | None] = read.text("page_label_name")


class LabelChanged(Change):
    """A label was put on a person, or taken off.

    Attributes:
        action: `add` or `remove`.
        label: The label.
    """

    __slots__ = ()
    action: Field[str | None] = read.text()
    label: Field[Label | None] = read.part(Label)

    @property
    def user_id(self) -> str | None:
        """The person."""
        return as_identifier(inner(self._json, "user").get("id"))


class TemplateStatusChanged(Change):
    """Meta approved or rejected a template of utility messages.

    Attributes:
        event: The new status, such as `APPROVED`, `REJECTED` or `PAUSED`.
        template_id: The template.
        template_name: Its name.
        template_language: Its language.
        reason: Why it was rejected.

    Meta's Messenger pages name the field and print no body; these are read as the body of
    the WhatsApp field of the same name has them.
    """

    __slots__ = ()
    event: Field[str | None] = read.text()
    template_id: Field[str | None] = read.identifier("message_template_id")
    template_name: Field[str | None] = read.text("message_template_name")
    template_language: Field[str | None] = read.text("message_template_language")
    reason: Field[str | None] = read.text()


CHANGES: dict[str, type[Change]] = {
    "feed": FeedChange,
    "comments": InstagramComment,
    "live_comments": InstagramComment,
    "mention": Mentioned,
    "mentions": Mentioned,
    "leadgen": LeadSubmitted,
    "inbox_labels": LabelChanged,
    "message_template_status_update": TemplateStatusChanged,
    "messenger_template_status_update": TemplateStatusChanged,
}
"""The class of a change, by its field."""


def change(item: JsonObject, entry: JsonObject, body: JsonObject) -> Change:
    """Return *item*, a change, as the class of its field."""
    cls = CHANGES.get(as_text(item.get("field")) or "", Change)
    if cls is FeedChange and inner(item, "value").get("item") == "comment":
        cls = CommentChange
    return cls(item, entry, body)
