"""Floor 7: a file that an admin sends, on its way to Meta, before anything is sent to a person."""

from messengerkit._phase import Phase
from messengerkit.client import MessengerClient
from messengerkit.delivery import Outcome, outcome_of
from messengerkit.errors import MessengerError, TransportError
from messengerkit.uploads import Uploaded

from .upload import AdminUpload


async def uploaded(client: MessengerClient, upload: AdminUpload) -> Uploaded:
    """Bring the file of *upload* to Meta.

    Raises:
        MessengerError: If Meta does not have it, or nobody knows: nothing was sent.
    """
    try:
        return await client.upload(
            upload.type,
            data=upload.data,
            filename=upload.filename or upload.type,
            content_type=upload.content_type,
        )
    except MessengerError as error:
        if outcome_of(error) is not Outcome.UNKNOWN:
            raise
        # Meta may have the file. The person has nothing, so that it may be tried again.
        msg = f"Nothing was sent: nobody knows whether Meta has the file. {error}"
        nothing = TransportError(msg, phase=Phase.NOT_SENT)
        nothing.advice = error.advice
        raise nothing from error
