"""Floor 8: pages and apps, as plain values with their secrets out of `repr`."""

from dataclasses import dataclass, field

PERMISSIONS: frozenset[str] = frozenset(
    {
        "business_asset_user_profile_access",
        "human_agent",
        "pages_manage_metadata",
        "pages_messaging",
        "pages_read_engagement",
        "pages_user_gender",
        "pages_user_locale",
        "pages_user_timezone",
    }
)
"""What an app can be allowed to do; `human_agent` is the feature behind the tag."""

PAGE_INBOX = 263902037430900
"""The app id of the Page's own inbox, where people answer by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A fictitious app at Meta.

    Attributes:
        id: The app's id; Meta writes it as a number in echoes.
        secret: The key of webhook signatures and of `appsecret_proof`.
        name: What the app is called.
        permissions: What it may do; all that the sandbox knows, unless told otherwise.
        development: Whether it is not live yet, and may only write to people with a role.
        require_proof: Whether each call must carry an `appsecret_proof`.
    """

    id: int
    secret: str = field(repr=False)
    name: str = "Sandbox App"
    permissions: frozenset[str] = PERMISSIONS
    development: bool = False
    require_proof: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A fictitious Facebook Page and the app that is installed on it.

    The defaults name nothing real, and both secrets look like no other text, so that a
    test can search for them where they must not be.

    Attributes:
        id: The page's id; 15 digits or more, as Meta's are.
        name: What people call the page.
        access_token: The page token that calls must carry.
        app_id: The app whose messages come back as echoes; Meta writes it as a number.
        app_secret: The key of webhook signatures and of `appsecret_proof`.
    """

    id: str = "104000000000815"
    name: str = "Sandbox Page"
    access_token: str = field(default="EAASandboxTokenOfNoRealPage4711", repr=False)
    app_id: int = 815000000000104
    app_secret: str = field(default="5a9db0c5ec2e70f900d5a9db0c5ec2e7", repr=False)

    @property
    def app(self) -> App:
        """The app that is installed on the page, allowed everything."""
        return App(id=self.app_id, secret=self.app_secret)
