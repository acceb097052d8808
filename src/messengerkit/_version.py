"""The version, in one place and static: the build reads it, so no build needs git."""

__version__ = "0.1.0"
