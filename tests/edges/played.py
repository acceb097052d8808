"""A caller that plays Meta's answers, and keeps the calls that it was asked to make."""

import json
from collections.abc import AsyncIterator
from typing import TypeVar

from pydantic import SecretStr

from messengerkit._graph import Call, Graph, Response
from messengerkit._json import JsonObject
from messengerkit.errors import GraphError

T = TypeVar("T")

PSID = "24000000000000007"
DONE: JsonObject = {"success": True}
GRAPH = Graph(access_token=SecretStr("EAATest"))


class Played:
    """Plays *answers* in turn: a value is returned, an error is raised.

    Attributes:
        calls: What it was asked.
    """

    def __init__(self, *answers: JsonObject | GraphError) -> None:
        self._answers = list(answers)
        self.calls: list[Call] = []

    async def __call__(self, call: Call, /) -> JsonObject:
        """Note *call*, and play the next answer."""
        self.calls.append(call)
        answer = self._answers.pop(0)
        if isinstance(answer, GraphError):
            raise answer
        return answer

    @property
    def call(self) -> Call:
        """The only call that was made."""
        (call,) = self.calls
        return call

    @property
    def asked(self) -> tuple[str, str, JsonObject]:
        """The only call that was made: method, path, parameters."""
        return self.call.method, "/".join(self.call.path), self.call.parameters


def url(call: Call) -> str:
    """Return what *call* asks for, after the version."""
    return GRAPH.request_for(call, timeout=1).url.partition("/v26.0/")[2]


def refused(code: int, subcode: int | None = None, message: str = "no") -> GraphError:
    """Return the error that Meta's answer with *code* and *subcode* becomes."""
    error = {"code": code, "error_subcode": subcode, "message": message, "error_user_msg": message}
    body = json.dumps({"error": error}).encode()
    try:
        GRAPH.read(Response(status=400, headers={}, body=body))
    except GraphError as raised:
        return raised
    raise AssertionError


def page(*rows: JsonObject, after: str | None = None) -> JsonObject:
    """Return a page of a list, with another one behind *after* if that is given."""
    paging: dict[str, object] = {"cursors": {"before": "b", "after": after or "last"}}
    if after is not None:
        paging["next"] = "https://graph.facebook.com/next?access_token=EAATest"
    return {"data": list(rows), "paging": paging}


async def all_of(several: AsyncIterator[T]) -> list[T]:
    """Return what *several* gives, as a list."""
    return [one async for one in several]
