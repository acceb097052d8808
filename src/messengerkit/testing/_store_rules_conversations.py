"""Floor 8: the rules of lists of conversations: who is in one, in which order, page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from uuid import UUID

from messengerkit.desk.conversation import Conversation, Status
from messengerkit.desk.entries import ConversationQuery, Order, Place, place_of
from messengerkit.desk.store import Transaction

from ._store_trial import ALL, AT, MOST, StoreRule, StoreTrial, require_same
from ._trial import require

_MOMENTS = (None, 0, 0, 1, 1, 2)  # some at once, and one that is none


def _sorted(rows: Sequence[Conversation], order: Order) -> list[Conversation]:
    """Return *rows* in their order, as it is promised."""
    if order is Order.RECENT:
        return sorted(rows, key=lambda one: place_of(one, order), reverse=True)

    def urgency(one: Conversation) -> Place:
        place = place_of(one, order)
        return place._replace(priority=-place.priority)

    wanted = (one for one in rows if one.status is Status.ESCALATED)
    return sorted(wanted, key=urgency)


def _is_asked_for(one: Conversation, query: ConversationQuery) -> bool:
    return (
        (query.pages is None or one.page_id in query.pages)
        and query.status in (None, one.status)
        and query.human_handling in (None, one.human_handling)
        and query.assigned_admin_id in (None, one.assigned_admin_id)
    )


async def _scene(trial: StoreTrial) -> Sequence[Conversation]:
    """Return conversations that have been added, of two pages, and in all sorts of states."""
    rows: list[Conversation] = []
    for number, (status, handed) in enumerate(product(Status, ("no", "inbox", "ana", "ben"))):
        moment = _MOMENTS[number % len(_MOMENTS)]
        at = None if moment is None else AT + timedelta(seconds=moment)
        for page in ("page", "other page"):
            one = replace(
                trial.conversation(page),
                status=status,
                human_handling=handed != "no",
                assigned_admin_id=trial.name(handed) if handed in {"ana", "ben"} else None,
                priority=1 + number % 3,
                escalated_at=at,
                last_message_at=at,
            )
            rows.append(one)
    await trial.add(*rows)
    return rows


def _queries(trial: StoreTrial) -> Iterator[ConversationQuery]:
    for order, pages, status, held, admin in product(
        Order,
        (None, ("page",), ("page", "other page", "no page"), ()),
        (None, *Status),
        (None, True, False),
        (None, "ana", "nobody"),
    ):
        yield ConversationQuery(
            order=order,
            pages=None if pages is None else frozenset(map(trial.name, pages)),
            status=status,
            human_handling=held,
            assigned_admin_id=None if admin is None else trial.name(admin),
            limit=ALL,
        )


async def _filtered(trial: StoreTrial) -> None:
    rows = await _scene(trial)
    queries = list(_queries(trial))
    lists = await trial.seen(lambda tx: [trial.mine(tx.conversations(one)) for one in queries])
    for query, found in zip(queries, lists, strict=True):
        due = _sorted([one for one in rows if _is_asked_for(one, query)], query.order)
        require_same(found, due, f"conversations of {_told(query)}")


def _told(query: ConversationQuery) -> str:
    """Return *query* as whoever reads of it wants it: without the names of the trial."""
    return (
        f"{query.order}, {'all' if query.pages is None else len(query.pages)} pages, "
        f"{query.status}, held {query.human_handling}, "
        f"of {'anybody' if query.assigned_admin_id is None else 'an admin'}"
    )


async def _page_by_page(trial: StoreTrial) -> None:
    rows = await _scene(trial)
    for order, limit in product(Order, (1, 3, 5)):
        query = ConversationQuery(order=order, pages=trial.pages("page", "other page"), limit=limit)
        found = await _paged(trial, query)
        require_same(found, _sorted(rows, order), f"conversations in pages of {limit}, {order},")


def _list(query: ConversationQuery, tx: Transaction) -> Sequence[Conversation]:
    return tx.conversations(query)


async def _paged(trial: StoreTrial, query: ConversationQuery) -> list[Conversation]:
    found: list[Conversation] = []
    while True:
        page = await trial.seen(partial(_list, query))
        require(len(page) <= query.limit, f"{len(page)} came where {query.limit} were asked for")
        require(len(found) <= MOST, "the pages do not end")
        if not page:
            return found
        found += page
        query = replace(query, after=place_of(page[-1], query.order))


async def _moved(trial: StoreTrial) -> None:
    rows = [await trial.added() for _ in range(3)]
    query = ConversationQuery(pages=trial.pages(), limit=ALL)
    for number, one in enumerate(rows):
        await trial.put(replace(one, last_message_at=AT + timedelta(seconds=number)))
    found = await trial.seen(lambda tx: [one.id for one in tx.conversations(query)])
    require_same(found, [one.id for one in reversed(rows)], "conversations that were put")
    await trial.put(replace(rows[0], status=Status.ESCALATED, escalated_at=AT))
    urgent = replace(query, order=Order.URGENT)
    found = await trial.seen(lambda tx: [one.id for one in tx.conversations(urgent)])
    require_same(found, [rows[0].id], "conversations that were escalated")
    await trial.put(replace(rows[0], status=Status.CLOSED))
    require(not await trial.seen(lambda tx: tx.conversations(urgent)), "a closed one is urgent")


async def _people(trial: StoreTrial) -> None:
    one, two = await trial.added(), await trial.added()
    other = replace(trial.conversation("other page"), psid=one.psid)
    await trial.add(other)
    people = [(row.page_id, row.psid) for row in (one, two, other)]
    nobody = (one.page_id, trial.name("nobody"))
    swapped = (one.psid, one.page_id)
    found = await trial.seen(lambda tx: tx.conversations_of([*people, nobody, swapped]))
    require(found == dict(zip(people, (one, two, other), strict=True)), "others were found")
    written = await trial.store.write(lambda tx: tx.conversations_of(iter(people[:1])))
    require(written == {people[0]: one}, "others were found in a `write`")
    require(await trial.seen(lambda tx: tx.conversations_of([])) == {}, "nobody has one")


async def _there(trial: StoreTrial) -> None:
    one = await trial.added()
    rival = replace(trial.conversation(), psid=one.psid)
    found = await trial.store.write(lambda tx: tx.add_conversation(rival))
    require(found == one, "another one was returned")
    gone = await trial.seen(lambda tx: tx.conversation(rival.id))
    require(gone is None, "the second one is there")
    new = trial.conversation()
    require(
        await trial.store.write(lambda tx: tx.add_conversation(new)) == new, "it came otherwise"
    )


async def _idle(trial: StoreTrial) -> None:
    held = replace(trial.conversation(), human_handling=True)
    rows = {
        "last long ago": replace(held, last_message_at=AT - timedelta(days=2)),
        "last at that moment": replace(held, last_message_at=AT),
        "after it": replace(held, last_message_at=AT + timedelta(microseconds=1)),
        "where somebody waits": replace(held, last_message_at=AT, waiting_since=AT),
        "where nobody wrote": held,
        "of the bot": replace(held, last_message_at=AT, human_handling=False),
    }
    for name, row in rows.items():
        rows[name] = replace(row, id=trial.conversation().id, psid=trial.name(name))
    await trial.add(*rows.values())

    def idle(tx: Transaction) -> list[UUID]:
        return [one.id for one in trial.mine(tx.idle(AT, ALL))]

    names = {row.id: name for name, row in rows.items()}
    found = [names[one] for one in await trial.seen(idle)]
    require(found == ["last long ago", "last at that moment"], f"idle are those {found}")
    first, all_of_them = await trial.seen(lambda tx: (tx.idle(AT, 1), tx.idle(AT, ALL)))
    require([*first] == [*all_of_them[:1]], "with a limit others are idle")
    await trial.put(replace(rows["last at that moment"], human_handling=False))
    found = [names[one] for one in await trial.seen(idle)]
    require(found == ["last long ago"], f"after one was given back, idle are those {found}")


RULES = (
    StoreRule("A list has the conversations that are asked for, in its order.", _filtered),
    StoreRule(
        "A list can be read page by page, without a hole and with none twice.", _page_by_page
    ),
    StoreRule("A conversation that was put is where it belongs in lists.", _moved),
    StoreRule("`conversations_of` finds people by page and PSID.", _people),
    StoreRule("A person has one conversation with a page: adding another returns it.", _there),
    StoreRule("`idle` has those that a person has, and where nobody waits or wrote.", _idle),
)
