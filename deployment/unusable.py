"""What the commands refuse with exit code 2."""

from __future__ import annotations


class UnusableError(Exception):
    """What was given cannot be used; the message says in a sentence what is wrong and what to do."""
