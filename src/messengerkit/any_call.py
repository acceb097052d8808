"""Floor 5: any call to the Graph API at all, for what has no verb of its own."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Literal, TypeAlias, cast

from pydantic_core import from_json, to_json

from ._graph import Call
from ._inbound import inner
from ._json import JsonObject, is_text
from ._model import check, one_of
from .errors import InvalidInputError
from .rates import Rate
from .window import check_tag

Method: TypeAlias = Literal["GET", "POST", "DELETE"]
"""How the Graph API is called."""


def any_call(
    method: Method, path: str, parameters: Mapping[str, object] | None, *, repeatable: bool | None
) -> Call:
    """Return the call of *method* and *path*, such as `GET` and `me/subscribed_apps`.

    Raises:
        InvalidInputError: If the method, the path, the parameters or the tag are none.
        RetiredTagError: If it is a send with a tag that Meta once knew.
    """
    one_of(Method, method, "method")
    segments, given = _segments(path), _as_json(parameters)
    if method == "POST":
        if segments[-1] == "messages" and isinstance(tag := given.get("tag"), str):
            check_tag(tag)
    else:
        # A query has no types: what is not text is written as Meta reads it there.
        given = {n: v if isinstance(v, str) else to_json(v).decode() for n, v in given.items()}
    again = method != "POST" if repeatable is None else repeatable
    return Call(method, segments, given, repeatable=again, rate=_rate(method, segments[-1], given))


def _segments(path: str) -> tuple[str, ...]:
    segments = (
        tuple(path.strip("/").split("/"))
        if isinstance(cast("object", path), str) and is_text(path)
        else ()
    )
    good = segments and all(segments) and {".", ".."}.isdisjoint(segments) and "?" not in path
    check(good, "path", "names with slashes between them, such as me/subscribed_apps")
    return segments


def _as_json(parameters: Mapping[str, object] | None) -> JsonObject:
    """Return a copy of *parameters*, which is the same for each attempt."""
    with suppress(TypeError, ValueError):  # pydantic's own error is a ValueError
        return cast("JsonObject", from_json(to_json(dict(parameters or {})), allow_inf_nan=False))
    msg = "parameters: must be a mapping from names to what JSON can hold"
    raise InvalidInputError(msg, field="parameters")


def _rate(method: Method, edge: str, given: JsonObject) -> Rate:
    if edge == "messenger_profile":
        return Rate.MESSENGER_PROFILE
    if (method, edge) != ("POST", "messages"):
        return Rate.CONVERSATIONS if edge in ("conversations", "messages") else Rate.OTHER
    if not {"comment_id", "post_id"}.isdisjoint(inner(given, "recipient")):
        return Rate.PRIVATE_REPLIES
    kind = inner(inner(given, "message"), "attachment").get("type")
    return Rate.AUDIO_VIDEO if kind in ("audio", "video") else Rate.MESSAGES
