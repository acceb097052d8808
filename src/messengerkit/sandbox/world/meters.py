"""Floor 8: Meta's rates on its own meter: what a page has used up, and when it may again.

Platform page: /documentation/business-messaging/messenger-platform/overview/rate-limiting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

Meter = Literal[
    "messages",
    "audio_video",
    "conversations",
    "private_replies",
    "messenger_profile",
    "user_settings",
]
"""What Meta counts together; `user_settings` for each person, the others for each page."""


_KEPT = 10_000  # meters; each person has one of their own, and people come and go

_ROUNDING = 0.001  # calls; unix seconds have no more digits than that


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds.

    Attributes:
        calls: How many, 1 at least.
        seconds: In how long a time.

    Raises:
        ValueError: If no call would ever be allowed.
    """

    calls: float
    seconds: float

    def __post_init__(self) -> None:
        if not self.calls >= 1 or not self.seconds > 0:
            msg = "a rate is 1 call or more in a time longer than 0 seconds"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How many calls a page may make; None is no limit. The defaults are Meta's.

    Attributes:
        messages: Sends of texts, images, files, templates and sender actions.
        audio_video: Sends of audio and video.
        conversations: Reads of conversations and of messages.
        private_replies: Answers to comments and posts.
        messenger_profile: Changes and reads of the messenger profile.
        user_settings: Calls about the menu of one person.
    """

    messages: Rate | None = Rate(300, 1)
    audio_video: Rate | None = Rate(10, 1)
    conversations: Rate | None = Rate(2, 1)
    private_replies: Rate | None = Rate(750, 3600)
    messenger_profile: Rate | None = Rate(10, 600)
    user_settings: Rate | None = Rate(10, 600)

    @classmethod
    def unlimited(cls) -> Self:
        """Return no limits at all, for load tests."""
        return cls(
            messages=None,
            audio_video=None,
            conversations=None,
            private_replies=None,
            messenger_profile=None,
            user_settings=None,
        )

    def of(self, meter: Meter) -> Rate | None:
        """Return the rate of *meter*."""
        rate: Rate | None = getattr(self, meter)
        return rate


class Meters:
    """The meters of all pages: each fills up with calls and drains with time.

    A meter that is full holds the calls of one period. How Meta's own smooths is not
    documented; whoever keeps the rate is never refused here.

    Args:
        rates: The limits.
        now: The clock, in unix seconds.
    """

    def __init__(self, rates: Rates, now: Callable[[], float]) -> None:
        self._rates = rates
        self._now = now
        self._levels: dict[tuple[str, Meter], tuple[float, float]] = {}

    def count(self, owner: str, meter: Meter) -> float | None:
        """Count a call of *owner*; return the seconds until one is allowed if this is not."""
        rate = self._rates.of(meter)
        if rate is None:
            return None
        now, drain = self._now(), rate.calls / rate.seconds
        level, at = self._levels.pop((owner, meter), (0.0, now))
        level = max(0.0, level - max(0.0, now - at) * drain)
        refused = level + 1 > rate.calls + _ROUNDING
        # A call too many does not count again, or a page that hammers would never be let in.
        self._levels[owner, meter] = (level if refused else level + 1, now)
        if len(self._levels) > _KEPT:
            del self._levels[next(iter(self._levels))]
        return (level + 1 - rate.calls) / drain if refused else None
