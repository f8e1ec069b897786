"""What credentials of well-known issuers look like: a hand-over refuses them, a review hides them.

Known shapes only, each as its issuer documents or prints it, so that what is refused can be explained.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SHAPES: Mapping[str, re.Pattern[str]] = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{30,}"),
    "a Google OAuth token": re.compile(r"\bya29\.[0-9A-Za-z_-]{10,}"),
    "a Google OAuth client secret": re.compile(r"\bGOCSPX-[0-9A-Za-z_-]{10,}"),
    "a key of an AWS account": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,})"),
    "a GitLab token": re.compile(r"\bglpat-[0-9A-Za-z_-]{16,}"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}"),
    "a Stripe key": re.compile(r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{10,}"),
    "a JSON Web Token": re.compile(r"\beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{4,}\.[0-9A-Za-z_-]*"),
    "a password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:(?!\$\{)[^\s/@]+@"),
}


def shape(text: str) -> str:
    """What a text holds that is shaped like a credential; empty when nothing."""
    return next((what for what, pattern in SHAPES.items() if pattern.search(text)), "")
