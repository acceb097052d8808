"""Who may see what of a desk, and how a browser and a monitor watch it."""

import re

from contract.admins import ALICE, ELSEWHERE, LOCAL, PAGE, SUE, TEAM
from contract.asking import (
    ACTIONS,
    COOKIE,
    FROM_PANEL,
    HEALTH,
    SESSION,
    STATUS,
    ask,
    get,
)
from contract.case import (
    KEEP_COOKIE,
    Case,
    case,
    one,
    step,
)
from contract.desk_asking import (
    CURSOR,
    EVENTS,
    HERE,
    LIST,
    METRICS,
    NO_CONVERSATION,
    NOBODYS,
    ONE,
    UUID,
    control,
    json_to,
    known,
    priority,
    send_there,
    stream,
    text_of,
)
from contract.table.browsers import readable
from contract.wanting import (
    NOT_SUPERVISOR,
    NOT_YOU,
    STRANGER,
    TIME,
    done,
    wrong,
)
from contract.wire import Header

LAST = re.compile(r"id: (?P<event>[0-9]+)\n\n\Z")


EVENT = rb"id: [0-9]+\nevent: (conversation|message)\ndata: \{[^\n]+\}\n\n"


TYPING = (
    rb"id: [0-9]+\nevent: typing\ndata: "
    rb'\{"conversation_id":"[0-9a-f-]{36}","admin_id":"alice","typing":true\}\n\n'
)


READY = rb"id: [0-9]+\nevent: ready\ndata: \{\}\n\n"


LAST_IDS: dict[str, tuple[Header, ...]] = {
    "an empty one": (("Last-Event-ID", ""),),
    "a comma": (("Last-Event-ID", "1,2"),),
    "words": (("Last-Event-ID", "a b"),),
    "UTF-8": (("Last-Event-ID", "é".encode()),),
    "Latin-1": (("Last-Event-ID", b"\xe9"),),
    "one too long": (("Last-Event-ID", "1" * 81),),
    "two": (("Last-Event-ID", "1"), ("Last-Event-ID", "2")),
}


CASES: tuple[Case, ...] = (
    case(
        "who may use another page alone finds nothing here",
        known(),
        step(get(LIST, by=ELSEWHERE), done("The newest first.", conversations=[], next=None)),
        step(
            get(f"{LIST}?page_id={PAGE}", by=ELSEWHERE), done("The newest first.", conversations=[])
        ),
        step(get(f"{HERE}/status", by=ELSEWHERE), NO_CONVERSATION),
        step(send_there("No.", by=ELSEWHERE), NO_CONVERSATION),
        step(control("assign_human", ELSEWHERE), NO_CONVERSATION),
        step(get(f"{HERE}/status", by=LOCAL), done("The conversation as it is now.")),
    ),
    case(
        "supervisors see who did what",
        known(SUE),
        step(get(ACTIONS, by=ALICE), NOT_SUPERVISOR),
        step(
            get(f"{ACTIONS}?conversation_id=<conversation>&admin_id=ben&limit=2", by=SUE),
            done(
                "What was done, the newest first.",
                actions=[
                    {"admin_id": "ben", "action": "delivery", "outcome": "sent"},
                    {
                        "admin_id": "ben",
                        "action": "reply",
                        "outcome": "queued",
                        "conversation_id": UUID,
                        "at": TIME,
                    },
                ],
                next=CURSOR,
            ),
            keep=re.compile(r'"next":"(?P<next>[0-9a-f.]+)"'),
        ),
        step(
            get(f"{ACTIONS}?admin_id=ben&limit=1&before=<next>", by=SUE),
            done(
                "What was done, the newest first.",
                actions=[{"action": "assign_human", "outcome": "done"}],
            ),
        ),
        step(get(f"{ACTIONS}?conversation_id=test-uuid", by=SUE), NO_CONVERSATION),
        step(get(f"{ACTIONS}?before=5", by=SUE), wrong("before")),
    ),
    case(
        "a browser is told what changes, by its cookie alone",
        known(),
        step(
            ask("POST", SESSION, FROM_PANEL, by=ALICE),
            done("Signed in.", headers={**readable(), "set-cookie": re.compile(".+")}),
            keep=KEEP_COOKIE,
        ),
        step(get(EVENTS, COOKIE), stream(READY), keep=LAST),
        step(get(EVENTS, COOKIE, ("Last-Event-ID", "<event>")), stream(b"")),
        step(priority(4), done("The priority is 4.")),
        step(get(EVENTS, COOKIE, ("Last-Event-ID", "<event>")), stream(EVENT)),
        step(get(f"{EVENTS}?after=<event>", COOKIE), stream(EVENT), keep=LAST),
        step(get(f"{EVENTS}?after=start", COOKIE, ("Last-Event-ID", "<event>")), stream(b"")),
        step(get(f"{EVENTS}?after=start", COOKIE), stream(rb"(" + EVENT + rb")+")),
        step(ask("HEAD", EVENTS, COOKIE), stream(b"")),
        step(get(f"{EVENTS}?after=,", COOKIE), wrong("after")),
        step(get(f"{EVENTS}?token=x", COOKIE), wrong("token")),
        step(get(EVENTS, COOKIE, ("Origin", "https://evil.example.com")), STRANGER),
    ),
    case(
        "admins see that another one is about to answer",
        known(),
        step(
            json_to("POST", f"{HERE}/typing", ALICE, admin_id="alice", typing=True),
            done("The others know."),
        ),
        step(get(f"{EVENTS}?after=start", by=TEAM), stream(rb"(" + EVENT + rb")+" + TYPING)),
        step(
            json_to("POST", f"{HERE}/typing", ALICE, admin_id="alice", typing="yes"),
            wrong("typing"),
        ),
        step(json_to("POST", f"{HERE}/typing", ALICE, admin_id="ben", typing=True), NOT_YOU),
        step(
            json_to("POST", f"{ONE}/{NOBODYS}/typing", ALICE, admin_id="alice", typing=True),
            NO_CONVERSATION,
        ),
    ),
    case(
        "how a conversation looks in a list",
        known(),
        step(
            get(f"{LIST}/previews?ids={NOBODYS},test-uuid", by=ALICE),
            done("How they look.", previews=[]),
        ),
        step(
            get(f"{LIST}/previews?ids=<conversation>", by=ELSEWHERE),
            done("How they look.", previews=[]),
        ),
        step(get(f"{LIST}/previews", by=ALICE), wrong("ids")),
        step(get(f"{LIST}/previews?ids=a,,b", by=ALICE), wrong("ids")),
    ),
    *(
        one(f"the id of the last event is {name}", get(EVENTS, *headers, by=ALICE), wrong("after"))
        for name, headers in LAST_IDS.items()
    ),
    one(
        "a monitor is told the figures",
        get(METRICS, by=ALICE),
        text_of(
            "text/plain; version=0.0.4",
            rb"# HELP .*\nmessengerkit_escalated 0\n.*messengerkit_errors_total.*",
        ),
    ),
    case(
        "how the backend is",
        step(get(STATUS), done("Ready to send.", status="ok", unknown=0)),
        step(
            get(HEALTH, by=ALICE),
            done("Ready to send.", pages=[PAGE], held=0, open_sends={"unknown": 0}),
        ),
    ),
)
