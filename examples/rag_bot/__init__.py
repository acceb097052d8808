"""A café's bot on a desk: it answers from the café's own pages, and calls a colleague."""

from .bot import CafeBot

__all__ = ("CafeBot",)
