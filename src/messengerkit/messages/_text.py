"""Floor 2: a text message, checked against the platform's limits when it is made."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from pydantic import ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator
from typing_extensions import override

from messengerkit._json import is_text
from messengerkit._model import WireText, length

from ._quick_replies import AnyQuickReply, Outgoing, beside

TEXT_LIMIT = 2000


def is_short(value: object) -> bool:
    """Return whether *value* is text that surely fits; of other text, `Text` knows it.

    No character counts more than two, so that most texts need no counting.
    """
    return type(value) is str and (
        0 < len(value) <= TEXT_LIMIT
        if value.isascii()
        else len(value) <= TEXT_LIMIT // 2 and is_text(value)
    )


def _quick(value: object, thorough: ValidatorFunctionWrapHandler) -> object:
    return value if is_short(value) else thorough(value)


MessageText: TypeAlias = Annotated[
    WireText,
    length(TEXT_LIMIT, least=1),
    WrapValidator(_quick),
    # JSON Schema counts characters: it lets pass 2000 emoji, of which we take 1000.
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": TEXT_LIMIT}),
]
"""What a message may say."""


class Text(Outgoing):
    """A text message of 1 to 2000 characters, counted in UTF-16 code units.

    Platform page: /docs/messenger-platform/reference/send-api.

    Attributes:
        text: What the person reads.
        quick_replies: At most 13.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    text: MessageText

    def __init__(
        self,
        text: str,
        *,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(text=text, **beside(quick_replies, metadata))

    @override
    def _content(self) -> dict[str, object]:
        return {"text": self.text}
