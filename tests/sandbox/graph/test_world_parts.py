"""What a world is made of: ids, rates, files, and pages that keep their secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox.graph.kit import HOME, PAGE, START, Api

from messengerkit.sandbox.world.ids import Ids
from messengerkit.sandbox.world.media import Media, Medium, kind_of, plain_name
from messengerkit.sandbox.world.meters import Meters, Rate, Rates
from messengerkit.sandbox.world.pages import FIELDS, OTHER_FIELDS


def test_ids_have_metas_forms() -> None:
    """A mid is `m_` and a text, a PSID 16 digits, a thread `t_`."""
    ids = Ids("seed")

    assert ids.mid().startswith("m_")
    assert ids.mid()[2:].replace("-", "").replace("_", "").isalnum()
    assert ids.trace().startswith("A")
    assert len(ids.trace()) == 23
    assert (len(ids.psid()), ids.psid().isdecimal(), ids.psid()[0] != "0") == (16, True, True)
    assert ids.conversation().startswith("t_")
    assert len(ids.number("persona")) == 15
    assert len(ids.word("token")) == 43


def test_the_same_seed_makes_the_same_ids() -> None:
    """And each kind counts for itself; another seed makes others."""
    one, same, other = Ids("seed"), Ids("seed"), Ids("other")

    same.psid()
    assert [one.mid() for _ in range(3)] == [same.mid() for _ in range(3)]
    assert one.mid() != other.mid()
    assert one.number("a") != one.number("b")


def test_ids_never_repeat() -> None:
    """Not among ten thousand of a kind."""
    ids = Ids("seed")

    assert len({ids.number("persona") for _ in range(10_000)}) == 10_000


class Ticking:
    """A clock that a test moves."""

    def __init__(self, time: float = START) -> None:
        self.time = time

    def __call__(self) -> float:
        """Return the time."""
        return self.time


def test_a_meter_holds_the_calls_of_one_period() -> None:
    """Then it says how long to wait, and a call too many does not count."""
    clock = Ticking()
    meters = Meters(Rates(messages=Rate(3, 6)), clock)

    assert [meters.count("p", "messages") for _ in range(3)] == [None] * 3
    assert [meters.count("p", "messages") for _ in range(3)] == [2.0, 2.0, 2.0]
    clock.time += 1.5
    assert meters.count("p", "messages") == pytest.approx(0.5)
    clock.time += 0.5
    assert meters.count("p", "messages") is None
    clock.time += 3600
    assert [meters.count("p", "messages") for _ in range(4)] == [None, None, None, 2.0]


def test_each_owner_and_each_kind_has_a_meter() -> None:
    """One that is full leaves the others alone."""
    meters = Meters(Rates(messages=Rate(1, 1), audio_video=Rate(1, 1)), Ticking())

    assert meters.count("p", "messages") is None
    assert meters.count("p", "messages") is not None
    assert meters.count("q", "messages") is None
    assert meters.count("p", "audio_video") is None


def test_a_clock_that_goes_back_fills_nothing() -> None:
    """It only drains nothing, either."""
    clock = Ticking()
    meters = Meters(Rates(messages=Rate(2, 2)), clock)
    assert meters.count("p", "messages") is None

    clock.time -= 100

    assert [meters.count("p", "messages") for _ in range(2)] == [None, 1.0]


def test_the_meters_of_those_who_are_long_silent_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No more are kept than there may be, and whoever calls last is kept longest."""
    monkeypatch.setattr("messengerkit.sandbox.world.meters._KEPT", 2)
    meters = Meters(Rates(user_settings=Rate(1, 600)), Ticking())

    told = [meters.count(owner, "user_settings") for owner in ("a", "b", "a", "c", "a", "b")]

    assert told == [None, None, 600.0, None, 600.0, None]


def test_metas_rates_are_the_defaults() -> None:
    """Unless there are none at all."""
    rates, none = Rates(), Rates.unlimited()

    assert rates.of("messages") == Rate(300, 1)
    assert rates.of("audio_video") == Rate(10, 1)
    assert rates.of("conversations") == Rate(2, 1)
    assert rates.of("private_replies") == Rate(750, 3600)
    assert rates.of("messenger_profile") == Rate(10, 600)
    assert rates.of("user_settings") == Rate(10, 600)
    assert none.of("messages") is None
    meters = Meters(none, Ticking())
    assert [meters.count("p", "user_settings") for _ in range(1000)] == [None] * 1000


