"""Clients that others wrote work against the sandbox, unchanged but for the host.

Each runs in an environment of its own, which `make clients` makes: `clients/` has a script for
each, which makes the calls and tells what came of them.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from proofs.foreign import SCRIPTS, missing, report, run

from messengerkit.sandbox import App, Delivered, Person, Rates, Sandbox
from messengerkit.sandbox.jsontext import JsonObject

pytestmark = pytest.mark.slow

PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
OTHER = App(id=815000000000777, secret="6b0ec1fd6b0ec1fd6b0ec1fd6b0ec1fd", name="Other App")
MEDIA = ("image example.com", "audio example.com", "video example.com", "file example.com")
ARRIVED = {
    "pymessenger": (
        "text 'Hello 👋'",
        "text 'Which colour?' asking Red",
        "generic template",
        "button template",
        *(medium for medium in MEDIA if "video" not in medium),
        "image example.com",
        "image example.com",
        "text 'A person writes' HUMAN_AGENT",
        "text 'To be quoted'",
        "text 'Quoting' RESPONSE",
        "text 'Proven'",
        "audio example.com",
    ),
    "fbmessenger": (
        "text 'Hello 👋' RESPONSE",
        "text 'Which colour?' asking Red RESPONSE",
        "generic template RESPONSE",
        "button template RESPONSE",
        *(f"{medium} RESPONSE" for medium in MEDIA),
        "image example.com RESPONSE",
        "image example.com RESPONSE",
        "text 'A person writes' HUMAN_AGENT",
        "text 'A person writes' UPDATE",
        "text 'Proven' RESPONSE",
    ),
    "facebook_business": (
        "text 'Hello 👋' RESPONSE",
        "text 'Which colour?' asking Red RESPONSE",
        "generic template RESPONSE",
        "button template RESPONSE",
        *(f"{medium} RESPONSE" for medium in MEDIA),
        "image example.com image example.com RESPONSE",
        "text 'A person writes' HUMAN_AGENT",
        "image photo.png RESPONSE",
        "media template RESPONSE",
        "image photo.png RESPONSE",
        "text 'Jo here' as a persona RESPONSE",
        "text 'Read me' RESPONSE",
        "text 'Proven'",
    ),
    "messaging-api-messenger": (
        "text 'Hello 👋' UPDATE",
        "text 'Which colour?' asking Red UPDATE",
        "generic template UPDATE",
        "button template UPDATE",
        "receipt template UPDATE",
        *(f"{medium} UPDATE" for medium in MEDIA),
        "text 'A person writes' HUMAN_AGENT",
        "image photo.png UPDATE",
        "media template UPDATE",
        "image photo.png UPDATE",
        "image bytes.png UPDATE",
        "text 'Jo here' as a persona UPDATE",
        "text 'Proven' UPDATE",
    ),
}
"""What reaches people of what each client sends, in order."""

FAULTS = {"pymessenger": 5, "fbmessenger": 4, "facebook_business": 0, "messaging-api-messenger": 1}
"""How many calls each client itself gets wrong, whatever answers it."""

BEYOND: Mapping[str, set[str]] = {
    "pymessenger": set(),
    "fbmessenger": {"dynamic text", "unlink account"},
    "facebook_business": {"create label", "list labels", "block", "blocked", "batch"},
    "messaging-api-messenger": {"batch", "create label", "insights", "NLP"},
}
"""What the sandbox may say that it does not model."""


async def people(sandbox: Sandbox) -> tuple[dict[str, str], Person]:
    """Return whom the scripts know, and whom they write to: some wrote, one long ago."""
    late = sandbox.person("Late Example")
    await late.writes("Hello")
    sandbox.advance("25h")
    ana, blocked, handed = (sandbox.person(f"{name} Example") for name in ("Ana", "Bo", "Cy"))
    for one in (ana, blocked, handed):
        await one.writes("Hello")
    blocked.blocks()
    known = {"person": ana, "late": late, "blocked": blocked, "handed": handed}
    return {role: one.psid for role, one in known.items()} | {"stranger": "24000000000099999"}, ana


def environment(sandbox: Sandbox, roles: Mapping[str, str], image: Path) -> dict[str, str]:
    """Return the environment of a script."""
    page = sandbox.page
    here: JsonObject = {
        "url": sandbox.url,
        "token": page.access_token,
        "secret": page.app_secret,
        "page": page.id,
        "app": str(page.app_id),
        "other_app": str(OTHER.id),
        "image": str(image),
        **roles,
    }
    return {"SANDBOX": json.dumps(here)}


def described(message: Delivered) -> str:
    """Return in short what a person got."""
    template = re.search(r'"template_type": "(\w+)"', json.dumps(message.message))
    asked = re.findall(r'"title": "(\w+)"', json.dumps(message.message.get("quick_replies")))
    words = [
        f"text {message.text!r}" if message.text else "",
        f"{template[1]} template" if template else "",
        *(f"{one.type} {one.name or one.url.split('/')[2]}" for one in message.attachments),
        f"asking {', '.join(asked)}" if asked else "",
        "as a persona" if message.persona_id else "",
        message.tag or message.messaging_type or "",
    ]
    return " ".join(word for word in words if word)


async def assert_photos(messages: tuple[Delivered, ...], url: str) -> None:
    """Fail unless each file that was uploaded is there, byte for byte."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        for one in (one for message in messages for one in message.attachments):
            if one.url.startswith(url):
                async with http.get(one.url) as answer:
                    assert await answer.read() == PHOTO


@pytest.mark.parametrize("client", SCRIPTS)
async def test_a_foreign_client_works_unchanged(client: str, tmp_path: Path) -> None:
    """A client written for Meta is answered as by Meta, and what it sends arrives."""
    if why := missing(client):
        pytest.skip(why)
    image = tmp_path / "photo.png"
    image.write_bytes(PHOTO)
    # Meta allows ten calls for the profile in ten minutes; this makes more.
    async with Sandbox(apps=[OTHER], rates=Rates.unlimited()) as sandbox:
        sandbox.set_default_app(sandbox.page.app)
        roles, ana = await people(sandbox)
        checks = await run(client, environment(sandbox, roles, image))
        report(client, checks)
        delivered = sandbox.delivered
        await assert_photos(delivered, sandbox.url)

    unknown = {one.name for one in checks if one.is_not_modelled}
    wrong = {one.name: one for one in checks if not one.passed and not one.is_not_modelled}
    assert not wrong, "\n".join(map(str, wrong.values()))
    assert unknown <= BEYOND[client]
    assert sum(one.is_fault for one in checks) == FAULTS[client]
    assert tuple(map(described, delivered)) == ARRIVED[client]
    assert {one.psid for one in delivered} == {ana.psid, roles["late"]}
    assert {one.status for one in sandbox.requests} == {200, 400}
