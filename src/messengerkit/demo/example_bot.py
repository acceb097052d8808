"""Floor 9: the demo's bot is the example `examples/rag_bot` itself, in a checkout or in a wheel."""

import sys
from collections.abc import Callable
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import cast

from messengerkit.desk import Handler
from messengerkit.errors import ConfigurationError

NEEDED = ("bm25s", "sqlalchemy")
"""What the demo needs beside the package: for the bot's search, and for the desk's store."""

_NAME = "messengerkit_rag_bot"  # its modules import each other by it
_HERE = Path(__file__).parent
# In a wheel it lies beside this file; in a checkout that is src/messengerkit/demo.
_PLACES = (_HERE / "rag_bot", _HERE.parents[2] / "examples" / "rag_bot")


def check_needed(names: tuple[str, ...] = NEEDED) -> None:
    """Refuse to go on without one of the packages that the demo needs.

    Raises:
        ConfigurationError: If one is not installed.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        listed = " and ".join(missing)
        msg = f'The demo needs {listed}, with its extra: pip install "messengerkit[demo]"'
        raise ConfigurationError(msg)


def example_bot(places: tuple[Path, ...] = _PLACES) -> Handler:
    """Return the bot of `examples/rag_bot`, a handler for a desk.

    Raises:
        ConfigurationError: If it is not there, or what it needs is not installed.
    """
    check_needed()
    made = cast("Callable[[], Handler]", _package(places).CafeBot)
    return made()


def _package(places: tuple[Path, ...]) -> ModuleType:
    for folder in places:
        if (folder / "__init__.py").is_file():
            return _loaded(folder)
    msg = (
        "The bot of the demo, examples/rag_bot, is not here: install a whole package, or a checkout"
    )
    raise ConfigurationError(msg)


def _loaded(folder: Path) -> ModuleType:
    found = spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    spec = cast("ModuleSpec", found)  # a file of Python has one, and a loader
    module = sys.modules[_NAME] = module_from_spec(spec)
    cast("Loader", spec.loader).exec_module(module)
    return module
