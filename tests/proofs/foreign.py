"""Clients that others wrote, run by their scripts in an environment of their own."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from messengerkit.sandbox.jsontext import is_list, is_object, parse

HERE = Path(__file__).parent / "clients"
ENVIRONMENT = HERE.parents[2] / ".venv-clients"
PATIENCE = 120.0
"""Seconds for what should take three; Meta's SDK alone is a thousand modules to import."""

SCRIPTS = {
    "pymessenger": "pymessenger_calls.py",
    "fbmessenger": "fbmessenger_calls.py",
    "facebook_business": "facebook_business_calls.py",
    "messaging-api-messenger": "messaging_api_messenger_calls.js",
}
"""The script of each client, by the name of its package."""

_NOT_MODELLED = "sandbox does not model"


@dataclass(frozen=True)
class Check:
    """A line that a script printed.

    Attributes:
        name: What was checked.
        expected: What was to come of it.
        got: What came of it.
        source: Who says what was to come, or the line at fault.
        is_fault: Whether the client itself is at fault.
    """

    name: str
    expected: object
    got: object
    source: str
    is_fault: bool

    @property
    def passed(self) -> bool:
        """Whether what came is what was to come."""
        return matches(self.expected, self.got)

    @property
    def is_not_modelled(self) -> bool:
        """Whether the sandbox said that it does not know what was asked."""
        return not self.passed and _NOT_MODELLED in json.dumps(self.got)

    def __str__(self) -> str:
        return f"{self.name} ({self.source}):\n    {self.expected}\n    {self.got}"


def matches(expected: object, got: object) -> bool:
    """Return whether *got* is what was expected; `{"~": pattern}` stands for a text."""
    if is_object(expected) and list(expected) == ["~"]:
        return isinstance(got, str) and re.fullmatch(str(expected["~"]), got) is not None
    if is_object(expected) and is_object(got):
        return expected.keys() == got.keys() and all(
            matches(value, got[name]) for name, value in expected.items()
        )
    if is_list(expected) and is_list(got):
        return len(expected) == len(got) and all(map(matches, expected, got))
    return type(expected) is type(got) and expected == got


def missing(client: str) -> str:
    """Return why a client cannot run here; empty if it can."""
    if SCRIPTS[client].endswith(".py"):
        is_there = any(ENVIRONMENT.glob(f"lib/python*/site-packages/{client}/__init__.py"))
    elif shutil.which("node") is None:
        return f"THERE IS NO NODE FOR {client}. NOTHING WAS PROVEN."
    else:
        is_there = (ENVIRONMENT / "node_modules" / client).exists()
    return "" if is_there else f"{client} IS NOT HERE: RUN `make clients`. NOTHING WAS PROVEN."


async def run(client: str, environ: Mapping[str, str]) -> list[Check]:
    """Run the script of a client, and return its checks."""
    script = SCRIPTS[client]
    process = await asyncio.create_subprocess_exec(
        str(ENVIRONMENT / "bin" / "python") if script.endswith(".py") else "node",
        str(HERE / script),
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HERE.parents[1]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NODE_PATH": str(ENVIRONMENT / "node_modules"),
            **environ,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            told, trouble = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, trouble.decode()
    return [read(line) for line in told.decode().splitlines()]


def read(line: str) -> Check:
    """Return the check that *line* tells of."""
    told = parse(line)
    assert is_object(told)
    return Check(
        str(told["check"]), told["expected"], told["got"], str(told["source"]), "fault" in told
    )


def report(client: str, checks: list[Check]) -> None:
    """Print how many checks passed, and what is counted apart."""
    faults = [one for one in checks if one.is_fault]
    unknown = [one for one in checks if one.is_not_modelled and not one.is_fault]
    counted = [one for one in checks if one not in faults and one not in unknown]
    passed = sum(one.passed for one in counted)
    print(f"\n{client}: {passed} of {len(counted)} answers are Meta's")
    for one in faults:
        print(f"  its own fault: {one.name}: {one.source}")
    for one in (one for one in counted if not one.passed):
        print(f"  not as Meta answers: {one}")
    for one in unknown:
        print(f"  not modelled, and said so: {one.name}, {one.source}")
