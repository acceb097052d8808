"""The pictures that go with answers: uploaded to Meta once, and then sent by their id."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from messengerkit import Image, MessengerError
from messengerkit.desk import MessageStatus, Turn

from .words import HERE

_log = logging.getLogger(__name__)

_FRESH = 60 * 24 * 3600.0  # seconds; Meta keeps an upload for 90 days


class Pictures:
    """Knows the id of each picture, for each page: an upload is of the page that made it.

    Args:
        folder: Where the files are.
        clock: The time, in seconds.
    """

    def __init__(
        self, folder: Path = HERE / "pictures", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Image]] = {}

    async def get(self, turn: Turn, name: str) -> Image | None:
        """Return the picture *name*, or None if it cannot be had now: then there are the words."""
        key, now = (turn.conversation.page_id, name), self._clock()
        at, image = self._known.get(key, (now, None))
        if image is not None and now - at < _FRESH and not await _was_refused(turn, image):
            return image
        try:
            upload = await turn.client.upload("image", path=self._folder / name)
        except MessengerError as error:
            _log.warning("The picture %s stays away: %s %s", name, error, error.advice)
            return None
        image = Image(attachment_id=upload.attachment_id)
        self._known[key] = (now, image)
        return image


async def _was_refused(turn: Turn, image: Image) -> bool:
    """Tell whether Meta would not have it, as far as this conversation knows."""
    said = await turn.history()
    refused = [one for one in said if one.status is MessageStatus.REJECTED]
    return any(image.attachment() in one.attachments for one in refused)
