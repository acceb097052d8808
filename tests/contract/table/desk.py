"""A desk: a person writes, the bot wants one, and a panel lists who waits."""

from dataclasses import replace

from contract.admins import ALICE, PAGE
from contract.asking import (
    ask,
    get,
    signed,
    wrote,
)
from contract.case import (
    Case,
    case,
    each,
    one,
    step,
)
from contract.desk_asking import (
    ANSWERED,
    CURSOR,
    ESCALATED,
    EVENTS,
    HERE,
    LIST,
    MESSAGE,
    METRICS,
    NO_CONVERSATION,
    NO_MESSAGE,
    NOBODYS,
    ONE,
    SAID,
    WAITING,
    json_to,
    known,
    text_of,
)
from contract.wanting import (
    STRANGER,
    TIME,
    done,
    wrong,
)

PATHS = (
    f"{ONE}/{NOBODYS}/status",
    f"{ONE}/test-uuid/status",
    f"{ONE}/a%20b/status",
    f"{ONE}/%C3%A9/messages",
    f"{ONE}/{NOBODYS}/messages?limit=1",
)


WRONG_QUERIES: dict[str, tuple[str, ...]] = {
    "limit": ("limit=0", "limit=201", "limit=x", "limit="),
    "status": ("status=new", "status=", "status=Active"),
    "human_handling": ("human_handling=perhaps", "human_handling="),
    "assigned_admin_id": ("assigned_admin_id=a+b", "assigned_admin_id=%C3%A9"),
    "page_id": ("page_id=a%2Fb", "page_id="),
    "after": ("after=x", "after=1", "after=", "after=0.0.0"),
    "x": ("x=1",),
}


CASES: tuple[Case, ...] = (
    one(
        "before anybody wrote there is nothing",
        get(LIST, by=ALICE),
        done("The newest first.", conversations=[], next=None),
    ),
    one(
        "a stream begins before anything has happened",
        get(EVENTS, by=ALICE),
        text_of(
            "text/event-stream",
            rb"retry: 2000\n\nid: start\nevent: ready\ndata: \{\}\n\nid: start\n\n",
        ),
    ),
    one(
        "a person writes, and the bot answers",
        signed(wrote(SAID)),
        replace(done("EVENT_RECEIVED"), delivers=(ANSWERED,)),
    ),
    case(
        "the conversation waits for a person",
        step(
            get(ESCALATED, by=ALICE),
            done("The most urgent first.", conversations=[WAITING], next=None),
        ),
        step(
            get(f"{LIST}?status=escalated&human_handling=false&page_id={PAGE}", by=ALICE),
            done("The newest first.", conversations=[WAITING]),
        ),
        step(
            get(f"{LIST}?human_handling=true", by=ALICE),
            done("The newest first.", conversations=[]),
        ),
        step(get(f"{LIST}?limit=1", by=ALICE), done("The newest first.", next=CURSOR)),
        step(ask("HEAD", LIST, by=ALICE), done("The newest first.")),
    ),
    *(
        each(
            f"a list is asked with a wrong {field}",
            [get(f"{LIST}?{query}", by=ALICE) for query in queries],
            wrong(field),
        )
        for field, queries in WRONG_QUERIES.items()
    ),
    case(
        "how the conversation is",
        known(),
        step(
            get(f"{HERE}/status", by=ALICE),
            done(
                "The conversation as it is now.",
                conversation=WAITING,
                window={"human_until": TIME, "bot_until": TIME, "human_agent": False},
                alert_hours=None,
                open_sends=0,
            ),
        ),
    ),
    each(
        "what is not there is not found", [get(path, by=ALICE) for path in PATHS], NO_CONVERSATION
    ),
    each(
        "nor is a message that is not there",
        [
            ask("POST", f"{MESSAGE}/{NOBODYS}/mark-human-replied", by=ALICE),
            ask("POST", f"{MESSAGE}/x/mark-human-replied", by=ALICE),
            json_to("POST", f"{MESSAGE}/{NOBODYS}/settle", settlement="confirm"),
        ],
        NO_MESSAGE,
    ),
    each(
        "nobody comes in without a key",
        [
            get(target)
            for target in (
                LIST,
                ESCALATED,
                EVENTS,
                METRICS,
                f"{ONE}/{NOBODYS}/status",
            )
        ],
        STRANGER,
    ),
)
