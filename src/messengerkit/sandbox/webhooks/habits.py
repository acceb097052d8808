"""Floor 8: how webhooks come: alone or together, twice, late, before the answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The ways of Meta's webhooks that a backend has to bear; as calm as can be by default.

    Attributes:
        batch: How many events come in one POST at most.
        batch_window: Seconds that an event waits for others, if they come together.
        duplicates: The share of POSTs that come again although they were acknowledged.
        late: The share of POSTs that are held back, so that later ones overtake them.
        late_by: Seconds that they are held back at most.
        echo_first: Whether an echo is brought before the send is answered.
    """

    batch: int = 1
    batch_window: float = 0.05
    duplicates: float = 0.0
    late: float = 0.0
    late_by: float = 0.2
    echo_first: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.batch <= 1000:  # noqa: PLR2004  # Meta's own limit
            msg = "a batch is 1 to 1000 events"
            raise ValueError(msg)
        if not (0 <= self.duplicates <= 1 and 0 <= self.late <= 1):
            msg = "a share is 0 to 1"
            raise ValueError(msg)
        if not (self.batch_window >= 0 and self.late_by >= 0):
            msg = "seconds are 0 or more"
            raise ValueError(msg)
