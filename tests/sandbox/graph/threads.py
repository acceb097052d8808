"""Threads that somebody has, and what apps hear of them when they move."""

from sandbox.graph.kit import DAY, OWN_APP, START, Api

from messengerkit.sandbox.jsontext import JsonObject


def with_default(app_id: int | None = OWN_APP, owner: int | None = None) -> Api:
    """Return an API whose page has a default app, and whose thread has an owner."""
    api = Api()
    api.page.default_app = app_id
    if owner is not None:
        api.conversation.give_to(owner, START + DAY)
    return api


def told(api: Api) -> list[tuple[int | None, JsonObject]]:
    """Return what apps hear of a thread that moved: which app, and what."""
    return [
        (one.only, {key: one.event[key] for key in one.event if key.endswith("control")})
        for one in api.world.told()
        if one.field == "messaging_handovers"
    ]
