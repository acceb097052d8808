"""Calls that others recorded, where there are any: the sandbox answers them as was recorded.

Set MESSENGERKIT_RECORDED to a folder with a subfolder `send` of JSON files, each with a
`request` and a `response`. Every request is made to a sandbox, with ids that exist there; what
was accepted is accepted with the same keys, and what was refused is refused with the same code.
The counts, and each miss with its reason, are printed.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from messengerkit._json import is_list, is_object
from messengerkit.sandbox import App, Person, Sandbox

FOLDER = os.environ.get("MESSENGERKIT_RECORDED")
INBOX = 263902037430900
OTHER_APP = App(id=900000000000001, secret="the other app's secret", name="Other App")
URL = "https://cdn.example.com/a.bin"
PSID_OF_NOBODY = "9999999999999999"
MENU = [
    {
        "locale": "default",
        "call_to_actions": [{"type": "postback", "title": "Help", "payload": "HELP"}],
    }
]
PROFILE: dict[str, object] = {
    "get_started": {"payload": "START"},
    "persistent_menu": MENU,
    "greeting": [{"locale": "default", "text": "Hello"}],
    "ice_breakers": [{"question": "When are you open?", "payload": "HOURS"}],
    "whitelisted_domains": ["https://example.com"],
    "account_linking_url": "https://example.com/link",
}

EDGES = {
    "session": "calls",
    "target_app_id": "pass_thread_control",
    "recipient": "messages",
    "message": "message_attachments",
    "psid": "custom_user_settings",
}
"""The edges by a parameter that tells them; the first one counts."""

MISSES = {
    "a mock that leaves out recipient_id; Meta sends it": """
        nyaruka-courier__file_1 nyaruka-courier__image_1 nyaruka-courier__text_1
        nyaruka-courier__text_2 nyaruka-courier__text_4 nyaruka-courier__text_5
        nyaruka-courier__text_quick_replies_1 nyaruka-courier__text_quick_replies_2
        nyaruka-courier__text_quick_replies_3
    """,
    "the messaging_type NON_PROMOTIONAL_SUBSCRIPTION, which is gone since 2020": """
        nyaruka-courier__file_2 nyaruka-courier__image_2 nyaruka-courier__text_6
        nyaruka-courier__text_7 nyaruka-courier__text_8 nyaruka-courier__text_9
        nyaruka-courier__text_10 nyaruka-courier__text_quick_replies_4
        nyaruka-courier__text_quick_replies_5 nyaruka-courier__text_quick_replies_6
    """,
    "a tag that is dead since 2026-04-27": """
        messaging-apis__template_generic_3 messaging-apis__text_2
    """,
    "a mock's own answer to a call that is good; Meta has none like it": """
        fbmessenger__profile_1 nyaruka-courier__text_11 wingbot-facebook__handover_1
        wingbot-facebook__image_1
    """,
    "a mock's own error: 36000 is about images on Instagram, and this is a text": """
        nyaruka-courier__text_error_1
    """,
    "a mock that takes a domain without https, which Meta does not": """
        messaging-apis__profile_15
    """,
    "an older page of Meta's, which prints the owner of the thread; now it is success": """
        meta-docs__handover_1
    """,
    "a closed product: matching by phone number": """
        messaging-apis__text_4
    """,
    "not modelled: marketing messages, which are paid for, so that there is no token": """
        nyaruka-courier__text_3
    """,
    "not modelled: one-time notifications, which are gone": """
        messaging-apis__template_one_time_notif_req_1
    """,
    "not modelled: the airline templates, of which only old pages tell": """
        messaging-apis__template_airline_boardingpass_1
        messaging-apis__template_airline_checkin_1
        messaging-apis__template_airline_itinerary_1
        messaging-apis__template_airline_update_1
    """,
    "not modelled: calls by voice": """
        meta-docs__call_1 meta-docs__call_2 meta-docs__template_calling_optin_1
    """,
}
"""Why the sandbox does not answer as was recorded, and the names of the files."""

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="MESSENGERKIT_RECORDED IS NOT SET: NO RECORDED CALL WAS TRIED."
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A recorded call, what came back, and what was written beside them."""

    name: str
    request: dict[str, object]
    response: dict[str, object]
    beside: str


def pairs() -> Iterator[Pair]:
    """Yield all recorded calls."""
    for file in sorted(Path(FOLDER or "", "send").glob("*.json")):
        found: object = json.loads(file.read_bytes())
        assert is_object(found)
        request, response = found.get("request"), found.get("response")
        assert is_object(request)
        assert is_object(response)
        beside = f"{found.get('test')} {found.get('note')}".replace("_", " ")
        yield Pair(file.stem, request, response, beside)


def edge(pair: Pair) -> tuple[str, str]:
    """Return the method and the edge of a call, which the recordings leave out."""
    for act in ("take", "request"):
        if f"{act} thread control" in pair.beside:
            return "POST", f"{act}_thread_control"
    for name, path in EDGES.items():
        if name in pair.request:
            return "POST", path
    return "DELETE" if "fields" in pair.request else "POST", "messenger_profile"


