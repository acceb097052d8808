"""Floor 8: the one page that the sandbox is; a plain value with its two secrets out of `repr`."""

from dataclasses import dataclass, field


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
