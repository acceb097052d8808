"""Floor 7: what an admin shows a person, by its URL, as a message."""

from collections.abc import Mapping

from messengerkit.messages import Audio, File, Image, Video

from .schemas import AdminAttachmentRequest, AttachedMedia

_KINDS: Mapping[str, type[Image | Video | Audio | File]] = {
    kind.kind: kind for kind in (Image, Video, Audio, File)
}


def media(asked: AttachedMedia | AdminAttachmentRequest) -> Image | Video | Audio | File:
    """Return the message that shows what is *asked*."""
    return _KINDS[asked.type](asked.url)
