"""Floor 9: finds the desk that MODULE:NAME names: the desk itself, or what makes one."""

import inspect
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import cast

from messengerkit.desk import Desk
from messengerkit.errors import ConfigurationError


def named(target: str) -> object:
    """Return what *target* names, which is imported; the current folder is looked into first.

    Raises:
        ConfigurationError: If it names nothing.
    """
    module, _, name = target.partition(":")
    steps = name.split(".")
    if not all(one.isidentifier() for one in [*module.split("."), *steps]):
        shown = repr(target.partition("://")[0])  # of a URL, its password may follow
        msg = f"{shown} is not MODULE:NAME, like app:desk"
        raise ConfigurationError(msg)
    imported = _imported(module)
    try:
        return reduce(getattr, steps, imported)
    except AttributeError:
        msg = f"there is no {name} in the module {module}"
        raise ConfigurationError(msg) from None


async def desk_of(found: object, stack: AsyncExitStack) -> Desk:
    """Return the desk that *found* is, or makes; what it opens for that is closed by *stack*.

    Args:
        found: A desk; a function, async or not, that returns one; or one that returns an
            async context manager that gives one.
        stack: Closes what was opened.

    Raises:
        ConfigurationError: If there is no desk.
    """
    if not isinstance(found, Desk | AbstractAsyncContextManager) and callable(found):
        if not _may_be_called(found):
            msg = "what returns the desk must be a function that needs no arguments"
            raise ConfigurationError(msg)
        found = found()
        if inspect.isawaitable(found):
            found = await found
    if not isinstance(found, Desk) and isinstance(found, AbstractAsyncContextManager):
        opened = cast("AbstractAsyncContextManager[object]", found)
        found = await stack.enter_async_context(opened)
    if isinstance(found, Desk):
        return found
    msg = f"a Desk is needed, or a function that returns one, and not a {type(found).__name__}"
    raise ConfigurationError(msg)


def _imported(module: str) -> object:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        # Another module that it imports is for a traceback to tell.
        if not f"{module}.".startswith(f"{error.name}."):
            raise
    msg = f"there is no module {module}, seen from {here}"
    raise ConfigurationError(msg)


def _may_be_called(function: Callable[..., object]) -> bool:
    try:
        inspect.signature(function).bind()
    except (TypeError, ValueError):  # it needs some, or is a class that does not tell
        return False
    return True
