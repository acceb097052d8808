"""Floor 8: the operations of the control surface that people do."""

from collections.abc import Callable

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.people import PersonState
from messengerkit.sandbox.world.showing import shown_conversation, shown_person

from .fields import BadInputError
from .operations import MAYBE_TEXT, TEXT, Asked, Operation

_MAYBE_FLAG: JsonObject = {"type": ["boolean", "null"]}
_PAGE: JsonObject = {"page_id": MAYBE_TEXT}


async def _list(asked: Asked) -> JsonObject:
    return {"people": [shown_person(one) for one in asked.page().people.values()]}


async def _make(asked: Asked) -> JsonObject:
    name, psid = asked.fields.text("name"), asked.fields.optional_text("psid")
    page = asked.page()
    asked.fields.done()
    return shown_person(asked.world.meet(page, psid, name.strip()))


async def _change(asked: Asked) -> JsonObject:
    person = asked.known_person()
    blocked = asked.fields.optional_flag("blocked")
    online = asked.fields.optional_flag("online")
    asked.fields.done()
    if blocked is not None:
        person.blocked = blocked
    if online:
        await asked.acts.go_online(person)
    elif online is not None:
        person.online = False
    asked.acts.changed(person)
    return shown_person(person)


async def _conversation(asked: Asked) -> JsonObject:
    page = asked.page()
    return shown_conversation(page, asked.known_person(), asked.world.clock())


async def _write(asked: Asked) -> JsonObject:
    fields = asked.fields
    text = fields.text("text")
    quick_reply, reply_to = fields.optional_text("quick_reply"), fields.optional_text("reply_to")
    act = _ready(asked)
    mid = await asked.acts.write(act(), text, quick_reply=quick_reply, reply_to=reply_to)
    return {"message_id": mid}


async def _send_file(asked: Asked) -> JsonObject:
    request = asked.request
    if not asked.data:
        msg = "the file is empty"
        raise BadInputError(msg)
    filename = request.query.get("filename", "file")
    mid = await asked.acts.upload(asked.person(), asked.data, filename, request.content_type)
    return {"message_id": mid}


async def _tap(asked: Asked) -> JsonObject:
    payload, title = asked.fields.text("payload"), asked.fields.text("title")
    act = _ready(asked)
    return {"message_id": await asked.acts.tap(act(), payload, title)}


async def _react(asked: Asked) -> JsonObject:
    mid, emoji = asked.fields.text("mid"), asked.fields.optional_text("emoji")
    act = _ready(asked)
    await asked.acts.react(act(), mid, emoji)
    return {}


async def _read(asked: Asked) -> JsonObject:
    act = _ready(asked)
    await asked.acts.read(act())
    return {}


async def _comment(asked: Asked) -> JsonObject:
    act = _ready(asked)
    return {"comment_id": asked.acts.comment(act())}


def _ready(asked: Asked) -> Callable[[], PersonState]:
    """Refuse fields that are left, before anybody is made; then give the person."""
    page = asked.page()
    asked.fields.done()
    return lambda: asked.world.meet(page, asked.request.match_info["psid"])


PEOPLE: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path="/people",
        do=_list,
        summary="The people whom a page knows.",
        asks=("page_id",),
    ),
    Operation(
        method="POST",
        path="/people",
        do=_make,
        summary="Make a person, or find one by their psid.",
        takes={"name*": TEXT, "psid": MAYBE_TEXT, **_PAGE},
    ),
    Operation(
        method="PATCH",
        path="/people/{psid}",
        do=_change,
        summary="Let a person block the page, or go online and offline.",
        takes={"blocked": _MAYBE_FLAG, "online": _MAYBE_FLAG, **_PAGE},
    ),
    Operation(
        method="GET",
        path="/people/{psid}/conversation",
        do=_conversation,
        summary="All that a person and a page have written.",
        asks=("page_id",),
    ),
    Operation(
        method="POST",
        path="/people/{psid}/messages",
        do=_write,
        summary="Let a person write; answered once the backend acknowledged.",
        takes={"text*": TEXT, "quick_reply": MAYBE_TEXT, "reply_to": MAYBE_TEXT, **_PAGE},
    ),
    Operation(
        method="POST",
        path="/people/{psid}/files",
        do=_send_file,
        summary="Let a person send a file: the body, with its own media type.",
        asks=("filename", "page_id"),
        is_file=True,
    ),
    Operation(
        method="POST",
        path="/people/{psid}/postbacks",
        do=_tap,
        summary="Let a person tap a button.",
        takes={"payload*": TEXT, "title*": TEXT, **_PAGE},
    ),
    Operation(
        method="POST",
        path="/people/{psid}/reactions",
        do=_react,
        summary="Let a person react to a message; null takes the reaction back.",
        takes={"mid*": TEXT, "emoji": MAYBE_TEXT, **_PAGE},
    ),
    Operation(
        method="POST",
        path="/people/{psid}/read",
        do=_read,
        summary="Let a person see all that the page wrote.",
        takes=_PAGE,
    ),
    Operation(
        method="POST",
        path="/people/{psid}/comments",
        do=_comment,
        summary="Let a person comment on a post of the page, for a private reply.",
        takes=_PAGE,
    ),
)
"""What people do."""
