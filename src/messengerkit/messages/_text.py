"""Floor 2: a text message, checked against the platform's limits when it is made."""

from typing import Annotated, TypeAlias

from pydantic import WithJsonSchema

from messengerkit._model import Outbound, WireText, length

TEXT_LIMIT = 2000
METADATA_LIMIT = 1000

MessageText: TypeAlias = Annotated[
    WireText,
    length(TEXT_LIMIT, least=1),
    # JSON Schema counts characters: it lets pass 2000 emoji, of which we take 1000.
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": TEXT_LIMIT}),
]
"""What a message may say."""


class Text(Outbound):
    """A text message of 1 to 2000 characters, counted in UTF-16 code units.

    Platform page: /docs/messenger-platform/reference/send-api.

    Attributes:
        text: What the person reads.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    text: MessageText
    metadata: Annotated[WireText, length(METADATA_LIMIT)] | None = None

    def __init__(self, text: str, *, metadata: str | None = None) -> None:
        super().__init__(text=text, metadata=metadata)

    def to_graph(self) -> dict[str, object]:
        """Return the `message` object of the Send API."""
        return self.model_dump(exclude_none=True)
