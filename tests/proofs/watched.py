"""The Flask example, watched from within: what a worker holds, told at a signal and at its end.

It runs beside the example, whose code stays as it is.
"""

import asyncio
import atexit
import gc
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from types import FrameType
from typing import TypeVar

import aiohttp
from flask import Flask, Response
from pydantic_core import from_json

T = TypeVar("T")

TELL = signal.SIGRTMIN if sys.platform == "linux" else signal.SIGTERM
"""Asks a worker to write `<pid>-<how often before>.json`; gunicorn has no use for it. Other
systems than Linux have none that is free, and skip the proof."""


def create_app() -> Flask:
    """Return the example's app, with a counter of requests, and a leak if one is planted."""
    fill_the_cache()
    app: Flask = import_module("app").create_app()
    planted = int(os.environ.get("PLANTED_LEAK", "0"))
    folder = Path.cwd()
    served: Counter[str] = Counter()
    leaked: list[bytes] = []
    lock = threading.Lock()
    told = count()

    @app.after_request
    def note(response: Response) -> Response:
        with lock:
            served["requests"] += 1
            if planted:
                leaked.append(os.urandom(planted))
        return response

    def tell(name: object) -> None:
        draft = folder / f"{os.getpid()}.draft"
        draft.write_text(json.dumps({"requests": served["requests"], **held()}))
        draft.rename(folder / f"{os.getpid()}-{name}.json")

    def asked(_number: int, _frame: FrameType | None) -> None:
        tell(next(told))

    signal.signal(TELL, asked)
    # Registered before the example's own, it runs after it.
    atexit.register(tell, "end")
    return app


def fill_the_cache() -> None:
    """Fill pydantic's cache of strings in JSON, which would grow by some 850 kB, and no further.

    It has 16 384 places, of which a string's hash chooses one (pydantic/jiter, py_string_cache.rs).
    """
    for number in range(100_000):
        from_json(b'"the string %d"' % number)


def held() -> dict[str, int]:
    """Return how many there are in this process of what there must be one of."""
    gc.collect()
    sessions = [one for one in _all(aiohttp.ClientSession) if not one.closed]
    return {
        "sessions": len(sessions),
        "loops": sum(not one.is_closed() for one in _all(asyncio.BaseEventLoop)),
        "loop_threads": sum(one.name == "messengerkit" for one in threading.enumerate()),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
        "blocks": sys.getallocatedblocks(),
    }


def _all(kind: type[T]) -> Iterator[T]:
    # By its type: a proxy of Flask's says that it is whatever it stands for, or fails.
    return (one for one in gc.get_objects() if issubclass(type(one), kind))
