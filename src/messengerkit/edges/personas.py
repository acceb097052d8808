"""Floor 5: the personas that a page may write as.

Platform page: /docs/messenger-platform/send-messages/personas.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from messengerkit._graph import Call
from messengerkit._model import Outbound, WireText, identifier, length
from messengerkit.messages._attachments import MediaUrl
from messengerkit.people import Persona

from ._answers import confirm, id_of
from ._caller import Caller
from ._paging import walk

_FIELDS = "id,name,profile_picture_url"


class _NewPersona(Outbound):
    name: Annotated[WireText, length(50, least=1)]
    profile_picture_url: MediaUrl


class Personas:
    """The names and faces that a page may write as; Messenger has them, Instagram has not.

    Platform page: /docs/messenger-platform/send-messages/personas.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._call = caller

    async def create(self, name: str, *, profile_picture_url: str) -> Persona:
        """Make a persona, and return it.

        Args:
            name: What people see: 1 to 50 characters.
            profile_picture_url: Where Meta finds the picture, of 8 MB at most: https, on a
                public host.

        Raises:
            InvalidInputError: If a value breaks its limit; nothing was made.
            GraphError: If Meta refused.
            TransportError: If the call did not leave.
            DeliveryUnknownError: If nobody knows whether it was made; `list` tells.
        """
        new = _NewPersona(name=name, profile_picture_url=profile_picture_url).model_dump()
        answer = await self._call(
            Call(method="POST", path=("me", "personas"), parameters=new, fetches=True)
        )
        return Persona({**new, "id": id_of(answer)})

    async def get(self, persona_id: str) -> Persona:
        """Return a persona.

        Args:
            persona_id: Its id.

        Raises:
            InvalidInputError: If the id is none; nothing was asked.
            GraphError: If there is no such persona, or Meta refused.
            TransportError: If Meta could not be asked.
        """
        call = Call(
            method="GET",
            path=(identifier(persona_id, "persona_id"),),
            parameters={"fields": _FIELDS},
            repeatable=True,
        )
        answer = await self._call(call)
        return Persona({**answer, "id": id_of(answer)})

    def list(self) -> AsyncIterator[Persona]:
        """Return the personas of the page, one after the other; pages are asked when needed.

        Raises:
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        call = Call(
            method="GET",
            path=("me", "personas"),
            parameters={"fields": _FIELDS, "limit": 25},
            repeatable=True,
        )
        return (Persona(row) async for row in walk(self._call, call))

    async def delete(self, persona_id: str) -> None:
        """Delete a persona; messages that were sent as it keep its name.

        Args:
            persona_id: Its id.

        Raises:
            InvalidInputError: If the id is none; nothing was deleted.
            GraphError: If there is no such persona, or Meta refused.
            TransportError: If Meta could not be asked.
        """
        path = (identifier(persona_id, "persona_id"),)
        confirm(await self._call(Call(method="DELETE", path=path, repeatable=True)))
