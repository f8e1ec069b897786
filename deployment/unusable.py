"""What the commands refuse with exit code 2."""

from __future__ import annotations

from deployment.printable import printable


class UnusableError(Exception):
    """What was given cannot be used; the message says in a sentence what is wrong and what to do.

    It is one line, whatever names of others are in it; what another program said comes as lines of its own.
    """

    def __init__(self, *lines: str) -> None:
        """Keep them as they can be printed."""
        super().__init__("\n".join(map(printable, lines)))
