"""Floor 8: one webhook item of each kind, as Meta sends it, with ids that are invented.

Platform page: /docs/messenger-platform/reference/webhook-events. `SENDER`, `PAGE` and `AT`
are filled in when an item is built.
"""

from messengerkit import events

JsonObject = dict[str, object]

PAGE = "104000000000001"
"""The page of the examples; a sender that is left out of an item is meant to be."""

PERSON = "24000000000000007"
"""The person of the examples."""

REFERRAL: JsonObject = {
    "ref": "summer",
    "source": "ADS",
    "type": "OPEN_THREAD",
    "ad_id": "6045246247433",
    "ads_context_data": {"ad_title": "Summer", "photo_url": "https://example.com/a.png"},
}

ITEMS: dict[type[events.Event], JsonObject] = {
    events.MessageReceived: {"message": {"mid": "m_1", "text": "Hello"}},
    events.MessageUnsupported: {"message": {"mid": "m_2", "is_unsupported": True}},
    events.MessageEcho: {
        "message": {"mid": "m_3", "is_echo": True, "app_id": 815000000000001, "text": "Hi there"}
    },
    events.MessageDeleted: {"message": {"mid": "m_1", "is_deleted": True}},
    events.MessageEdited: {"message_edit": {"mid": "m_1", "text": "Hello!", "num_edit": 1}},
    events.MessageDelivered: {"delivery": {"mids": ["m_3"], "watermark": 1767225600000}},
    events.MessageRead: {"read": {"watermark": 1767225600000}},
    events.MessageReaction: {
        "reaction": {"mid": "m_3", "action": "react", "reaction": "love", "emoji": "\u2764"}
    },
    events.Postback: {"postback": {"mid": "m_4", "title": "Get Started", "payload": "START"}},
    events.PluginOptIn: {"optin": {"ref": "checkout", "user_ref": "order-1"}},
    events.OneTimeOptIn: {
        "optin": {
            "type": "one_time_notif_req",
            "payload": "RESTOCK",
            "one_time_notif_token": "one-time-token",
        }
    },
    events.NotificationOptIn: {
        "optin": {
            "type": "notification_messages",
            "payload": "NEWS",
            "title": "News",
            "notification_messages_token": "notification-token",
            "notification_messages_timezone": "Asia/Yangon",
            "token_expiry_timestamp": 1798761600000,
            "user_token_status": "NOT_REFRESHED",
        }
    },
    events.CouponRevealed: {
        "template": {"type": "coupon", "payload": "AUTUMN", "coupon_code": "10PERCENT"}
    },
    events.AccountLinked: {
        "account_linking": {"status": "linked", "authorization_code": "your-own-code"}
    },
    events.AccountUnlinked: {"account_linking": {"status": "unlinked"}},
    events.ReferralReceived: {"referral": REFERRAL},
    events.ThreadControlPassed: {
        "pass_thread_control": {
            "previous_owner_app_id": "263902037430900",
            "new_owner_app_id": "815000000000001",
            "metadata": "for the bot",
        }
    },
    events.ThreadControlTaken: {
        "take_thread_control": {
            "previous_owner_app_id": "815000000000001",
            "new_owner_app_id": "263902037430900",
            "metadata": "a person takes over",
        }
    },
    events.ThreadControlRequested: {
        "request_thread_control": {"requested_owner_app_id": 263902037430900, "metadata": "please"}
    },
    events.AppRolesChanged: {"app_roles": {"815000000000001": ["primary_receiver"]}},
    events.PolicyEnforced: {"policy_enforcement": {"action": "block", "reason": "Spam"}},
    events.FeedbackReceived: {
        "messaging_feedback": {
            "feedback_screens": [
                {
                    "screen_id": 0,
                    "questions": {
                        "rating": {
                            "type": "csat",
                            "payload": "4",
                            "follow_up": {"type": "free_form", "payload": "Quick!"},
                        }
                    },
                }
            ]
        }
    },
    events.ResponseRated: {"response_feedback": {"feedback": "Good response", "mid": "m_3"}},
    events.CustomerInformationReceived: {
        "messaging_customer_information": {
            "screens": [
                {"screen_id": "shipping", "responses": [{"key": "city", "value": "Yangon"}]}
            ]
        }
    },
    events.FormSubmitted: {"form": {"id": "90000000000001"}},
    events.OrderPlaced: {
        "order": {
            "products": [
                {
                    "id": 70000000000001,
                    "retailer_id": "tea-1",
                    "name": "Green tea",
                    "unit_price": 4.5,
                    "currency": "EUR",
                    "quantity": 2,
                }
            ],
            "note": "No sugar",
        }
    },
    events.CallPermissionAnswered: {
        "call_permission_reply": {"response": "approve", "expiration_timestamp": 1767830400}
    },
    events.GamePlayed: {
        "game_play": {
            "game_id": "30000000000001",
            "player_id": "40000000000001",
            "context_type": "SOLO",
            "context_id": "50000000000001",
            "score": 12,
            "payload": "level-2",
        }
    },
    events.PaymentReceived: {
        "payment": {
            "payload": "TEA",
            "requested_user_info": {"contact_name": "A. Person"},
            "payment_credential": {"provider_type": "stripe", "charge_id": "ch_1"},
            "amount": {"currency": "EUR", "amount": "4.50"},
        }
    },
    events.PreCheckout: {
        "pre_checkout": {
            "payload": "TEA",
            "requested_user_info": {"contact_name": "A. Person"},
            "amount": {"currency": "EUR", "amount": "4.50"},
        }
    },
    events.CheckoutUpdated: {
        "checkout_update": {"payload": "TEA", "shipping_address": {"id": 1, "country": "MM"}}
    },
}
"""The part of a messaging item that tells its kind, by the class that it becomes."""

