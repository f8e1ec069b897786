"""What a credential looks like, by its shape or by the name of what holds it: one detector for everybody.

A hand-over refuses what this finds, a review hides and reports it, and commands do not print it.
"""

from __future__ import annotations

import re

from deployment.credential_names import is_credential_name
from deployment.credential_pairs import is_harmless
from deployment.credential_shapes import is_public, shape

__all__ = ["is_credential_name", "looks_like", "shape"]

_URL = re.compile(r"[a-z][a-z0-9+.-]{1,30}://", re.IGNORECASE)
_OF_URLS = re.compile(r"(?:dsn|conn(?:ection)?_?str(?:ing)?)[_0-9]*$", re.IGNORECASE)


def looks_like(name: str, value: str) -> str:
    """What the value of something with this name looks like; empty when like no credential."""
    # Of an address with a scheme its shape says whether a password is in it.
    by_name = is_credential_name(name) and not (_OF_URLS.search(name) and _URL.match(value))
    known = by_name and not is_harmless(value, name) and not is_public(value)
    return shape(value, name) or ("a credential, by its name" if known else "")
