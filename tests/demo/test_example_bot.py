"""The demo's bot is the example's, and what it needs is asked for in a sentence."""

from pathlib import Path

import pytest
from demo.kit import staging

from messengerkit.demo.example_bot import check_needed, example_bot
from messengerkit.demo.play import PLEA
from messengerkit.desk import Status
from messengerkit.errors import ConfigurationError


async def test_it_answers_from_its_knowledge(tmp_path: Path) -> None:
    """The example's own files are what it knows; what is asked of a person, it leaves to one."""
    async with staging(tmp_path, example_bot()) as stage:
        await stage.ana.writes("When do you open?")
        hours = (await stage.ana.receives()).text
        await stage.ana.writes(PLEA)
        await stage.until(lambda one: one.status is Status.ESCALATED, "nobody was called")

    known = Path(__file__).parents[2] / "examples" / "rag_bot" / "knowledge" / "faq.md"
    assert hours in known.read_text(encoding="utf-8")


def test_the_nearest_place_counts(tmp_path: Path) -> None:
    """In a wheel it lies elsewhere than in a checkout, and its modules import each other."""
    (tmp_path / "__init__.py").write_text("from .bot import CafeBot\n")
    (tmp_path / "bot.py").write_text("class CafeBot:\n    async def __call__(self, turn): ...\n")
    bot = example_bot((tmp_path / "nowhere", tmp_path, tmp_path / "nowhere else"))

    assert type(bot).__name__ == "CafeBot"


def test_without_the_example_it_says_so(tmp_path: Path) -> None:
    """A sentence, and no traceback."""
    with pytest.raises(ConfigurationError, match="examples/rag_bot, is not here"):
        example_bot((tmp_path,))


def test_what_is_missing_is_named_with_its_extra() -> None:
    """And what is there is not named."""
    check_needed()
    with pytest.raises(ConfigurationError) as caught:
        check_needed(("json", "no_such_package", "nor_this_one"))

    assert "needs no_such_package and nor_this_one," in str(caught.value)
    assert 'pip install "messengerkit[demo]"' in str(caught.value)
    assert "json" not in str(caught.value)
