"""A body that is announced as far larger than it need be read."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit


async def announced(url: str, path: str, *, sent: int, headers: Mapping[str, str]) -> bytes:
    """Announce a gigabyte to *path*, send only *sent* bytes of it, and return the status."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST {path} HTTP/1.1\r\nHost: backend\r\nContent-Length: {2**30}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(head.encode() + b"\r\n" + b" " * sent)
    try:
        async with asyncio.timeout(10):
            line = await reader.readline()
    finally:
        writer.close()
        await writer.wait_closed()
    return line.split()[1]
