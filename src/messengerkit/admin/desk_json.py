"""Floor 7: conversations, messages and actions of a desk as JSON: a panel's view; pure."""

from datetime import datetime

from messengerkit.desk import AdminAction, Conversation, Glimpse, Message

from .answers import describe
from .desk_ended import problem_of
from .names import Named

Json = dict[str, object]


def conversation_json(one: Conversation) -> Json:
    """Return what a panel is told of a conversation."""
    return {
        "id": str(one.id),
        "page_id": one.page_id,
        "psid": one.psid,
        "status": one.status.value,
        "human_handling": one.human_handling,
        "rag_enabled": one.rag_enabled,
        "assigned_admin_id": one.assigned_admin_id,
        "priority": one.priority,
        "escalation_reason": one.escalation_reason,
        "escalated_at": _time(one.escalated_at),
        "last_message_at": _time(one.last_message_at),
        "last_user_message_at": _time(one.last_user_message_at),
        "waiting_since": _time(one.waiting_since),
        "version": one.version,
    }


def message_json(one: Message) -> Json:
    """Return what a panel is told of a message, and what to do about it if it has failed."""
    problem = problem_of([one])
    return {
        "id": str(one.id),
        "conversation_id": str(one.conversation_id),
        "sender_type": one.sender.value,
        "text": one.text,
        "attachments": one.attachments,
        "requires_human": one.requires_human,
        "human_replied": one.human_replied,
        "mid": one.mid,
        "status": None if one.status is None else one.status.value,
        "error": one.error,
        "problem": None if problem is None else describe(problem),
        "sent_by": one.sent_by,
        "created_at": _time(one.created_at),
        "metadata": one.metadata,
    }


def preview_json(one: Glimpse, who: Named) -> Json:
    """Return what a list shows of a conversation."""
    return {
        "conversation_id": str(one.conversation.id),
        "name": who.name,
        "picture": who.picture,
        "last_message": None if one.newest is None else message_json(one.newest),
    }


def action_json(one: AdminAction) -> Json:
    """Return what a supervisor is told of an action; its hashes are those of its chain."""
    return {
        "id": str(one.id),
        "conversation_id": str(one.conversation_id),
        "at": _time(one.at),
        "admin_id": one.admin_id,
        "action": one.action,
        "decision": one.decision,
        "outcome": one.outcome,
        "details": one.details,
        "number": one.number,
        "previous": one.previous,
        "hash": one.hash,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
