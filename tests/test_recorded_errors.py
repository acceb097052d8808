"""Error bodies that others recorded, where there are any: each becomes the right one of ours.

Set MESSENGERKIT_RECORDED to a folder with a subfolder `errors` of JSON files. What is right is
told by the table below, which was written from Meta's reference and not from the classes, and
is tried whole in any case. The counts are printed.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from messengerkit import errors
from messengerkit._graph import Graph, Response
from messengerkit._json import is_object
from messengerkit.errors import GraphError, MessengerError, UnreadableAnswerError

FOLDER = os.environ.get("MESSENGERKIT_RECORDED")
GRAPH = Graph(access_token=SecretStr("EAATestTokenOfNobody"))
STATUSES = (200, 400, 401, 403, 404, 429, 500, 503)

# Each as code/subcode, as */subcode under any code, or as code, which is looked at last.
TABLE: dict[type[GraphError], str] = {
    errors.TokenError: "102 104 190 190/458-460 190/463-464 190/467 190/492",
    errors.PermissionDeniedError: """
        1/99 2/2018344 3 10 10/2018336 10/2534077 100/2018247 2018247 100/2534013 200-299
        200/2018021 200/2018027-2018028 200/2534041 36103""",
    errors.OutsideWindowError: "*/2018065 */2018278 */2534022",
    errors.RetiredTagError: "100/1893061",
    errors.ThreadNotOwnedError: "*/2018300 2018300 */2018321 2018321 */2534037 2534037",
    errors.UserUnavailableError: "551 */1545041 10/2018108 10/1893015 3801",
    errors.UserNotFoundError: "*/2018001 */2534014",
    errors.PageRestrictedError: """
        368 2022 10/1893063 10/1404170 100/2534029 */2042002 2042002 */2534122 2534122""",
    errors.RateLimitError: """
        4 4/2018022 4/2018354 9/2018352 17 17/2446079 32 341 613 613/1996 613/2018338
        613/2534040 80000-80014 2018144""",
    errors.LostAnswerError: "1/1357046",
    errors.TemporaryError: "1 2 1200 1200/2018024",
    errors.InvalidRequestError: """
        1/2018382 11 100 100/33 100/2018008 100/2018014-2018015 100/2018034-2018035
        100/2018040-2018041 100/2018047 100/2018053 100/2018055 100/2018074 100/2018098-2018099
        100/2018109 100/2018164 100/2018173 100/2018175 100/2018182-2018188 100/2018218
        100/2018294 100/2018320 100/2018328 100/2534015 100/2534025 105 194 506 546 613/1893016
        803 2500 10303 10900 10903 24001-24002 24005 36000 1609005 2018389-2018396 9000001""",
}
BELIEVED = ("2", "1200")  # Meta's documented "try again": codes of a TemporaryError
ADVICE: dict[type[MessengerError], str] = {
    GraphError: "error reference",
    UnreadableAnswerError: "proxy",
    errors.TokenError: "Renew the page access token",
    errors.PermissionDeniedError: "Grant the app",
    errors.OutsideWindowError: "Wait until the person writes again",
    errors.RetiredTagError: "without the tag",
    errors.ThreadNotOwnedError: "thread control",
    errors.UserUnavailableError: "Stop writing to this person",
    errors.UserNotFoundError: "sender id",
    errors.PageRestrictedError: "Support Inbox",
    errors.RateLimitError: "more slowly",
    errors.LostAnswerError: "Do not send again",
    errors.TemporaryError: "Try again",
    errors.InvalidRequestError: "Correct the request",
}


def written(entry: str) -> Iterator[str]:
    """Return the numbers that *entry* of the table stands for."""
    code, slash, numbers = entry.rpartition("/")
    first, _, last = numbers.partition("-")
    for one in range(int(first), int(last or first) + 1):
        yield f"{code}{slash}{one}"


SELECTS = {
    number: cls for cls, row in TABLE.items() for entry in row.split() for number in written(entry)
}


def right_class(error: dict[str, object], status: int) -> type[GraphError]:
    """Return what the table says; the status decides about a code that nobody knows."""
    code, subcode = error.get("code"), error.get("error_subcode")
    for number in (f"{code}/{subcode}", f"*/{subcode}", f"{code}"):
        if number in SELECTS:
            return SELECTS[number]
    if status == 429:
        return errors.RateLimitError
    if status >= 500 or error.get("is_transient") is True:
        return errors.TemporaryError
    return GraphError


def is_retryable(cls: type[MessengerError], error: dict[str, object]) -> bool:
    """Return whether the same call may succeed later, and surely not act twice."""
    if cls is errors.TemporaryError:
        return str(error.get("code")) in BELIEVED or error.get("is_transient") is True
    return cls is errors.RateLimitError


def number(value: object) -> int | None:
    """Return the number that Meta means."""
    return int(value) if isinstance(value, int | str) and re.fullmatch(r"\d+", str(value)) else None


def raised(body: object, status: int) -> MessengerError:
    """Return what *body* becomes."""
    answer = Response(status=status, headers={}, body=json.dumps(body).encode())
    with pytest.raises(MessengerError) as caught:
        GRAPH.read(answer)
    return caught.value


def check(body: object, status: int) -> MessengerError:
    """Return what *body* becomes, once it is sure that it is the right error."""
    error = body.get("error") if is_object(body) else None
    found = raised(body, status)
    cls: type[MessengerError]
    if not is_object(error):
        cls = errors.RateLimitError if status == 429 else UnreadableAnswerError
        error = {}
    else:
        cls = right_class(error, status)
        said = error.get("message")
        assert not isinstance(said, str) or str(found)[:40] == " ".join(said.split("\n"))[:40]
    assert type(found) is cls, body
    assert found.code == number(error.get("code"))
    assert found.subcode == number(error.get("error_subcode"))
    assert found.fbtrace_id == error.get("fbtrace_id")
    assert found.http_status == status
    assert found.retryable is is_retryable(cls, error)
    assert ADVICE[cls] in found.advice
    return found


@pytest.mark.parametrize("selecting", SELECTS)
def test_every_number_of_metas_selects_its_class(selecting: str) -> None:
    """Whatever the status: a pair first, then a subcode under any code, then the code."""
    code, _, subcode = selecting.partition("/")
    error: dict[str, object] = {"message": "(#1) Nein.", "type": "OAuthException"}
    error |= {"code": 777_777 if code == "*" else int(code)}
    error |= {"error_subcode": int(subcode)} if subcode else {}

    for status in STATUSES:
        check({"error": error}, status)


@pytest.mark.parametrize("is_transient", [True, False])
@pytest.mark.parametrize("status", STATUSES)
def test_what_nobody_knows_becomes_the_nearest(status: int, *, is_transient: bool) -> None:
    """The status and Meta's own hint tell as much as can be told."""
    error = {"message": "?", "code": 777_777, "error_subcode": 7, "is_transient": is_transient}

    check({"error": error}, status)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {}},
        {"error": {"message": "(#613) Calls to this api have exceeded the rate limit."}},
        {"error": {"message": None, "code": None, "error_subcode": "?", "fbtrace_id": None}},
        {"error": {"message": "m", "code": "190", "error_subcode": "463"}},
        {"error": "invalid_request", "error_description": "no object"},
        {"error": [{"message": "a list"}]},
        {"error_type": "OAuthException", "code": 400, "error_message": "flat"},
        {"meta": {"error_type": "OAuthException", "code": 400}},
        [{"error": {"code": 190}}],
        "Service unavailable",
        None,
    ],
)
@pytest.mark.parametrize("status", [status for status in STATUSES if status != 200])
def test_another_shape_is_one_of_ours_too(body: object, status: int) -> None:
    """Texts decide nothing, and what is no error object has no code."""
    check(body, status)


@pytest.mark.skipif(
    FOLDER is None, reason="MESSENGERKIT_RECORDED IS NOT SET: NO RECORDED ERROR WAS TRIED."
)
def test_recorded_errors_become_ours() -> None:
    """Every recorded body becomes one of ours: class, codes, retryable and advice are right."""
    files = sorted(Path(FOLDER or "", "errors").glob("*.json"))
    counts: Counter[str] = Counter()
    for file in files:
        body: object = json.loads(file.read_bytes())
        counts[type(check(body, 400)).__name__] += 1
        for status in STATUSES:
            if status != 200 or (is_object(body) and "error" in body):
                check(body, status)
    lines = [f"  {cls}: {n}" for cls, n in counts.most_common()]
    lines += [f"recorded errors: {counts.total()} of {len(files)} are one of ours"]
    print("\n".join(lines))  # noqa: T201  # it tells what it found

    assert files
    assert counts.total() == len(files)
