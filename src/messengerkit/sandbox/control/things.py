"""Floor 8: the operations of the control surface on the clock, faults, records and webhooks."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import get_args

from messengerkit.sandbox.graph.routes import Edge
from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.records import Delivered, Recorded, Webhook
from messengerkit.sandbox.script import Scripted

from .faultforms import FORMS, read_fault
from .fields import BadInputError
from .operations import MAYBE_TEXT, NO_PAGE, TEXT, Asked, Operation

_WHOLE: JsonObject = {"type": "integer"}
_NUMBER: JsonObject = {"type": "number"}
_MAYBE_WHOLE: JsonObject = {"type": ["integer", "null"]}
_EDGES: Mapping[str, Edge | None] = {**{edge: edge for edge in get_args(Edge)}, "any": None}


async def _pages(asked: Asked) -> JsonObject:
    pages = [state.page for state in asked.world.pages.values()]
    return {"pages": [{"id": page.id, "name": page.name} for page in pages]}


async def _clock(asked: Asked) -> JsonObject:
    return {"now": asked.world.clock()}


async def _advance(asked: Asked) -> JsonObject:
    fields = asked.fields
    by_text = isinstance(fields.peek("advance"), str)
    span = fields.text("advance") if by_text else fields.number("advance")
    fields.done()
    asked.world.clock.advance(span)
    asked.world.changes.tell("clock", now=asked.world.clock())
    return await _clock(asked)


async def _faults(asked: Asked) -> JsonObject:
    return {"faults": [_shown(one) for one in asked.script.waiting]}


async def _add_fault(asked: Asked) -> JsonObject:
    fields = asked.fields
    rate, psid = fields.optional_number("rate"), fields.optional_text("psid")
    page_id, path = fields.optional_text("page_id"), fields.text("path", "messages")
    forever = fields.has("times") and fields.peek("times") is None
    times = fields.optional_integer("times") if forever else fields.integer("times", 1)
    fault = read_fault(fields)
    fields.done()
    if path not in _EDGES:
        msg = f"the field path must be one of {', '.join(_EDGES)}"
        raise BadInputError(msg)
    if page_id is not None and page_id not in asked.world.pages:
        raise BadInputError(NO_PAGE)
    asked.script.add(fault, path=_EDGES[path], times=times, rate=rate, psid=psid, page_id=page_id)
    return {"scripted": times}


async def _clear_faults(asked: Asked) -> JsonObject:
    asked.script.clear()
    return {"faults": []}


async def _go_down(asked: Asked) -> JsonObject:
    seconds = asked.fields.number("seconds")
    asked.fields.done()
    asked.outage.last(seconds)
    return {"seconds": seconds}


async def _subscribe(asked: Asked) -> JsonObject:
    callback_url, token = asked.fields.text("callback_url"), asked.fields.text("verify_token")
    page = asked.page()
    asked.fields.done()
    app_id = page.page.app_id
    await asked.acts.courier.subscribe(app_id, callback_url, token)
    asked.world.subscribe(page.page.id, app_id)
    return {"subscribed": True}


async def _delivered(asked: Asked) -> JsonObject:
    psid = asked.request.query.get("psid")
    wanted = [one for one in asked.world.ledger.delivered if psid in {None, one.psid}]
    return {"delivered": _plain(wanted)}


async def _requests(asked: Asked) -> JsonObject:
    return {"requests": _plain(asked.world.ledger.requests)}


async def _webhooks(asked: Asked) -> JsonObject:
    return {"webhooks": _plain(asked.world.ledger.webhooks)}


def _plain(records: Iterable[Delivered | Recorded | Webhook]) -> list[JsonObject]:
    """Return *records* as JSON objects; bodies as text."""
    return [
        {
            name: value.decode(errors="replace") if isinstance(value, bytes) else value
            for name, value in asdict(record).items()
        }
        for record in records
    ]


def _shown(one: Scripted) -> JsonObject:
    return {
        "kind": one.fault.kind,
        "path": one.path or "any",
        "times": one.times,
        "rate": one.rate,
        "psid": one.psid,
        "page_id": one.page_id,
    }


THINGS: tuple[Operation, ...] = (
    Operation(method="GET", path="/pages", do=_pages, summary="The pages."),
    Operation(method="GET", path="/clock", do=_clock, summary="The time, in unix seconds."),
    Operation(
        method="POST",
        path="/clock",
        do=_advance,
        summary='Move the clock on, by "25h", "1d12h" or seconds.',
        takes={"advance*": {"type": ["string", "number"]}},
    ),
    Operation(method="GET", path="/faults", do=_faults, summary="The faults to come."),
    Operation(
        method="POST",
        path="/faults",
        do=_add_fault,
        summary="Let calls to come meet a fault; each kind has arguments of its own.",
        takes={
            "kind*": {"enum": list(FORMS), "examples": ["reset"]},
            "path": {"enum": list(_EDGES)},
            "times": _MAYBE_WHOLE,
            "rate": {"type": ["number", "null"]},
            "psid": MAYBE_TEXT,
            "page_id": MAYBE_TEXT,
            "code": _WHOLE,
            "subcode": _MAYBE_WHOLE,
            "message": TEXT,
            "status": _WHOLE,
            "is_transient": {"type": ["boolean", "null"]},
            "headers": {"type": "object", "additionalProperties": TEXT},
            "content": TEXT,
            "seconds": _NUMBER,
            "retry_after": _MAYBE_WHOLE,
            "call_count": _WHOLE,
            "minutes": _WHOLE,
            "of_page": TEXT,
        },
    ),
    Operation(method="DELETE", path="/faults", do=_clear_faults, summary="Forget all faults."),
    Operation(
        method="POST",
        path="/outage",
        do=_go_down,
        summary="Refuse every connection for some seconds, as a host that is down.",
        takes={"seconds*": _NUMBER},
    ),
    Operation(
        method="POST",
        path="/subscription",
        do=_subscribe,
        summary="Shake hands with a callback, and send webhooks there from now on.",
        takes={"callback_url*": TEXT, "verify_token*": TEXT, "page_id": MAYBE_TEXT},
    ),
    Operation(
        method="GET",
        path="/delivered",
        do=_delivered,
        summary="The messages that people have, oldest first.",
        asks=("psid",),
    ),
    Operation(
        method="GET",
        path="/requests",
        do=_requests,
        summary="The calls to the Graph API, oldest first; tokens as ***.",
    ),
    Operation(
        method="GET",
        path="/webhooks",
        do=_webhooks,
        summary="The POSTs to backends, redeliveries too, oldest first.",
    ),
)
"""What else can be asked."""
