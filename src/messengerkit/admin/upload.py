"""Floor 7: a file that a request carries as its body, and what its query tells of it."""

from typing import Annotated, TypeAlias

from pydantic import Field

from messengerkit.errors import BodyTooLargeError, InvalidInputError, MediaTypeError
from messengerkit.messages import AttachmentType

from .request import AdminRequest
from .schemas import JSON, Sending, query_of

# What a page of any site can send without asking the backend first: its forms, and its pings
# (https://fetch.spec.whatwg.org/#cors-safelisted-request-header; the empty one is no type at all).
_UNASKED = frozenset(
    {
        "",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/ping",
        "text/plain",
    }
)

Filename: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=255, pattern=r"^[^/\\\x00-\x1f\x7f]+$")
]
"""What a file is called; it names no folder."""


class AdminUploadQuery(Sending):
    """The query of `POST /admin/send-attachment` if the body is the file itself.

    Attributes:
        type: What it is, so that the person sees it as such.
        filename: What it is called, or None.
    """

    type: AttachmentType
    filename: Filename | None = None


class AdminUpload(AdminUploadQuery):
    """A file that an admin sends to a person; `repr` leaves its bytes out.

    Attributes:
        content_type: Its media type, in lower case and without parameters.
        data: Its bytes.
    """

    content_type: str
    data: bytes = Field(repr=False)


def is_file(request: AdminRequest) -> bool:
    """Return whether the body of *request* is a file, by its type, and no JSON or form."""
    return request.media_type not in {JSON, *_UNASKED}


def upload_of(request: AdminRequest, most: int) -> AdminUpload:
    """Return the file that *request* carries, of *most* bytes.

    Raises:
        MediaTypeError: If a page of any site could have sent it.
        BodyTooLargeError: If it has more bytes.
        InvalidInputError: If the query is wrong, the file is empty, or its media type is
            not one of its kind; it names the parameter.
    """
    if not is_file(request):
        raise _no_file()
    if len(request.body) > most:
        raise _too_large(most)
    query = query_of(request, AdminUploadQuery)
    if query.type != "file" and not request.media_type.startswith(f"{query.type}/"):
        msg = f"content_type: must be {query.type}/… for the type {query.type}"
        raise InvalidInputError(msg, field="content_type")
    if not request.body:
        msg = "body: must be the file, and is empty"
        raise InvalidInputError(msg, field="body")
    given = query.model_dump()
    return AdminUpload(**given, content_type=request.media_type, data=request.body)


def _no_file() -> MediaTypeError:
    error = MediaTypeError("The body's Content-Type must be application/json, or a file's own.")
    error.advice = (
        "Send a file as it is, and text, or what has no type, as application/octet-stream."
    )
    return error


def _too_large(most: int) -> BodyTooLargeError:
    error = BodyTooLargeError(f"The body has more than {most} bytes.")
    error.advice = "Send a smaller file."
    return error
