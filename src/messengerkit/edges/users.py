"""Floor 5: who a person is.

Platform page: /docs/messenger-platform/identity/user-profile.
"""

from collections.abc import Collection

from messengerkit._graph import Call
from messengerkit._model import identifier
from messengerkit.errors import GraphError
from messengerkit.people import MESSENGER_FIELDS, Person, ProfileUnavailable, UnavailableReason

from ._caller import Caller, listed


class Users:
    """People who have written to the page.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._call = caller

    async def get(
        self, psid: str, fields: Collection[str] = MESSENGER_FIELDS
    ) -> Person | ProfileUnavailable:
        """Return what Meta tells about a person, or why it tells nothing.

        A profile is a courtesy: people without a Facebook account, without consent or of
        another page have none, so that this is a value, and no error. `profile_pic`
        expires: keep the picture, not the URL.

        Platform page: /docs/messenger-platform/identity/user-profile.

        Args:
            psid: The person's PSID, or Instagram-scoped id, from a webhook of this page.
            fields: What to ask. `locale`, `timezone` and `gender` need permissions of their
                own; for people of Instagram there is `INSTAGRAM_FIELDS`.

        Raises:
            InvalidInputError: If the id or a field is none; nothing was asked.
            GraphError: If Meta refused for another reason.
            TransportError: If Meta could not be asked.
        """
        call = Call(
            method="GET",
            path=(identifier(psid, "psid"),),
            parameters={"fields": ",".join(listed(fields, "fields"))},
            repeatable=True,
        )
        try:
            person = Person(await self._call(call))
        except GraphError as error:
            unavailable = ProfileUnavailable.of(error)
            if unavailable is None:
                raise
            return unavailable
        if not person.has_data:
            return ProfileUnavailable(reason=UnavailableReason.NO_DATA)
        return person
