"""The two sides of a desk that many events come to: a bot that fails, and a Meta that does not."""

import json
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from once.graph_play import Message

from messengerkit import Settling, testing
from messengerkit.desk import Turn

AT_ONCE = Settling(settle=0.5, echo_wait=0.1, again=0.1, skew=2.0)
"""How long is looked for a message at this Meta, which takes no time for anything."""

_SOME = 20  # one of so many messages is answered, twice
_FAILS = 0.02


@dataclass(slots=True)
class Bot:
    """Counts its turns, answers some, and fails now and then.

    Attributes:
        chance: Decides when it fails.
        turns: How many it had, by the message.
        replied: What it was told to be written down.
        failures: How often it failed by itself.
    """

    chance: random.Random
    turns: Counter[str] = field(default_factory=Counter[str])
    replied: set[str] = field(default_factory=set[str])
    failures: int = 0

    async def __call__(self, turn: Turn) -> None:
        """Have a turn."""
        assert turn.message is not None
        mid = turn.message.mid or ""
        self.turns[mid] += 1
        self._fail_perhaps(turn)
        if int(mid.removeprefix("m_")) % _SOME:
            return
        for number in (1, 2):
            if turn.bot_may_answer:
                text = f"{mid}/{number}"
                await turn.reply(text)
                self.replied.add(text)
                self._fail_perhaps(turn)

    def _fail_perhaps(self, turn: Turn) -> None:
        if turn.attempt < 5 and self.chance.random() < _FAILS:
            self.failures += 1
            msg = "the model has no idea"
            raise LookupError(msg)


class Meta:
    """Accepts every message, and shows it in its conversation.

    Attributes:
        arrived: How often each text arrived.
        transport: The way to it.
    """

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.transport = testing.FakeTransport(otherwise=self._answer)
        self._of: dict[str, list[Message]] = defaultdict(list)

    def _answer(self, request: testing.Request) -> testing.Response:
        url = urlsplit(request.url)
        path = url.path.partition("/v26.0/")[2]
        if path == "me/messages":
            return self._accept(request)
        if path == "me/conversations":
            psid = parse_qs(url.query)["user_id"][0]
            return testing.answer({"data": [{"id": f"t_{psid}"}]})
        psid = path.removesuffix("/messages").removeprefix("t_")
        # Before anything was sent, the person wrote.
        first = Message(psid, "m_first", 0, {"text": "Hello"}, from_page=False)
        shown = [one.row(testing.PAGE) for one in (*reversed(self._of[psid]), first)]
        return testing.answer({"data": shown})

    def _accept(self, request: testing.Request) -> testing.Response:
        assert isinstance(request.body, bytes)
        call = json.loads(request.body)
        psid, message = call["recipient"]["id"], call["message"]
        self.arrived[message["text"]] += 1
        mid = f"m_bot_{self.arrived.total()}"
        self._of[psid].append(Message(psid, mid, time.time(), message))
        return testing.answer({"recipient_id": psid, "message_id": mid})
