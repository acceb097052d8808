"""Floor 2: which class an item is of: the table by the key that tells its kind.

Platform page: /docs/messenger-platform/reference/webhook-events.
"""

from collections.abc import Callable
from typing import TypeAlias

from messengerkit._inbound import as_flag
from messengerkit._json import JsonObject

from . import _answers, _control, _legacy, _messages, _referrals, _taps
from ._event import Event

Kind: TypeAlias = Callable[[JsonObject], type[Event]]
"""Chooses among the classes of one key, by the object that stands under it."""


def _always(cls: type[Event]) -> Kind:
    return lambda _payload: cls


def _message(payload: JsonObject) -> type[Event]:
    # The deletion of an echo says both. Meta's pages print some of these as text.
    if "is_deleted" in payload and as_flag(payload["is_deleted"]):
        return _messages.MessageDeleted
    if "is_echo" in payload and as_flag(payload["is_echo"]):
        return _messages.MessageEcho
    if "is_unsupported" in payload and as_flag(payload["is_unsupported"]):
        return _messages.MessageUnsupported
    return _messages.MessageReceived


def _optin(payload: JsonObject) -> type[Event]:
    match payload.get("type"):
        case "one_time_notif_req":
            return _taps.OneTimeOptIn
        case "notification_messages":
            return _taps.NotificationOptIn
        case None:
            return _taps.PluginOptIn
        case _:
            return _taps.OptIn


def _account_linking(payload: JsonObject) -> type[Event]:
    unlinked = payload.get("status") == "unlinked"
    return _taps.AccountUnlinked if unlinked else _taps.AccountLinked


KINDS: dict[str, Kind] = {
    "message": _message,
    "message_edit": _always(_messages.MessageEdited),
    "delivery": _always(_messages.MessageDelivered),
    "read": _always(_messages.MessageRead),
    "reaction": _always(_messages.MessageReaction),
    "postback": _always(_taps.Postback),
    "optin": _optin,
    "template": _always(_taps.CouponRevealed),
    "account_linking": _account_linking,
    "referral": _always(_referrals.ReferralReceived),
    "pass_thread_control": _always(_control.ThreadControlPassed),
    "take_thread_control": _always(_control.ThreadControlTaken),
    "request_thread_control": _always(_control.ThreadControlRequested),
    "app_roles": _always(_control.AppRolesChanged),
    "policy_enforcement": _always(_control.PolicyEnforced),
    "policy-enforcement": _always(_control.PolicyEnforced),  # before 2019
    "messaging_feedback": _always(_answers.FeedbackReceived),
    "response_feedback": _always(_answers.ResponseRated),
    "messaging_customer_information": _always(_answers.CustomerInformationReceived),
    "form": _always(_answers.FormSubmitted),
    "order": _always(_answers.OrderPlaced),
    "call_permission_reply": _always(_answers.CallPermissionAnswered),
    "game_play": _always(_legacy.GamePlayed),
    "payment": _always(_legacy.PaymentReceived),
    "pre_checkout": _always(_legacy.PreCheckout),
    "checkout_update": _always(_legacy.CheckoutUpdated),
}
"""What chooses the class of an item, by the one key that tells its kind."""

MESSAGING_FIELDS = frozenset(
    {
        "messages",
        "message_echoes",
        "message_edits",
        "message_reactions",
        "message_deliveries",
        "message_reads",
        "messaging_seen",
        "messaging_reactions",
        "messaging_postbacks",
        "messaging_optins",
        "messaging_optouts",
        "messaging_referral",
        "messaging_referrals",
        "messaging_handover",
        "messaging_handovers",
        "messaging_account_linking",
        "messaging_policy_enforcement",
        "messaging_feedback",
        "response_feedback",
        "messaging_customer_information",
        "messaging_game_plays",
        "messaging_in_thread_lead_form_submit",
        "messaging_payments",
        "messaging_pre_checkouts",
        "messaging_checkout_updates",
        "send_cart",
        "call_permission_reply",
        "standby",
    }
)
"""Fields whose whole events some apps get as the `value` of a change: Instagram Login's, and
every app by the dashboard's Test button."""
