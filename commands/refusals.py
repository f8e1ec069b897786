"""What a command says when it cannot go on, and its exit code then."""

from __future__ import annotations

import sys

from deployment.synthesis import NotSynthesizedError
from deployment.unusable import UnusableError


def refused(error: UnusableError) -> int:
    """Tell the user why; what main.py has refused is in its own words, with its own exit code."""
    if isinstance(error, NotSynthesizedError):
        if str(error):
            print(error, file=sys.stderr)
        return error.code
    print(f"psc: {error}", file=sys.stderr)
    return 2
