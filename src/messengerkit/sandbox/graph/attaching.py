"""Floor 8: the upload edge: a file is saved under an id, and nobody has it yet.

Platform page: /docs/messenger-platform/reference/attachment-upload-api.
"""

from messengerkit.sandbox.jsontext import JsonObject

from .ask import Ask
from .content import media_type
from .listing import refuse_instagram
from .refusals import FILE_COUNT, UNSUPPORTED_ATTACHMENT, Refused
from .uploads import fetched, keep, save, sent_file


def upload(ask: Ask) -> JsonObject:
    """Save a file, from a URL or from the call itself."""
    ask.require("pages_messaging")
    params = ask.params
    refuse_instagram(params)
    message = params.needed("message")
    attachment = message.needed("attachment")
    message.only(("attachment",))
    attachment.only(("type", "payload"))
    kind = media_type(attachment)
    if kind == "template":
        raise Refused(UNSUPPORTED_ATTACHMENT)
    payload = attachment.part("payload")
    if payload is not None:
        payload.only(("url", "is_reusable"))
    url, name = (None if payload is None else fetched(payload)), ""
    if url is None:
        url, name = keep(ask, sent_file(ask, kind))
    elif ask.call.files:
        raise Refused(FILE_COUNT)
    return {"attachment_id": save(ask, kind, url, name).id}
