"""Floor 9: the demo as its commands run it: played once, up until Ctrl-C, or against Meta."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from messengerkit.desk import Desk
from messengerkit.errors import MessengerError
from messengerkit.sandbox.running import is_loopback

from .backend import Surroundings, backend
from .browser import has_display, show_pages
from .example_bot import example_bot
from .interrupts import ended_as_by_ctrl_c, set_when_interrupted
from .keeping import folder_of
from .news import NameOf, tell_news
from .opening import DATABASE, Opened, opened
from .options import Options
from .panel_pages import PANEL
from .play import play
from .saying import Say, say_at_once
from .scene import chat_url, meet, open_scene
from .server import bound, home_of, origins_of, serving
from .stage import Stage

_INTERRUPTED = 130  # as shells have it


def run(
    options: Options, *, say: Say = say_at_once, environ: Mapping[str, str] | None = None
) -> int:
    """Run the demo, and return its exit code.

    It is 0, 1 for a step that did not happen, and 2 for a setting that is wrong.
    """
    running = _live if options.live else _demo
    try:
        with ended_as_by_ctrl_c(), folder_of(options.keep) as folder:
            return 0 if asyncio.run(running(options, folder, say, environ)) else 1
    except KeyboardInterrupt:
        return _INTERRUPTED if options.once else 0
    except MessengerError as error:
        say(f"{str(error).removesuffix('.')}. {error.advice}")
    except OSError as error:
        say(_refused(error))
    return 2


def _refused(error: OSError) -> str:
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}. If that is of --keep, choose another folder."
    return f"{error.strerror}. If that is a port, choose another --host, --port or --chat-port."


async def _demo(
    options: Options, folder: Path, say: Say, environ: Mapping[str, str] | None
) -> bool:
    """Run everything on this machine; return whether all that was to happen did."""
    async with opened(options, folder, example_bot(), environ) as demo:
        if options.once:
            return await _play(demo, say)
        known = await meet(demo.sandbox, demo.desk)
        _introduce(options, folder, demo, say)
        async with _telling(demo.desk, lambda psid: demo.sandbox.person(psid=psid).name, say):
            leaving = _leaving()
            if not known:
                await open_scene(demo.sandbox, leaving)
            await leaving.wait()
    return True


async def _play(demo: Opened, say: Say) -> bool:
    async with aiohttp.ClientSession() as session:
        return await play(stage_of(demo, session), say)


def stage_of(demo: Opened, session: aiohttp.ClientSession) -> Stage:
    """Return the stage on which somebody new, a bot and the first admin play."""
    return Stage(
        sandbox=demo.sandbox,
        ana=demo.sandbox.person(),
        desk=demo.desk,
        backend_url=demo.url,
        admin=demo.admins[0],
        session=session,
    )


def _introduce(options: Options, folder: Path, demo: Opened, say: Say) -> None:
    chat, panel = chat_url(demo.sandbox), demo.url + PANEL
    say("Messenger, a café's bot, the desk and its panel, on this machine alone.\n")
    say(f"Chat, as the person:  {chat}")
    say(f"Panel, as the admin:  {panel}\n")
    if not is_loopback(urlsplit(panel).hostname or ""):
        say("No browser signs in there over plain http. Take --host 127.0.0.1, or 0.0.0.0.\n")
    say("Sign in to the panel as one of these. The keys are of this run alone.")
    for one in demo.admins:
        key = "your own, ADMIN_API_KEY" if one.is_given else one.key.get_secret_value()
        say(f"  {one.id} ({one.role.value}): {key}")
    if options.keep is not None:
        say(f"\nWhat the desk knows stays in {folder / DATABASE}")
    say("\nCtrl-C ends it. This is what happens:\n")
    if options.browser and sys.stdout.isatty() and has_display():
        show_pages([chat, panel])


async def _live(
    options: Options, folder: Path, say: Say, environ: Mapping[str, str] | None
) -> bool:
    """Run the backend with the settings of the environment, until it is interrupted."""
    bot = example_bot()
    with bound(options.host, options.port) as listening:
        around = Surroundings(database=folder / DATABASE, origins=origins_of(listening), bot=bot)
        async with backend(environ, around) as (app, desk), serving(app, listening):
            url = home_of(listening)
            say(f"The backend listens on {url}. Let Meta post to /webhook, over https.")
            say(f"Panel, as the admin:  {url}{PANEL}")
            say("\nCtrl-C ends it. This is what happens:\n")
            async with _telling(desk, lambda psid: f"Person …{psid[-4:]}", say, words=False):
                await _leaving().wait()
    return True


@asynccontextmanager
async def _telling(
    desk: Desk, name_of: NameOf, say: Say, *, words: bool = True
) -> AsyncGenerator[None]:
    """Tell what happens at *desk*, until the end of the block."""
    telling = asyncio.create_task(tell_news(desk, name_of, say, words=words))
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.wait({telling})
    if not telling.cancelled():
        telling.result()  # why nothing more was told, if it was not the desk that closed


def _leaving() -> asyncio.Event:
    """Return an event that is set by Ctrl-C, or SIGTERM."""
    leaving = asyncio.Event()
    set_when_interrupted(leaving)
    return leaving
