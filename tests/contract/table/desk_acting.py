"""What admins do at a desk: answer, take over, give back, end, decide."""

import re
from dataclasses import replace
from functools import partial

from contract.admins import ALICE, TEAM
from contract.asking import (
    ask,
    get,
    post,
)
from contract.case import (
    KEEP_MESSAGE,
    Case,
    case,
    each,
    step,
)
from contract.desk_asking import (
    AGAIN,
    CONTROL,
    CURSOR,
    FOUND,
    HERE,
    MESSAGE,
    NO_CONVERSATION,
    NOBODYS,
    UUID,
    control,
    controlled,
    json_to,
    key,
    known,
    priority,
    send_there,
    sent_there,
    shows,
)
from contract.wanting import (
    MESSAGE_ID,
    NOT_JSON,
    NOT_YOU,
    TEXT,
    TIME,
    done,
    has,
    refused,
    wrong,
)
from contract.wire import Ask

from messengerkit.sandbox import Fault

wrongly = partial(control, conversation_id=NOBODYS)


WRONG_CONTROLS: dict[str, tuple[Ask, ...]] = {
    "action": (wrongly("delete"), wrongly("")),
    "conversation_id": (wrongly("escalate", conversation_id="a/b"),),
    "version": (wrongly("escalate", version=-1), wrongly("escalate", version="x")),
    "reason": (wrongly("escalate", reason=""), wrongly("escalate", reason="x" * 201)),
    "take_over": (wrongly("escalate", take_over=None),),
    "x": (wrongly("escalate", x=1),),
}