@pytest.mark.parametrize(
    ("calls", "seconds"), [(0, 1), (0.5, 1), (-1, 1), (1, 0), (1, -1), (float("nan"), 1)]
)
def test_a_rate_lets_somebody_in(calls: float, seconds: float) -> None:
    """One that never does is a mistake."""
    with pytest.raises(ValueError, match="1 call or more"):
        Rate(calls, seconds)


@given(
    calls=st.integers(1, 300),
    seconds=st.sampled_from([1, 60, 600, 3600]),
    start=st.floats(1.7e9, 2e9),
)
def test_whoever_keeps_the_rate_is_never_refused(calls: int, seconds: int, start: float) -> None:
    """A burst of one period, and then one call each time one is due, on a clock of floats."""
    clock = Ticking(start)
    meters = Meters(Rates(messages=Rate(calls, seconds)), clock)
    for _ in range(calls):
        assert meters.count("p", "messages") is None

    for number in range(1, 50):
        clock.time = start + number * seconds / calls
        assert meters.count("p", "messages") is None


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/png", "image"),
        ("VIDEO/mp4; x=y", "video"),
        (" audio/ogg", "audio"),
        ("application/pdf", "file"),
        ("", "file"),
        ("imagery/x", "file"),
    ],
)
def test_a_media_type_has_a_kind(content_type: str, kind: str) -> None:
    """What is neither image, video nor audio is a file."""
    assert kind_of(content_type) == kind


@pytest.mark.parametrize(
    ("filename", "plain"),
    [
        ("a.png", "a.png"),
        ("/etc/passwd", "passwd"),
        ("C:\\menu\\Menü.png", "Menü.png"),
        ("..", "file"),
        ("../..", "file"),
        ("..\u200b", "file"),
        (".", "file"),
        ("", "file"),
        ("/", "file"),
        (".profile", ".profile"),
        ("a\r\nb\x00\ud83d.png", "ab.png"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_file_has_a_plain_name(filename: str, plain: str) -> None:
    """No folder, no step up, nothing unprintable, and never empty."""
    assert plain_name(filename) == plain


@given(filename=st.text(st.characters(categories=None)))
def test_any_name_makes_a_path_of_four_parts(filename: str) -> None:
    """Whatever it is, the URL of a file stays in its folder."""
    path = Medium("1", "image/png", plain_name(filename), b"").path

    assert path.isascii()
    assert path.startswith("/_sandbox/media/1/")
    assert path.count("/") == 4
    assert path.rpartition("/")[2].strip(".")


def test_the_oldest_files_are_forgotten_where_there_is_no_room() -> None:
    """But the newest one is kept, however large."""
    media = Media(largest=10, most=100)
    for number, size in enumerate((4, 4, 4)):
        media.keep(Medium(f"{number}", "image/png", "a", bytes(size)))
    assert [media.find(f"{number}") is None for number in range(3)] == [True, False, False]

    large = media.keep(Medium("3", "image/png", "a", bytes(100)))

    assert media.find("3") is large
    assert media.find("2") is None
    media.keep(Medium("4", "image/png", "a", bytes(10)))
    assert media.find("3") is None
    assert media.find("4") is not None


def test_no_more_files_are_kept_than_there_may_be() -> None:
    """Empty ones count, too."""
    media = Media(largest=10, most=2)

    for number in range(3):
        media.keep(Medium(f"{number}", "image/png", "a", b""))

    assert [media.find(f"{number}") is None for number in range(3)] == [True, False, False]


def test_a_file_is_kept_by_an_id_of_its_own() -> None:
    """Its path has its name, percent-encoded; its bytes do not show."""
    api = Api()

    one = api.world.keep_file(b"SECRET", "a/the menu.png", "image/png")
    other = api.world.keep_file(b"SECRET", "a/the menu.png", "image/png")

    assert one.id != other.id
    assert one.path == f"/_sandbox/media/{one.id}/the%20menu.png"
    assert "SECRET" not in repr(one)
    assert HOME.startswith("http")


def test_webhook_fields_are_told_apart() -> None:
    """What happens here, and what may only be subscribed to."""
    assert not FIELDS & OTHER_FIELDS
    assert {"messages", "standby"} <= FIELDS


def test_a_page_keeps_its_secrets_to_itself() -> None:
    """Neither its token nor its app's secret shows."""
    api = Api()

    assert PAGE.access_token not in repr(api.world.tokens.values()) + repr(api.page)
    assert PAGE.app_secret not in repr(api.world.tokens.values()) + repr(api.page)
