"""The memory of an upload: of a file of 24 MB no more than a few pieces are ever held.

The client runs in a process of its own, and so does the server; both are this file.
"""

import asyncio
import gc
import hashlib
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import BodyPartReader, web
from proofs.serving import PATIENCE, serving

from messengerkit import MessengerClient

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="IT LOOKS INTO LINUX'S /proc"),
]

MIB = 2**20
SIZE = 24 * MIB
WARM = 64 * 1024
MOST = 4 * MIB
"""Bytes that the peak may rise by; a piece has 256 KiB, and a socket takes a few of them."""
PROC = Path("/proc/self")


@dataclass(frozen=True)
class Grown:
    """What came of one upload.

    Attributes:
        sha256: The digest of the file, as the server took it.
        growth: Bytes by which the peak of the client's memory rose over what it had before.
    """

    sha256: str
    growth: int


def main(role: str, *arguments: str) -> None:
    """Be the server, or the client."""
    if role == "serve":
        serve()
    else:
        url, large, way = arguments
        asyncio.run(upload(url, Path(large), way))


def serve() -> None:
    """Take uploads, and answer with the digest of each; the port is told by the log."""
    app = web.Application()
    app.router.add_post("/{version}/me/message_attachments", take)
    web.run_app(app, host="127.0.0.1", port=0)


async def take(request: web.Request) -> web.Response:
    """Take one upload, chunk by chunk."""
    digest, parts = hashlib.sha256(), await request.multipart()
    while isinstance(part := await parts.next(), BodyPartReader):
        while chunk := await part.read_chunk(WARM):
            if part.name == "filedata":
                digest.update(chunk)
    return web.json_response({"attachment_id": digest.hexdigest()})


async def upload(url: str, large: Path, way: str) -> None:
    """Upload a small file, then *large*, and print what the second one cost."""
    (small := large.with_name("small.bin")).write_bytes(bytes(WARM))
    async with MessengerClient(page_access_token="EAATest", graph_url=url) as client:
        await one(client, small, way)
        gc.collect()
        (PROC / "clear_refs").write_text("5")  # the peak is now what there is
        before = kilobytes("VmRSS")
        sha256 = await one(client, large, way)
        growth = (kilobytes("VmHWM") - before) * 1024
    print(json.dumps({"sha256": sha256, "growth": growth}))


async def one(client: MessengerClient, file: Path, way: str) -> str:
    """Upload *file*, in the way of the SDK or in the planted one."""
    if way == "whole":
        held = await asyncio.to_thread(file.read_bytes)
        return (await client.upload("file", data=held)).attachment_id
    return (await client.upload("file", path=file)).attachment_id


def kilobytes(name: str) -> int:
    """Return what the kernel knows of this process by *name*.

    The peak that `resource` tells would be that of the process which started this one.
    """
    found = re.search(rf"^{name}:\s+(\d+) kB$", (PROC / "status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


async def grown(folder: Path, way: str) -> Grown:
    """Return what an upload of `SIZE` bytes costs a fresh process."""
    tests = str(Path(__file__).parents[1])
    file = folder / "large.bin"
    file.write_bytes(os.urandom(MIB) * (SIZE // MIB))
    argv = [sys.executable, __file__]
    async with serving([*argv, "serve"], folder, {}, Path(tests)) as served:
        client = await asyncio.create_subprocess_exec(
            *argv,
            *("upload", served.url, str(file), way),
            env={"PATH": os.environ["PATH"], "PYTHONPATH": tests},
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE):
            told, _ = await client.communicate()
    assert client.returncode == 0
    found = Grown(**json.loads(told))
    with file.open("rb") as opened:
        assert found.sha256 == hashlib.file_digest(opened, "sha256").hexdigest()
    print(f"\n{way}: 24 MB uploaded, the peak rose by {found.growth / MIB:.2f} MiB")
    return found


async def test_a_file_is_never_held_whole(tmp_path: Path) -> None:
    """24 MB from a path raise the peak by less than 4 MB, and arrive as they are."""
    assert (await grown(tmp_path, "path")).growth < MOST


async def test_a_file_that_is_read_whole_is_found(tmp_path: Path) -> None:
    """By the same measure: a planted way that reads it first costs all of it."""
    assert (await grown(tmp_path, "whole")).growth > SIZE * 0.9


if __name__ == "__main__":
    main(*sys.argv[1:])