CASES: tuple[Case, ...] = (
    case(
        "what is for another person is refused, as is what is stale",
        known(),
        step(send_there("No.", recipient_id="24000000000000008"), refused(409, "wrong_person")),
        step(send_there("No.", version=7), refused(409, "stale_version")),
        step(send_there("No.", conversation_id="test-uuid"), NO_CONVERSATION),
        step(control("release_human"), refused(409, "transition")),
    ),
    case(
        "an admin answers, once however often the request comes",
        known(),
        step(send_there("Alice here.", key("first"), version=0), sent_there("Alice here.")),
        step(
            send_there("Alice here.", key("first"), version=0),
            sent_there("Alice here.", headers=AGAIN, new=False),
            times=2,
        ),
        step(send_there("Other words.", key("first")), refused(422, "idempotency_key")),
        step(send_there("Other words.", key("a b")), refused(422, "idempotency_key")),
    ),
    case(
        "what another admin holds is refused, unless it is taken over",
        known(),
        step(
            send_there("Ben here.", by=TEAM),
            refused(409, "held", admin_id=ALICE.admin_id, advice=TEXT),
        ),
        step(control("assign_human", TEAM), refused(409, "held", admin_id=ALICE.admin_id)),
        step(
            control("assign_human", TEAM, take_over=True),
            controlled("assign_human", assigned_admin_id=TEAM.admin_id, version=2),
        ),
        step(send_there("Ben here.", by=TEAM), sent_there("Ben here.")),
        step(send_there("Alice again.", take_over=True), sent_there("Alice again.")),
    ),
    case(
        "pictures follow the text",
        known(),
        step(
            send_there(
                "See:", attachments=[{"type": "image", "url": "https://cdn.example.com/a.png"}]
            ),
            replace(
                done("Message sent.", delivery="sent", statuses=["sent", "sent"]),
                delivers=("See:", "image https://cdn.example.com/a.png"),
            ),
        ),
    ),
    case(
        "Meta refuses: the message is there, and what became of it",
        known(),
        step(
            send_there("Too late.", key("late")),
            replace(
                refused(502, "outside_window", retryable=False),
                data={
                    "error": {"code": "outside_window"},
                    "delivery": "rejected",
                    "statuses": ["rejected"],
                    "messages": [UUID],
                },
            ),
            Fault.graph_error(10, 2018278, status=403),
        ),
        step(send_there("Too late.", key("late")), refused(502, "outside_window", headers=AGAIN)),
        step(
            get(f"{HERE}/messages?limit=1", by=ALICE),
            done(
                "The newest first.",
                messages=[
                    {
                        "text": "Too late.",
                        "status": "rejected",
                        "error": "OutsideWindowError",
                        "sent_by": ALICE.admin_id,
                    }
                ],
                next=CURSOR,
            ),
            keep=KEEP_MESSAGE,
        ),
        step(
            json_to("POST", f"{MESSAGE}/<message>/settle", settlement="confirm"),
            refused(409, "transition"),
        ),
        step(
            json_to("POST", f"{MESSAGE}/<message>/settle", settlement="resend"),
            replace(
                shows("Done: resend.", message={"text": "Too late.", "status": "queued"}),
                delivers=("Too late.",),
            ),
        ),
        step(
            json_to("POST", f"{MESSAGE}/<message>/settle", settlement="perhaps"),
            wrong("settlement"),
        ),
        step(json_to("POST", f"{MESSAGE}/<message>/settle"), wrong("settlement")),
        step(post(f"{MESSAGE}/<message>/settle", b"{}", by=ALICE), NOT_JSON),
    ),
    case(
        "what was said is listed page by page",
        known(),
        step(send_there("Settled."), sent_there("Settled.")),
        step(get(f"{HERE}/messages?limit=200", by=ALICE), done("The newest first.", next=None)),
        step(
            get(f"{HERE}/messages?limit=2", by=ALICE),
            done(
                "The newest first.",
                messages=[
                    {
                        "text": "Settled.",
                        "sender_type": "human",
                        "status": "sent",
                        "mid": MESSAGE_ID,
                        "created_at": TIME,
                    },
                    {},
                ],
            ),
            keep=re.compile(r'"next":"(?P<next>[0-9a-f.]+)"'),
        ),
        step(
            get(f"{HERE}/messages?limit=1&before=<next>", by=ALICE),
            done("The newest first.", messages=[{"text": "Too late."}]),
        ),
        step(get(f"{HERE}/messages?before=x", by=ALICE), wrong("before")),
        step(get(f"{HERE}/messages?after=x", by=ALICE), wrong("after")),
    ),
    case(
        "a person has replied",
        known(),
        step(
            get(f"{HERE}/messages?limit=1", by=ALICE), done("The newest first."), keep=KEEP_MESSAGE
        ),
        step(
            ask("POST", f"{MESSAGE}/<message>/mark-human-replied", by=ALICE),
            shows("A person has replied.", message={"id": UUID, "human_replied": True}),
        ),
        step(
            ask("GET", f"{MESSAGE}/<message>/mark-human-replied", by=ALICE),
            refused(405, "method_not_allowed", headers=has("OPTIONS", "POST")),
        ),
    ),
    case(
        "a conversation is given back, switched, and ended",
        known(),
        step(
            control("release_human"),
            controlled("release_human", human_handling=False, assigned_admin_id=None),
        ),
        step(control("disable_rag"), controlled("disable_rag", rag_enabled=False)),
        step(control("enable_rag"), controlled("enable_rag", rag_enabled=True)),
        step(
            control("escalate", reason="a refund"),
            controlled("escalate", status="escalated", escalation_reason="a refund"),
        ),
        step(
            control("resolve_conversation"), controlled("resolve_conversation", status="resolved")
        ),
        step(control("close_conversation"), controlled("close_conversation", status="closed")),
        step(control("close_conversation"), refused(409, "transition", advice=TEXT)),
        step(control("escalate", admin_id="ben"), NOT_YOU),
        step(post(CONTROL, b"{}", by=ALICE), NOT_JSON),
        step(
            ask("PUT", CONTROL, by=ALICE),
            refused(405, "method_not_allowed", headers=has("OPTIONS", "POST")),
        ),
    ),
    *(
        each(f"a command has a wrong {field}", asks, wrong(field))
        for field, asks in WRONG_CONTROLS.items()
    ),
    case(
        "a priority is given",
        known(),
        step(priority(5), done("The priority is 5.", conversation={**FOUND, "priority": 5})),
        step(priority(6), wrong("priority")),
        step(priority(None), wrong("priority")),
        step(priority(1, admin_id="ben"), NOT_YOU),
        step(
            ask("OPTIONS", f"{HERE}/priority"),
            done("This path has OPTIONS, PUT.", headers=has("OPTIONS", "PUT")),
        ),
        step(
            ask("GET", f"{HERE}/priority", by=ALICE),
            refused(405, "method_not_allowed", headers=has("OPTIONS", "PUT")),
        ),
    ),
)
