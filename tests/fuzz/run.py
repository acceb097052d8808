"""Fuzzes one target with atheris: `python tests/fuzz/run.py parse -max_total_time=600`.

What follows the target's name is libFuzzer's. With `--plant` a fault is planted first, which
the fuzzer must find: a fuzzer that finds nothing proves something only if it could.
"""

import importlib
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Never, Protocol, cast

sys.path.insert(0, str(Path(__file__).parents[1]))


class Atheris(Protocol):
    """What is used of the package, which has no types of its own and is not always there."""

    def instrument_imports(self, *, include: list[str]) -> AbstractContextManager[None]:
        """Instrument the packages that are imported inside."""
        ...

    def Setup(self, arguments: list[str], target: Callable[[bytes], None]) -> list[str]:  # noqa: N802  # its name
        """Take the arguments and the target."""
        ...

    def Fuzz(self) -> None:  # noqa: N802  # its name
        """Fuzz until the time is up or something is found, and end the process."""
        ...


class PlantedError(Exception):
    """The planted fault."""


def plant() -> None:
    """Let one corner of each target fail."""
    attachments = importlib.import_module("messengerkit.events._attachments")
    parsing = importlib.import_module("messengerkit.events._parse")
    usage = importlib.import_module("messengerkit.usage")

    def fail(*_arguments: object, **_named: object) -> Never:
        raise PlantedError

    attachments.PostAttachment.post_id = property(fail)
    vars(parsing)["_of_bare_entry"] = fail
    vars(usage)["_ABSURD"] = None  # what every stated wait is compared with


def prepare(folder: Path, seeds: list[bytes], names: list[str]) -> Path:
    """Put *seeds* into *folder*, and return a dictionary of *names* beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    dictionary = folder.with_suffix(".dict")
    dictionary.write_text("".join(f'"\\"{name}\\":"\n' for name in names), encoding="ascii")
    return dictionary


def main() -> None:
    """Fuzz the target that the command line names; what it learns is kept in the folder."""
    planted = "--plant" in sys.argv
    program, name, *options = [argument for argument in sys.argv if argument != "--plant"]
    atheris = cast("Atheris", importlib.import_module("atheris"))
    with atheris.instrument_imports(include=["messengerkit"]):
        targets = importlib.import_module("fuzz.targets")
    if planted:
        plant()
    folder = Path(tempfile.gettempdir()) / "messengerkit-fuzz" / name
    dictionary = prepare(folder, targets.SEEDS[name], targets.NAMES)
    defaults = [f"-dict={dictionary}", f"-artifact_prefix={folder}-", "-timeout=5", "-max_len=1024"]
    atheris.Setup([program, *defaults, *options, str(folder)], targets.TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
