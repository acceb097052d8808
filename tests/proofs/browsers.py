"""A browser, pages of other origins for it, and certificates that nobody need trust."""

import shutil
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import BrowserContext, Page, async_playwright
from proofs.serving import PATIENCE, Tls

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",  # it would not start as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def browsing() -> AsyncGenerator[BrowserContext]:
    """Give a browser that has been nowhere yet, or skip the test loudly."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("NO CHROMIUM IS HERE: `make browser` INSTALLS IT. NOTHING WAS PROVEN.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_FLAGS)
        try:
            context = await browser.new_context(ignore_https_errors=True)
            context.set_default_timeout(PATIENCE * 1000)
            yield context
        finally:
            await browser.close()


@dataclass
class Panel:
    """A page that is open, and what its console has said.

    Attributes:
        page: The page.
        said: Each line of the console, behind its kind, as in "log: Hello".
    """

    page: Page
    said: list[str] = field(default_factory=list[str])


async def open_panel(context: BrowserContext, origin: str) -> Panel:
    """Open the page of *origin*."""
    panel = Panel(await context.new_page())
    panel.page.on("console", lambda line: panel.said.append(f"{line.type}: {line.text}"))
    await panel.page.goto(origin)
    return panel


@asynccontextmanager
async def page_server(
    script: str, tls: Tls | None = None, host: str = "127.0.0.1"
) -> AsyncGenerator[str]:
    """Give the origin of a page that runs *script*, and does nothing else."""
    icon = "<link rel=icon href=data:,>"  # else the browser asks for one, and complains
    html = f"<!doctype html><title>Panel</title>{icon}<script>{script}</script>"

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", page)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context_of(tls)).start()
        yield f"{'https' if tls else 'http'}://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def context_of(tls: Tls | None) -> ssl.SSLContext | None:
    """Return what a server needs to serve with *tls*."""
    if tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    return context


def throwaway_tls(folder: Path) -> Tls:
    """Make a certificate for this machine, signed by itself, and good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throw-away")])
    here = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(here), critical=False)
        .sign(key, hashes.SHA256())
    )
    tls = Tls(folder / "certificate.pem", folder / "key.pem")
    tls.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    tls.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return tls
