"""Floor 8: all rules of stores, and how they are tried."""

from collections.abc import Callable, Sequence
from functools import partial

from messengerkit.desk.store import Store

from . import (
    _store_rules_audit,
    _store_rules_conversations,
    _store_rules_crowds,
    _store_rules_ends,
    _store_rules_events,
    _store_rules_feed,
    _store_rules_kept,
    _store_rules_messages,
    _store_rules_sends,
    _store_rules_turns,
    _store_rules_whole,
)
from ._store_trial import StoreRule, StoreTrial
from ._trying import require_each

RULES = (
    *_store_rules_whole.RULES,
    *_store_rules_kept.RULES,
    *_store_rules_crowds.RULES,
    *_store_rules_conversations.RULES,
    *_store_rules_messages.RULES,
    *_store_rules_events.RULES,
    *_store_rules_sends.RULES,
    *_store_rules_turns.RULES,
    *_store_rules_audit.RULES,
    *_store_rules_feed.RULES,
    *_store_rules_ends.RULES,
)
_LONGEST = 30.0  # seconds for one rule


async def check(
    make: Callable[[], Store], rules: Sequence[StoreRule], *, shared: bool = False
) -> None:
    """Check *rules* alone; otherwise as `check_store`."""
    play = partial(_played, make, shared=shared)
    await require_each(rules, play, longest=_LONGEST, by="The store")


async def _played(make: Callable[[], Store], rule: StoreRule, *, shared: bool) -> None:
    store = make()
    stores = (store, make()) if shared else (store,)
    try:
        for one in stores:
            await one.create()
        await rule.check(StoreTrial(stores[0], stores[-1]))
    finally:
        for one in stores:
            await one.aclose()
