"""The demo's admin backend with files, which the sandbox does not take: Meta is a fake here."""

from pathlib import Path

import pytest
from demo.kit import ADMIN, PSID
from networks import ACCEPTED, Network, client_on, error
from waits import Waits

from messengerkit import AdminConflictError, GraphError
from messengerkit.admin import AdminIdentity, AdminUpload, JsonLinesAuditLog
from messengerkit.demo.admin_backend import ConversationsBackend
from messengerkit.demo.conversations import Conversations

ALICE = AdminIdentity(admin_id=ADMIN)
UPLOADED = (200, {"attachment_id": "77"})


def upload_to(conversation_id: object, filename: str | None = None) -> AdminUpload:
    """Return a picture for a conversation."""
    return AdminUpload(
        conversation_id=str(conversation_id),
        recipient_id=PSID,
        admin_id=ADMIN,
        type="image",
        filename=filename,
        content_type="image/png",
        data=b"12345",
    )


@pytest.fixture
def conversations() -> Conversations:
    """Return conversations of nobody yet."""
    return Conversations()


def backend_on(
    network: Network, waits: Waits, conversations: Conversations, folder: Path
) -> ConversationsBackend:
    """Return the backend on a fake network."""
    audit = JsonLinesAuditLog(folder / "audit.jsonl")
    return ConversationsBackend(client_on(network, waits), conversations, audit=audit)


@pytest.mark.parametrize(
    ("filename", "noted"), [("menu.png", "[image] menu.png"), (None, "[image] 5 bytes")]
)
async def test_an_admins_file_is_noted(
    waits: Waits, conversations: Conversations, tmp_path: Path, filename: str | None, noted: str
) -> None:
    """By its name, as a picture is by its URL; what is not kept here is sent all the same."""
    backend = backend_on(Network([UPLOADED, ACCEPTED] * 2), waits, conversations, tmp_path)
    conversation = conversations.of(PSID)
    await backend.send_upload(ALICE, upload_to(conversation.id, filename))
    await backend.send_upload(ALICE, upload_to("test-uuid", filename))

    assert [(one.sender_type, one.text) for one in conversation.entries] == [("human", noted)]
    assert conversation.human_handling


async def test_a_refused_file_is_not_noted(
    waits: Waits, conversations: Conversations, tmp_path: Path
) -> None:
    """What Meta refused was not said."""
    backend = backend_on(Network([error(100, 2018047)]), waits, conversations, tmp_path)
    conversation = conversations.of(PSID)
    with pytest.raises(GraphError):
        await backend.send_upload(ALICE, upload_to(conversation.id))

    assert conversation.entries == []


async def test_a_file_for_somebody_else_is_a_conflict(
    waits: Waits, conversations: Conversations, tmp_path: Path
) -> None:
    """It is not even uploaded."""
    network = Network([UPLOADED, ACCEPTED])
    backend = backend_on(network, waits, conversations, tmp_path)
    conversation = conversations.of("24000000000000001")
    with pytest.raises(AdminConflictError):
        await backend.send_upload(ALICE, upload_to(conversation.id))

    assert network.asked == []
