"""Floor 9: `python -m messengerkit.demo`: the whole flow on one machine, without Facebook.

`--once` plays and leaves; without it the demo stays up, for you to send as the admin.
`--live` runs the same backend against Meta, with the variables that the README lists.
"""

import argparse
import asyncio
import json
import secrets
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from messengerkit._environment import optional
from messengerkit.errors import ConfigurationError
from messengerkit.sandbox import Page, Sandbox

from .backend import CONVERSATIONS, create_app
from .play import ANA, Stage, admin_message, play
from .server import serving

Say = Callable[[str], None]


def main(
    argv: Sequence[str] | None = None, *, say: Say = print, environ: Mapping[str, str] | None = None
) -> int:
    """Run the demo, and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m messengerkit.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play the ten steps, then leave")
    parser.add_argument("--live", action="store_true", help="talk to Meta, not to the sandbox")
    parser.add_argument("--host", default="127.0.0.1", help="where the backend listens")
    parser.add_argument("--port", type=int, default=0, help="its port; 0 takes a free one")
    options = parser.parse_args(argv)
    if options.live:
        running = live(options.host, options.port, say, environ)
    else:
        running = demo(options.host, options.port, say, environ, once=options.once)
    try:
        return 0 if asyncio.run(running) else 1
    except KeyboardInterrupt:
        return 0
    except ConfigurationError as error:
        say(f"{error} {error.advice}")
    except OSError as error:
        say(f"{error.strerror}. If that is the port, choose another --host or --port.")
    return 2


async def demo(
    host: str, port: int, say: Say, environ: Mapping[str, str] | None, *, once: bool
) -> bool:
    """Play the ten steps against a sandbox, then stay up, unless it is for *once*.

    Returns whether every step happened.
    """
    page = Page(name="Harbour Café")
    with tempfile.TemporaryDirectory() as folder:
        audit = Path(folder) / "admin-actions.jsonl"
        async with Sandbox(page) as sandbox, aiohttp.ClientSession() as session:
            sandbox.person("Ana Example", psid=ANA)
            settings = _settings(sandbox, environ)
            app = create_app(settings, audit=audit)
            async with serving(app, host=host, port=port) as url:
                await sandbox.subscribe(f"{url}/webhook", settings["FACEBOOK_VERIFY_TOKEN"])
                stage = Stage(
                    sandbox=sandbox,
                    conversations=app[CONVERSATIONS],
                    backend_url=url,
                    admin_headers={
                        "Authorization": f"Bearer {settings['ADMIN_API_KEY']}",
                        "X-Admin-User-ID": settings["ADMIN_USER_ID"],
                    },
                    admin_id=settings["ADMIN_USER_ID"],
                    audit=audit,
                    session=session,
                )
                try:
                    return await _perform(stage, say, once=once)
                finally:
                    # An echo on its way to a backend that closes would be cut off half way.
                    await sandbox.settled()


async def _perform(stage: Stage, say: Say, *, once: bool) -> bool:
    if not await play(stage, say):
        return False
    if not once:
        _invite(stage, say)
        await _follow(stage.sandbox, say)
    return True


async def live(host: str, port: int, say: Say, environ: Mapping[str, str] | None) -> bool:
    """Run the backend with the settings of the environment, until it is interrupted."""
    async with serving(create_app(environ), host=host, port=port) as url:
        say(f"The backend listens on {url}. Let Meta post to /webhook, over https, as docs tell.")
        return await asyncio.Event().wait()


def _settings(sandbox: Sandbox, environ: Mapping[str, str] | None) -> dict[str, str]:
    """Return the environment of a backend that talks to *sandbox*; your admin's key is kept."""
    return {
        "FACEBOOK_PAGE_ACCESS_TOKEN": sandbox.page.access_token,
        "FACEBOOK_APP_SECRET": sandbox.page.app_secret,
        "FACEBOOK_VERIFY_TOKEN": secrets.token_urlsafe(16),
        "ADMIN_API_KEY": optional(environ, "ADMIN_API_KEY") or secrets.token_urlsafe(24),
        "ADMIN_USER_ID": optional(environ, "ADMIN_USER_ID") or "admin-uuid",
        "MESSENGER_GRAPH_URL": sandbox.url,
    }


def _invite(stage: Stage, say: Say) -> None:
    headers = {**stage.admin_headers, "Content-Type": "application/json"}
    quoted = [shlex.quote(f"{name}: {value}") for name, value in headers.items()]
    body = shlex.quote(json.dumps(admin_message(stage, "Test message from HITL"), indent=2))
    say("\nNow you are the admin. Send as often as you like:\n")
    options = "".join(f"  -H {one} \\\n" for one in quoted)
    say(f"curl -X POST {stage.backend_url}/admin/send-message \\\n{options}  -d {body}")
    people = f"{stage.sandbox.url}/_sandbox/people/{ANA}/messages"
    say(f"\nOr be Ana, in a browser: {stage.sandbox.chat_url}")
    say("\nOr by curl:\n")
    say(f'curl -X POST "{people}" -d \'{{"text": "Thank you!"}}\'')
    say("\nWhat Ana gets is shown here. Ctrl-C ends the demo.\n")


async def _follow(sandbox: Sandbox, say: Say) -> None:
    told = set(sandbox.delivered)
    while True:
        message = await sandbox.wait_for_delivery(lambda one: one not in told, timeout=None)
        told.add(message)
        say(f'Ana reads: "{message.text}"')


if __name__ == "__main__":
    sys.exit(main())
