"""A page in a browser, and somebody who looks on: what it says, what runs in it, what axe finds."""

from dataclasses import dataclass, field
from importlib.resources import files

from playwright.async_api import Page

_WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.ran.push(name);
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  window.ran.push(`refused: ${violatedDirective} ${blockedURI}`));
"""
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
_FAULTS = """
axe.run(document).then(found => found.violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.target)}`).join("\\n"))
"""

SPOTLESS: tuple[list[str], object, list[str]] = ([], [], [])
"""Nothing found, nothing run, nothing said."""


@dataclass
class Onlooker:
    """Who looks on at one page.

    Attributes:
        page: The page.
        said: Each line of its console, and each error that nobody caught.
    """

    page: Page
    said: list[str] = field(default_factory=list[str])

    async def look(self) -> None:
        """Look on from before the first script of the page."""
        await self.page.add_init_script(_WATCH)
        self.page.on("console", lambda line: self.said.append(f"{line.type}: {line.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"uncaught: {error}"))

    async def still(self) -> None:
        """Return once nothing moves: what fades in has less contrast until it is there."""
        await self.page.evaluate(
            "Promise.all(document.getAnimations().map(one => one.finished.catch(() => 0)))"
        )

    async def ran(self) -> object:
        """Return what ran that should not, and what the page's policy refused to run."""
        return await self.page.evaluate("window.ran")

    async def verdict(self) -> tuple[list[str], object, list[str]]:
        """Return what axe finds, what ran, and what the console said."""
        await self.still()
        return await self.faults(), await self.ran(), list(self.said)

    async def faults(self) -> list[str]:
        """Return the serious and critical faults that axe finds now."""
        await self.page.evaluate(_AXE)
        found = str(await self.page.evaluate(_FAULTS))
        return found.splitlines()
