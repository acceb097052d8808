"""Floor 5: what a token may do, and until when.

Platform page: /docs/graph-api/reference/debug_token.
"""

import re

from pydantic import SecretStr

from messengerkit._graph import Call
from messengerkit._json import is_object
from messengerkit._secret import sealed
from messengerkit.errors import InvalidInputError, UnreadableAnswerError
from messengerkit.tokens import TokenInfo

from ._caller import Caller

_TOKEN = re.compile(r"[\x21-\x7e]+")


class Tokens:
    """What Meta knows about access tokens.

    Platform page: /docs/graph-api/reference/debug_token.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._call = caller

    async def debug(self, input_token: str | SecretStr) -> TokenInfo:
        """Return what Meta knows about a token; one that is not valid is a value, too.

        Meta answers only if the client's own token is the app's (`app id|app secret`), or
        one of a developer of the app; a page's token may be refused.

        The token to look into travels in the query of the URL, since Meta takes it nowhere
        else. A proxy on the way out that writes URLs down would write it down, too.

        Args:
            input_token: The token to look into.

        Raises:
            InvalidInputError: If it cannot be a token; nothing was asked.
            GraphError: If Meta refused to tell.
            TransportError: If Meta could not be asked.
        """
        token = sealed(input_token)
        del input_token  # a report of a failure below may show this frame's variables
        if not _TOKEN.fullmatch(token.get_secret_value()):
            msg = "input_token: is empty, or holds spaces or characters that are not ASCII"
            raise InvalidInputError(msg, field="input_token")
        call = Call(
            method="GET",
            path=("debug_token",),
            parameters={"input_token": token.get_secret_value()},
            repeatable=True,
            secret=token,
        )
        told = (await self._call(call)).get("data")
        if not is_object(told):
            msg = "Meta's answer has no data about the token."
            raise UnreadableAnswerError(msg)
        return TokenInfo(told)
