"""Floor 9: what ends a process from outside, as an event of the loop, and before there is one."""

import asyncio
import signal
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

_CLOSING = (signal.SIGINT, signal.SIGTERM)
_ENDING = tuple(one for one in signal.Signals if one.name in {"SIGTERM", "SIGHUP"})


def set_when_interrupted(stopped: asyncio.Event) -> None:
    """Let *stopped* be set once it is time to leave; on Windows Ctrl-C raises instead."""
    loop = asyncio.get_running_loop()
    for one in _CLOSING:
        try:
            loop.add_signal_handler(one, stopped.set)
        except NotImplementedError:  # Windows: Ctrl-C is a KeyboardInterrupt there
            return


@contextmanager
def ended_as_by_ctrl_c() -> Generator[None]:
    """Let SIGTERM, and a terminal that is closed, end the block as Ctrl-C does.

    Without it a process ends on the spot, and leaves behind what it has made. What is ignored,
    as under nohup, stays so. Signals are the main thread's: in another one it does nothing.
    """
    with ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            for one in _ENDING:
                before = signal.getsignal(one)
                if before is not signal.SIG_IGN:
                    stack.callback(signal.signal, one, before or signal.SIG_DFL)
                    signal.signal(one, _as_ctrl_c)
        yield


def _as_ctrl_c(_number: int, _frame: object) -> None:
    # A shell's background job ignores Ctrl-C, which is not for it; this is.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
