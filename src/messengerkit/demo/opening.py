"""Floor 9: the demo put together: a sandbox, and a backend with its desk and panel, that listen."""

import secrets
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from messengerkit.desk import Desk, Handler
from messengerkit.sandbox import Page, Sandbox

from .admins import Admin, admins_for
from .backend import Surroundings, backend
from .options import Options
from .scene import settled
from .server import bound, home_of, origins_of, serving

DATABASE = "desk.db"
"""What the desk's database is called, in its folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The demo while it is open.

    Attributes:
        sandbox: Messenger, which posts to the backend.
        desk: The backend's.
        url: The backend, without a slash at its end.
        admins: Who may sign in to its panel; the first is a supervisor.
    """

    sandbox: Sandbox
    desk: Desk
    url: str
    admins: tuple[Admin, ...]


@asynccontextmanager
async def opened(
    options: Options, folder: Path, bot: Handler, environ: Mapping[str, str] | None
) -> AsyncGenerator[Opened]:
    """Give the demo, open.

    Args:
        options: Where it listens.
        folder: Where the desk's database is.
        bot: Answers.
        environ: Where an admin's own key may be; the process's own if it is None.

    Raises:
        ConfigurationError: If a setting is wrong.
        OSError: If a port is taken.
    """
    with tempfile.TemporaryDirectory() as keys, bound(options.host, options.port) as listening:
        admins, variables = admins_for(environ, Path(keys) / "admin-keys.json")
        async with Sandbox(Page(name="Harbour Café"), port=options.chat_port) as sandbox:
            word = secrets.token_urlsafe(16)
            settings = variables | {
                "FACEBOOK_PAGE_ACCESS_TOKEN": sandbox.page.access_token,
                "FACEBOOK_APP_SECRET": sandbox.page.app_secret,
                "FACEBOOK_VERIFY_TOKEN": word,
                "MESSENGER_GRAPH_URL": sandbox.url,
            }
            around = Surroundings(
                database=folder / DATABASE,
                origins=origins_of(listening),
                bot=bot,
                clock=lambda: datetime.fromtimestamp(sandbox.now(), UTC),
                human_agent=True,
                pictures=(sandbox.url,),
            )
            async with backend(settings, around) as (app, desk), serving(app, listening):
                url = home_of(listening)
                await sandbox.subscribe(f"{url}/webhook", word)
                try:
                    yield Opened(sandbox=sandbox, desk=desk, url=url, admins=admins)
                finally:
                    await settled(sandbox)
