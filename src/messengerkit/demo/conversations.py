"""Floor 9: the demo's conversations, in memory: the tables that a real backend has already."""

from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid5

from messengerkit.admin.identity import same_id


@dataclass(slots=True, kw_only=True)
class Entry:
    """One message of a conversation."""

    sender_type: str  # "user", "bot" or "human"
    text: str
    requires_human: bool = False


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What the backend knows of one person's conversation with the page."""

    id: UUID
    psid: str
    status: str = "active"
    human_handling: bool = False
    entries: list[Entry] = field(default_factory=list[Entry])
    seen: set[str] = field(default_factory=set[str], repr=False)

    @property
    def bot_may_answer(self) -> bool:
        """Whether no person has, or is asked to have, the conversation."""
        return self.status == "active" and not self.human_handling

    def user_wrote(self, text: str, *, requires_human: bool) -> None:
        """Keep what the person wrote, and escalate if that asks for a person."""
        self.entries.append(Entry(sender_type="user", text=text, requires_human=requires_human))
        if requires_human:
            self.status = "escalated"

    def human_wrote(self, text: str) -> None:
        """Keep what an admin wrote; from now on a person has the conversation."""
        self.entries.append(Entry(sender_type="human", text=text))
        self.status, self.human_handling = "active", True

    def summary(self) -> dict[str, object]:
        """Return what a list of conversations shows: above all, what the person said last."""
        said = [entry for entry in self.entries if entry.sender_type == "user"]
        return {
            "id": str(self.id),
            "recipient_id": self.psid,
            "status": self.status,
            "human_handling": self.human_handling,
            "last_message": said[-1].text,
            "requires_human": said[-1].requires_human,
        }


class Conversations:
    """All conversations, by their person."""

    def __init__(self) -> None:
        self._by_psid: dict[str, Conversation] = {}

    def of(self, psid: str) -> Conversation:
        """Return the conversation with *psid*, a new one if there is none."""
        new = Conversation(id=uuid5(NAMESPACE_URL, f"messengerkit:demo:{psid}"), psid=psid)
        return self._by_psid.setdefault(psid, new)

    def find(self, conversation_id: str) -> Conversation | None:
        """Return the conversation with this id, or None."""
        every = self._by_psid.values()
        return next((one for one in every if same_id(str(one.id), conversation_id)), None)

    def escalated(self) -> list[Conversation]:
        """Return the conversations that wait for a person."""
        return [one for one in self._by_psid.values() if one.status == "escalated"]
