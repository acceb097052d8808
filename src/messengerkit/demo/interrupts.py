"""Floor 9: Ctrl-C and SIGTERM, as an event of the loop."""

import asyncio
import signal

_CLOSING = (signal.SIGINT, signal.SIGTERM)


def set_when_interrupted(stopped: asyncio.Event) -> None:
    """Let *stopped* be set once it is time to leave; on Windows Ctrl-C raises instead."""
    loop = asyncio.get_running_loop()
    for one in _CLOSING:
        try:
            loop.add_signal_handler(one, stopped.set)
        except NotImplementedError:  # Windows: Ctrl-C is a KeyboardInterrupt there
            return
