"""Floor 8: faults by name, as the control surface takes them; pure."""

from collections.abc import Callable, Mapping

from messengerkit.sandbox.faults import Fault

from .fields import BadInputError, Fields


def _graph_error(fields: Fields) -> Fault:
    return Fault.graph_error(
        fields.integer("code"),
        fields.optional_integer("subcode"),
        fields.text("message", "A fault that the sandbox was told to have"),
        status=fields.integer("status", 400),
        is_transient=fields.optional_flag("is_transient"),
        headers=fields.texts("headers"),
    )


def _html(fields: Fields) -> Fault:
    return Fault.html(fields.integer("status", 502))


def _body(fields: Fields) -> Fault:
    content = fields.text("content").encode(errors="replace")
    return Fault.body(fields.integer("status"), content, headers=fields.texts("headers"))


def _too_many_requests(fields: Fields) -> Fault:
    return Fault.too_many_requests(fields.optional_integer("retry_after"))


def _usage(fields: Fields) -> Fault:
    count, minutes = fields.integer("call_count"), fields.integer("minutes", 0)
    return Fault.usage(fields.text("of_page"), count, minutes=minutes)


def _lasting(make: Callable[[float], Fault]) -> Callable[[Fields], Fault]:
    return lambda fields: make(fields.number("seconds"))


def _plain(make: Callable[[], Fault]) -> Callable[[Fields], Fault]:
    return lambda _: make()


FORMS: Mapping[str, Callable[[Fields], Fault]] = {
    "graph_error": _graph_error,
    "html": _html,
    "body": _body,
    "too_many_requests": _too_many_requests,
    "usage": _usage,
    "slow": _lasting(Fault.slow),
    "slow_answer": _lasting(Fault.slow_answer),
    "lagging_reads": _lasting(Fault.lagging_reads),
    "reset": _plain(Fault.reset),
    "reset_on_connect": _plain(Fault.reset_on_connect),
    "reset_in_body": _plain(Fault.reset_in_body),
    "commit_then_close": _plain(Fault.commit_then_close),
    "commit_then_reset": _plain(Fault.commit_then_reset),
    "commit_then_silence": _plain(Fault.commit_then_silence),
    "half_head": _plain(Fault.half_head),
    "half_body": _plain(Fault.half_body),
    "not_http": _plain(Fault.not_http),
}
"""Every fault by the name of the method that makes it."""


def read_fault(fields: Fields) -> Fault:
    """Return the fault that *fields* name.

    Raises:
        BadInputError: If there is no such fault, or a field is not what it should be.
        ValueError: If it cannot be so.
    """
    kind = fields.text("kind")
    if kind not in FORMS:
        msg = f"the field kind must be one of {', '.join(FORMS)}"
        raise BadInputError(msg)
    return FORMS[kind](fields)
