"""Floor 7: the routes that send something to a person."""

from messengerkit.admin.answers import answer
from messengerkit.admin.backend import SendsAttachments, SendsUploads
from messengerkit.admin.idempotency import once
from messengerkit.admin.identity import AdminIdentity, same_id
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import (
    JSON,
    Addressed,
    AdminAttachmentRequest,
    AdminMessageRequest,
    AdminResponse,
    MessageTestQuery,
    body_of,
    query_of,
)
from messengerkit.admin.upload import AdminUploadQuery, is_file, upload_of
from messengerkit.errors import AdminForbiddenError, MediaTypeError
from messengerkit.messages import SendResult

from .route import Handler, Route
from .wiring import Wiring

_SENDING = (200, 202, 409, 429, 502, 503)
_TESTED = "test-message"  # the conversation under which the audit log has a test


def _send_message(wiring: Wiring) -> Handler:
    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        message = body_of(request, AdminMessageRequest)
        _check_admin(message, admin)
        return await _send_text(wiring, request, admin, message)

    return handle


def _test_message(wiring: Wiring) -> Handler:
    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        query = query_of(request, MessageTestQuery)
        message = AdminMessageRequest(
            conversation_id=_TESTED,
            recipient_id=query.recipient_id,
            message_text=query.message,
            admin_id=admin.admin_id,
        )
        return await _send_text(wiring, request, admin, message)

    return handle


def _send_attachment(wiring: Wiring) -> Handler | None:
    by_url, by_file = _send_url(wiring), _send_file(wiring)
    if by_url is None:
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        if by_file is not None and request.media_type != JSON:
            return await by_file(request, admin)
        if is_file(request):
            msg = "This backend takes the URL of a file, in JSON, and not the file itself."
            raise MediaTypeError(msg)
        return await by_url(request, admin)

    return handle


def _send_url(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, SendsAttachments):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        attachment = body_of(request, AdminAttachmentRequest)
        _check_admin(attachment, admin)
        told = {"type": attachment.type, "url": attachment.url}

        async def act() -> AdminAnswer:
            result = await backend.send_attachment(admin, attachment)
            return _sent(result, recipient_id=attachment.recipient_id, attachment=told)

        return await once(wiring.idempotency, request, admin, act)

    return handle


def _send_file(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not wiring.max_upload or not isinstance(backend, SendsUploads):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        upload = upload_of(request, wiring.max_upload)
        _check_admin(upload, admin)
        told = {"type": upload.type, "size": len(upload.data)}

        async def act() -> AdminAnswer:
            result = await backend.send_upload(admin, upload)
            return _sent(result, recipient_id=upload.recipient_id, attachment=told)

        return await once(wiring.idempotency, request, admin, act)

    return handle


async def _send_text(
    wiring: Wiring, request: AdminRequest, admin: AdminIdentity, message: AdminMessageRequest
) -> AdminAnswer:
    async def act() -> AdminAnswer:
        result = await wiring.backend.send_message(admin, message)
        return _sent(result, recipient_id=message.recipient_id, message=message.message_text)

    return await once(wiring.idempotency, request, admin, act)


def _sent(result: SendResult, **told: object) -> AdminAnswer:
    sent = {"message_id": result.message_id, "attempts": result.attempts, "delivery": "sent"}
    return answer(200, AdminResponse(success=True, message="Message sent.", data=told | sent))


def _check_admin(addressed: Addressed, admin: AdminIdentity) -> None:
    if not same_id(addressed.admin_id, admin.admin_id):
        msg = "admin_id is not the admin whom this request authenticates."
        raise AdminForbiddenError(msg)


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/admin/send-message",
        summary="Send an admin's message to a person.",
        wire=_send_message,
        statuses=_SENDING,
        body=AdminMessageRequest,
        idempotent=True,
    ),
    Route(
        method="POST",
        path="/admin/send-attachment",
        summary="Send a picture, a video, a sound or a file to a person.",
        wire=_send_attachment,
        statuses=_SENDING,
        body=AdminAttachmentRequest,
        upload=AdminUploadQuery,
        idempotent=True,
    ),
)

TEST_MESSAGE = Route(
    method="POST",
    path="/test-message",
    summary="Send a test to a person.",
    wire=_test_message,
    statuses=_SENDING,
    query=MessageTestQuery,
    idempotent=True,
)
"""Not among those that are mounted by default: who wants it adds it."""