class Stage:
    """A sandbox in which there is what a recorded call is about.

    Args:
        http: What calls are made with.
        sandbox: The sandbox.
        person: Somebody who has just written to its page.
    """

    def __init__(self, http: aiohttp.ClientSession, sandbox: Sandbox, person: Person) -> None:
        self._http = http
        self._sandbox = sandbox
        self._person = person

    async def call(
        self, method: str, path: str, body: Mapping[str, object], *, form: bool = False
    ) -> dict[str, object]:
        """Make a call to an edge of the page."""
        fields = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in body.items()
        }
        data = aiohttp.FormData(fields) if form else json.dumps(body)
        headers = {"Authorization": f"Bearer {self._sandbox.page.access_token}"}
        if not form:
            headers["Content-Type"] = "application/json"
        url = f"{self._sandbox.url}/v26.0/me/{path}"
        async with self._http.request(method, url, data=data, headers=headers) as response:
            answer: object = await response.json(content_type=None)
        assert is_object(answer)
        return answer

    async def prepare(self, path: str, request: dict[str, object]) -> None:
        """Bring about what the call presumes: a menu to delete, a thread to take."""
        if path in {"messenger_profile", "custom_user_settings"}:
            named = request.get("fields")
            names = [str(name) for name in named] if is_list(named) else []
            # A menu needs it; and a call that sets it replaces it.
            profile = {name: PROFILE[name] for name in ["get_started", *names]}
            assert await self.call("POST", "messenger_profile", profile) == {"result": "success"}
        elif path.endswith("thread_control"):
            owner = OTHER_APP if path == "request_thread_control" else self._sandbox.page.app
            self._sandbox.set_default_app(owner)
            await self._person.writes("Hi again")
            if path == "take_thread_control":
                passed = {"recipient": {"id": self._person.psid}, "target_app_id": OTHER_APP.id}
                assert await self.call("POST", "pass_thread_control", passed) == {"success": True}

    async def real(self, value: object, *, nobody: bool, kind: str = "image") -> object:
        """Return *value* with ids that there are in the place of those that were recorded."""
        if is_list(value):
            return [await self.real(one, nobody=nobody, kind=kind) for one in value]
        if not is_object(value):
            return "https://example.com" if value == "<WEB_URL>" else value
        kind = str(value.get("media_type") or value.get("type") or kind)
        made = {name: await self.real(one, nobody=nobody, kind=kind) for name, one in value.items()}
        if "id" in made or "psid" in made:
            name = "id" if "id" in made else "psid"
            made[name] = PSID_OF_NOBODY if nobody else self._person.psid
        for name in {"comment_id", "post_id"} & made.keys():
            made[name] = self._person.comments()
        if "user_ref" in made:
            made["user_ref"] = await self._person.opts_in()
        if "attachment_id" in made:
            saved = await self._saved(kind)
            made["attachment_id"] = int(saved) if isinstance(made["attachment_id"], int) else saved
        if made.get("target_app_id", INBOX) != INBOX:
            made["target_app_id"] = OTHER_APP.id
        return made

    async def _saved(self, kind: str) -> str:
        attachment = {"type": kind, "payload": {"url": URL, "is_reusable": True}}
        saved = await self.call(
            "POST", "message_attachments", {"message": {"attachment": attachment}}
        )
        return str(saved["attachment_id"])


def outcome(answer: dict[str, object]) -> str:
    """Return what came of a call, in a few words."""
    error = answer.get("error")
    if is_object(error):
        return f"refused with {error.get('code')}"
    if "is_error" in answer:
        return "refused without a code"
    return f"accepted with {', '.join(sorted(answer)) or 'nothing'}"


async def replay(pair: Pair, http: aiohttp.ClientSession) -> tuple[str, str]:
    """Make a recorded call; return what came of it, and the answer of the sandbox."""
    async with Sandbox(apps=[OTHER_APP]) as sandbox:
        person = sandbox.person()
        await person.writes("Hi")
        stage = Stage(http, sandbox, person)
        method, path = edge(pair)
        await stage.prepare(path, pair.request)
        nobody = "Invalid user" in json.dumps(pair.response)
        request = await stage.real(pair.request, nobody=nobody)
        assert is_object(request)
        answer = await stage.call(method, path, request, form="form-encoded" in pair.beside)
        return outcome(answer), json.dumps(answer)


async def test_recorded_calls_are_answered_as_they_were() -> None:
    """Every recorded call is answered as it was, or is known not to be, with the reason."""
    reasons = {name: why for why, listed in MISSES.items() for name in listed.split()}
    names, misses, lines, alike = set[str](), set[str](), list[str](), 0
    async with aiohttp.ClientSession() as http:
        for pair in pairs():
            names.add(pair.name)
            got, answer = await replay(pair, http)
            recorded = outcome(pair.response)
            alike += got.split()[0] == recorded.split()[0]
            if got != recorded:
                misses.add(pair.name)
                reason = reasons.get(pair.name, f"A NEW MISS: {answer}")
                lines.append(f"{pair.name}: was {recorded}, is {got}: {reason}")
    counts = Counter(reasons.get(name, "A NEW MISS") for name in misses)
    lines += [f"{count}: {reason}" for reason, count in counts.most_common()]
    matched = len(names) - len(misses)
    lines.append(f"accepted or refused as recorded: {alike} of {len(names)}")
    lines.append(f"with the same keys or code: {matched} of {len(names)}; {len(misses)} misses")
    print("\n".join(lines))  # noqa: T201  # it tells what it found

    assert names
    assert misses == reasons.keys() & names
