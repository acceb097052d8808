"""Floor 8: files that a page saves, and sends again by their id.

Platform page: /docs/messenger-platform/reference/attachment-upload-api.
"""

from messengerkit.sandbox.world.media import kind_of
from messengerkit.sandbox.world.pages import PageState, Upload
from messengerkit.sandbox.world.people import DAY

from .ask import Ask
from .formparts import FormFile
from .reading import Part, is_public, is_unreachable
from .refusals import (
    BAD_VIDEO,
    FILE_COUNT,
    NOT_FETCHED,
    TOO_LARGE,
    WRONG_UPLOAD,
    Refused,
    must_be_url,
)

LARGEST = 25 * 2**20
"""Bytes of a file at most; whether Meta counts in thousands is not documented."""

_LIFE = 90 * DAY


def find_upload(page: PageState, attachment_id: str, now: float) -> Upload | None:
    """Return what was saved under *attachment_id*, at most 90 days ago."""
    found = page.uploads.get(attachment_id)
    return found if found is not None and now - found.at < _LIFE else None


def save(ask: Ask, kind: str, url: str, name: str = "") -> Upload:
    """Save a file for the page, and return it with its id."""
    world, page = ask.world, ask.page
    upload = Upload(world.ids.number("attachment"), kind, url, name, world.clock())
    world.keep(page.uploads, upload.id, upload)
    return upload


def sent_file(ask: Ask, kind: str) -> FormFile:
    """Return the file that came with the call; it is not kept yet.

    Raises:
        Refused: If there is not exactly one, or it is not what it is said to be.
    """
    if len(ask.call.files) != 1 or ask.call.files[0].name != "filedata":
        raise Refused(FILE_COUNT)
    (file,) = ask.call.files
    _refuse_file(file, kind)
    return file


def keep(ask: Ask, file: FormFile) -> tuple[str, str]:
    """Keep *file*, and return where it is and what it is called."""
    medium = ask.world.keep_file(file.data, file.filename, file.content_type)
    return ask.home + medium.path, medium.filename


def fetched(payload: Part) -> str | None:
    """Return the URL of *payload*, which Meta would fetch now, or None if it has none.

    Nothing is fetched here; a host under `.invalid` is one that cannot be reached.
    """
    url = payload.text("url")
    if url is None:
        return None
    refuse_unfetched(url)
    return url


def refuse_unfetched(url: str) -> None:
    """Refuse a *url* of which Meta could fetch nothing."""
    if not is_public(url):
        raise Refused(must_be_url(url))
    if is_unreachable(url):
        raise Refused(NOT_FETCHED)


def _refuse_file(file: FormFile, kind: str) -> None:
    if len(file.data) > LARGEST:
        raise Refused(TOO_LARGE)
    if kind != "file" and kind_of(file.content_type) != kind:
        raise Refused(WRONG_UPLOAD)
    if not file.data:
        raise Refused(BAD_VIDEO if kind == "video" else WRONG_UPLOAD)
