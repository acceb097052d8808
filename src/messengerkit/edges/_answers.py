"""Floor 5: what the answers of the edges have in common."""

from messengerkit._inbound import as_identifier
from messengerkit._json import JsonObject, is_list, is_object
from messengerkit.errors import UnreadableAnswerError


def confirm(answer: JsonObject) -> None:
    """Return if *answer* says that it was done, in any of the ways that Meta's pages print.

    They are `{"success": true}`, `{"success": "true"}` and `{"result": "success"}`.

    Raises:
        UnreadableAnswerError: If it does not.
    """
    done = answer.get("success") or answer.get("result")
    if not done or done == "false":
        msg = "Meta's answer does not say that it was done."
        raise UnreadableAnswerError(msg)


def id_of(answer: JsonObject) -> str:
    """Return the id that *answer* has.

    Raises:
        UnreadableAnswerError: If it has none.
    """
    found = as_identifier(answer.get("id"))
    if found is None:
        msg = "Meta's answer has no id."
        raise UnreadableAnswerError(msg)
    return found


def rows(answer: JsonObject) -> list[JsonObject]:
    """Return the objects that *answer* lists.

    Raises:
        UnreadableAnswerError: If it has no list.
    """
    data = answer.get("data")
    if not is_list(data):
        msg = "Meta's answer has no list of data."
        raise UnreadableAnswerError(msg)
    return [row for row in data if is_object(row)]
