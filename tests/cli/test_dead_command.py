"""`messengerkit dead`: the events that were given up, and their second chance."""

import pytest
from cli.keeping import PAGE, PSID, WORDS, Kept, dead_event, read, rows, run

from messengerkit.cli import main
from messengerkit.desk import EventState, InboxEvent


@pytest.fixture
def event(kept: Kept) -> InboxEvent:
    """An event that was given up."""
    return kept.write(dead_event)


def test_dead_events_are_listed(event: InboxEvent) -> None:
    """With the error that ended them, and without the person's words."""
    done = run("dead", "list")

    assert rows(done) == [
        "KEY RECEIVED ATTEMPTS ERROR CONVERSATION",
        f"m_dead 2026-01-02 03:04:05+00:00 5 ValueError {event.conversation_id}",
    ]
    assert WORDS not in done.output


def test_they_are_printed_as_json(event: InboxEvent) -> None:
    """All that is kept, but for the words."""
    done = run("dead", "list", "--limit", "1", "--json")

    assert read(done) == {
        "events": [
            {
                "key": "m_dead",
                "page_id": PAGE,
                "psid": PSID,
                "received_at": "2026-01-02T03:04:05+00:00",
                "number": 1,
                "state": "dead",
                "conversation_id": str(event.conversation_id),
                "message_id": None,
                "attempts": 5,
                "owner": None,
                "retry_at": None,
                "error": "ValueError",
            }
        ]
    }
    assert WORDS not in done.output


def test_a_replayed_event_is_due_again(kept: Kept, event: InboxEvent) -> None:
    """As if no handler had had it."""
    done = run("dead", "replay", event.key, "--by", "alice")
    now = kept.write(lambda it: it.event(event.key))

    assert done.stdout == "The handler will have it again.\n"
    assert now is not None
    assert (now.state, now.attempts, now.error) == (EventState.DUE, 0, None)
    assert len(rows(run("dead", "list"))) == 1


def test_the_replay_is_printed_as_json(event: InboxEvent) -> None:
    """With the key."""
    assert read(run("dead", "replay", event.key, "--by", "alice", "--json")) == {
        "replayed": "m_dead"
    }


def test_what_is_not_dead_is_not_replayed(
    event: InboxEvent, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, and a sentence."""
    run("dead", "replay", event.key, "--by", "alice")
    with pytest.raises(SystemExit) as caught:
        main(["dead", "replay", event.key, "--by", "alice"])
    shown = capsys.readouterr()

    assert (caught.value.code, shown.out) == (1, "")
    assert shown.err.startswith("There is no dead event with this key. ")
