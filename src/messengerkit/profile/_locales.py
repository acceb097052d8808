"""Floor 2: what a messenger profile says in several languages.

Platform page: /docs/messenger-platform/messenger-profile/supported-locales.
"""

from collections.abc import Sequence
from typing import Annotated, TypeAlias, TypeVar, overload

from pydantic import AfterValidator

from messengerkit._model import Outbound
from messengerkit.buttons import matching

DEFAULT = "default"

Locale: TypeAlias = Annotated[
    str, matching("default|[a-z]{2,3}_[A-Z]{2}", "'default', or a locale like 'en_US'")
]
"""`default`, or a language and a country: `en_US`."""


class Localised(Outbound):
    """What is said in one language.

    Attributes:
        locale: For whom; `default` is for everybody whose language has none of its own.
    """

    locale: Locale = DEFAULT

    # Without its own one, type checkers give it, and refuse what its children add.
    def __init__(self, **fields: object) -> None:
        super().__init__(**fields)

    def to_graph(self) -> dict[str, object]:
        """Return it as Meta wants it."""
        return self.model_dump(mode="json")


def _complete(values: tuple[Localised, ...]) -> tuple[Localised, ...]:
    locales = [value.locale for value in values]
    if DEFAULT not in locales:
        msg = "must have one for the locale 'default'"
        raise ValueError(msg)
    if len(set(locales)) < len(locales):
        msg = "must have one for each locale, not two"
        raise ValueError(msg)
    return values


Said = TypeVar("Said", bound=Localised)

EachLocale: TypeAlias = Annotated[tuple[Said, ...], AfterValidator(_complete)]
"""One value for each language; one of them is for all others."""


@overload
def each(said: None) -> None: ...
@overload
def each(said: Said | Sequence[Said]) -> tuple[Said, ...]: ...
def each(said: Said | Sequence[Said] | None) -> tuple[Said, ...] | None:
    """Return what is said in several languages, or in one, as the profile has it."""
    if said is None or isinstance(said, Localised):
        return None if said is None else (said,)
    return tuple(said)
