"""Settings from the environment."""

import pytest

from messengerkit import ConfigurationError, MessengerClient, Webhook
from messengerkit._environment import PURPOSES, optional, required

ALL = dict.fromkeys(PURPOSES, " value ")


def test_values_come_stripped() -> None:
    """Blanks around a pasted secret are not part of it."""
    assert required(ALL, "ADMIN_API_KEY", "ADMIN_USER_ID") == ("value", "value")


def test_one_error_names_all_that_are_missing_and_what_for() -> None:
    """Nobody should need five starts to learn of five variables; blank is missing too."""
    with pytest.raises(ConfigurationError) as caught:
        required({"ADMIN_API_KEY": "  ", "ADMIN_USER_ID": "a"}, *PURPOSES)

    missing = [name for name in PURPOSES if name != "ADMIN_USER_ID"]
    assert all(f"{name} ({PURPOSES[name]})" in str(caught.value) for name in missing)
    assert "ADMIN_USER_ID" not in str(caught.value)


def test_the_process_is_asked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mapping the variables of the process are read."""
    monkeypatch.setenv("MESSENGER_GRAPH_URL", "https://graph.example")

    assert optional(None, "MESSENGER_GRAPH_URL") == "https://graph.example"


def test_each_reader_needs_only_its_own() -> None:
    """A backend that only sends needs no verify token, one that only receives no page token."""
    MessengerClient.from_env({"FACEBOOK_PAGE_ACCESS_TOKEN": "t"})
    Webhook.from_env({"FACEBOOK_APP_SECRET": "s", "FACEBOOK_VERIFY_TOKEN": "v"})

    with pytest.raises(ConfigurationError, match="FACEBOOK_PAGE_ACCESS_TOKEN"):
        MessengerClient.from_env({})
    with pytest.raises(ConfigurationError, match=r"FACEBOOK_APP_SECRET.*FACEBOOK_VERIFY_TOKEN"):
        Webhook.from_env({})
