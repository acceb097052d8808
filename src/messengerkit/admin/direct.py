"""Floor 7: a backend that sends and keeps no conversations: its user has tables of their own."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from messengerkit._author import Author
from messengerkit.client import MessengerClient
from messengerkit.delivery import Outcome, outcome_of
from messengerkit.errors import MessengerError, PartialSendError
from messengerkit.messages import Message, SendResult, Text
from messengerkit.outgoing import MessageOptions

from .audit import AuditLog, AuditRecord, keep
from .backend import Status
from .identity import AdminIdentity
from .journal import JsonLinesAuditLog
from .media import media
from .page_check import PageCheck
from .schemas import AdminAttachmentRequest, AdminMessageRequest, AttachedMedia, Sending
from .upload import AdminUpload
from .uploading import uploaded


class DirectBackend:
    """Sends at once through a client; `conversation_id` is the caller's affair.

    Inherit from it to check the conversation before `super().send_message`, and to note
    in your own tables what was said after it; the same goes for `send_attachment` and
    `send_upload`. `version` and `take_over` of a request are yours to check, too: they are
    not looked at here. What it sends was written by a person, and goes before what bots write.

    Args:
        client: The page's client; it is not closed here.
        audit: Where each action is recorded; by default `admin-actions.jsonl`.
        keep_text: Whether the audit log keeps the message's text, instead of its length
            and its SHA-256; also URLs, and the names of files.
        page_id: The page of *client*; by default Meta is asked, when an admin who may use
            only some pages comes first.
        now: The clock of the audit log.
        monotonic: The clock by which the status grows old, in seconds.
    """

    def __init__(
        self,
        client: MessengerClient,
        *,
        audit: AuditLog | None = None,
        keep_text: bool = False,
        page_id: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client: MessengerClient = client
        self._audit = JsonLinesAuditLog() if audit is None else audit
        self._keep_text = keep_text
        self._page = PageCheck(client, page_id=page_id, monotonic=monotonic)
        self._now = now

    @property
    def audit(self) -> AuditLog:
        """Where each action is recorded."""
        return self._audit

    async def admits(self, admin: AdminIdentity, /) -> bool:
        """Return whether *admin* may use the client's page; see `AdminBackend`."""
        if admin.pages is None:
            return True
        if self._page.page_id is None:
            problem = await self._page.problem()
            if problem is not None:
                # It is raised again for whoever asks next; the frames of this one end here.
                raise problem.with_traceback(None)
        return self._page.page_id in admin.pages

    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Send *message*, then record how it ended; see `AdminBackend`.

        Its attachments are sent after it, one by one, and each is recorded by itself.

        Raises:
            PartialSendError: If one of them was not sent.
            MessengerError: If the text was not.
        """
        text = message.message_text
        details: dict[str, object] = {"message": text} if self._keep_text else _traces(text)
        sending = self._deliver(message, Text(text))
        result = await self._recorded(admin, message, sending, "send_message", details)
        await self._send_rest(admin, message, result)
        return result

    async def send_attachment(
        self, admin: AdminIdentity, attachment: AdminAttachmentRequest, /
    ) -> SendResult:
        """Send *attachment*, then record how it ended; see `AdminBackend`."""
        return await self._media(admin, attachment)

    async def send_upload(self, admin: AdminIdentity, upload: AdminUpload, /) -> SendResult:
        """Upload the file of *upload* to Meta and send it, then record how it ended.

        If Meta does not take the file, nothing was sent, whatever became of the upload.
        """
        digest = await asyncio.to_thread(hashlib.sha256, upload.data)
        details: dict[str, object] = {
            "type": upload.type,
            "size": len(upload.data),
            "sha256": digest.hexdigest(),
        }
        if upload.filename is not None:
            kept, name = self._keep_text, upload.filename
            details |= {"filename": name} if kept else {"filename_length": len(name)}
        sending = self._deliver_file(upload)
        return await self._recorded(admin, upload, sending, "send_attachment", details)

    async def status(self) -> Status:
        """Return whether the token is good, asked of Meta at most every 30 seconds."""
        problem = await self._page.problem()
        stats = self.client.stats
        data = {"success_rate": stats.success_rate, "sends": stats.total, "sent": stats.sent}
        return Status(
            problem=problem,
            data={**data, "unknown": stats.unknown},
            details={
                "page_id": self._page.page_id,
                "refused": stats.refused,
                "not_sent": stats.not_sent,
                "errors": dict(stats.errors),
                "mean_seconds": stats.mean_seconds,
            },
        )

    async def _deliver(self, addressed: Sending, message: Message) -> SendResult:
        options = MessageOptions(author=Author.HUMAN)
        if addressed.reply_to is not None:
            options["reply_to"] = addressed.reply_to
        return await self.client.send(addressed.recipient_id, message, **options)

    async def _deliver_file(self, upload: AdminUpload) -> SendResult:
        return await self._deliver(upload, (await uploaded(self.client, upload)).message())

    async def _send_rest(
        self, admin: AdminIdentity, message: AdminMessageRequest, first: SendResult
    ) -> None:
        sent = [first.message_id]
        for number, one in enumerate(message.attachments):
            try:
                result = await self._media(admin, _by_itself(message, one))
            except MessengerError as error:
                raise _partial(sent, message.attachments[number:], error) from error
            sent.append(result.message_id)

    async def _media(self, admin: AdminIdentity, attachment: AdminAttachmentRequest) -> SendResult:
        message = media(attachment)
        url: dict[str, object] = {"url": message.url} if self._keep_text else _traces(message.url)
        details = {"type": attachment.type, **url}
        sending = self._deliver(attachment, message)
        return await self._recorded(admin, attachment, sending, "send_attachment", details)

    async def _recorded(
        self,
        admin: AdminIdentity,
        addressed: Sending,
        sending: Awaitable[SendResult],
        action: str,
        details: dict[str, object],
    ) -> SendResult:
        async def record(outcome: Outcome | None, **found: str) -> None:
            await keep(
                self._audit,
                lambda: AuditRecord(
                    at=self._now(),
                    admin_id=admin.admin_id,
                    key_id=admin.key_id,
                    action=action,
                    conversation_id=addressed.conversation_id,
                    recipient_id=addressed.recipient_id,
                    outcome=outcome.value if outcome else "sent",
                    message_id=found.get("message_id"),
                    error=found.get("error"),
                    details=details,
                ),
            )

        try:
            result = await sending
        except MessengerError as error:
            await record(outcome_of(error), error=type(error).__name__)
            raise
        except (Exception, asyncio.CancelledError) as error:
            # Whoever asked has gone, or what a user has put into the client has failed; the
            # message may be on its way all the same.
            await record(Outcome.UNKNOWN, error=type(error).__name__)
            raise
        await record(None, message_id=result.message_id)
        return result


def _by_itself(message: AdminMessageRequest, one: AttachedMedia) -> AdminAttachmentRequest:
    """Return the request that sends *one* of the attachments of *message* alone."""
    return AdminAttachmentRequest(
        conversation_id=message.conversation_id,
        recipient_id=message.recipient_id,
        admin_id=message.admin_id,
        type=one.type,
        url=one.url,
    )


def _partial(
    sent: Sequence[str], rest: Sequence[AttachedMedia], error: MessengerError
) -> PartialSendError:
    unknown = outcome_of(error) is Outcome.UNKNOWN
    msg = f"{len(sent)} messages were sent, and then one was not ({type(error).__name__})."
    return PartialSendError(
        msg,
        sent=tuple(sent),
        rest="\n".join(one.url for one in rest[unknown:]),
        in_doubt=rest[0].url if unknown else None,
    )


def _traces(text: str) -> dict[str, object]:
    return {"length": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}
