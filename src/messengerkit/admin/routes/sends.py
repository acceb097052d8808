"""Floor 7: the routes that send something to a person."""

from messengerkit.admin.backend import ListsConversations, SendsAttachments, SendsUploads
from messengerkit.admin.identity import AdminIdentity, check_named
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import (
    JSON,
    AdminAttachmentRequest,
    AdminMessageRequest,
    MessageTestQuery,
    body_of,
    query_of,
)
from messengerkit.admin.upload import AdminUploadQuery, is_file, upload_of
from messengerkit.errors import MediaTypeError

from .orders import Order, carry_out
from .route import Handler, Route
from .wiring import Wiring

_SENDING = (200, 202, 404, 409, 429, 502, 503)
_TESTED = "test-message"  # the conversation under which the audit log has a test


def _send_message(wiring: Wiring) -> Handler:
    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        message = body_of(request, AdminMessageRequest)
        check_named(message.admin_id, admin)
        return await _send_text(wiring, request, admin, message)

    return handle


def _test_message(wiring: Wiring) -> Handler | None:
    if isinstance(wiring.backend, ListsConversations):
        return None  # a test belongs to no conversation

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
        check_named(attachment.admin_id, admin)
        told = {"type": attachment.type, "url": attachment.url}
        order = Order(attachment, lambda: backend.send_attachment(admin, attachment))
        return await carry_out(wiring, request, admin, order, attachment=told)

    return handle


def _send_file(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not wiring.max_upload or not isinstance(backend, SendsUploads):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        upload = upload_of(request, wiring.max_upload)
        check_named(upload.admin_id, admin)
        told = {"type": upload.type, "size": len(upload.data)}
        order = Order(upload, lambda: backend.send_upload(admin, upload))
        return await carry_out(wiring, request, admin, order, attachment=told)

    return handle


async def _send_text(
    wiring: Wiring, request: AdminRequest, admin: AdminIdentity, message: AdminMessageRequest
) -> AdminAnswer:
    order = Order(message, lambda: wiring.backend.send_message(admin, message))
    return await carry_out(wiring, request, admin, order, message=message.message_text)


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