CALL: JsonObject = {
    "id": "c_1",
    "from": PERSON,
    "to": PAGE,
    "event": "connect",
    "timestamp": 1767225600,
    "call_direction": "user_initiated",
}

_POST = "104000000000001_700000000000001"
_FROM: JsonObject = {"id": PERSON, "name": "A. Person"}

CHANGES: dict[type[events.Change], tuple[str, JsonObject]] = {
    events.Change: ("ratings", {"item": "rating", "verb": "add", "review_text": "Good tea"}),
    events.FeedChange: (
        "feed",
        {
            "item": "reaction",
            "verb": "add",
            "reaction_type": "love",
            "post_id": _POST,
            "from": _FROM,
            "created_time": 1767225600,
        },
    ),
    events.CommentChange: (
        "feed",
        {
            "item": "comment",
            "verb": "add",
            "comment_id": f"{_POST}_1",
            "post_id": _POST,
            "parent_id": _POST,
            "from": _FROM,
            "message": "What does it cost?",
            "created_time": 1767225600,
        },
    ),
    events.InstagramComment: (
        "comments",
        {
            "id": "17870000000000001",
            "text": "Nice!",
            "from": {"id": "17840000000000001", "username": "a.person"},
            "media": {"id": "17900000000000001", "media_product_type": "FEED"},
        },
    ),
    events.Mentioned: ("mention", {"item": "post", "verb": "add", "post_id": _POST}),
    events.LeadSubmitted: (
        "leadgen",
        {"leadgen_id": "444000000000001", "form_id": "555000000000001", "ad_id": "666000000001"},
    ),
    events.LabelChanged: (
        "inbox_labels",
        {
            "user": {"id": PERSON},
            "action": "add",
            "label": {"id": "1", "page_label_name": "regular"},
        },
    ),
    events.TemplateStatusChanged: (
        "message_template_status_update",
        {"event": "APPROVED", "message_template_id": "1", "message_template_name": "order_ready"},
    ),
}
"""The field and the value of a change, by the class that it becomes."""

SENDERLESS: frozenset[type[events.Event]] = frozenset(
    {events.AppRolesChanged, events.PolicyEnforced, events.PluginOptIn}
)
"""The kinds in which Meta sends no sender's id."""
