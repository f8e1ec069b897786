"""What a credential looks like, by its shape or by the name of what holds it: one vocabulary for everybody.

A hand-over refuses what this finds, a review hides and reports it, and commands do not print it. Deliberately no
measure of randomness here: image digests, hashes and ids are random too, and what is refused must be explained.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

# Each as its issuer documents or prints it.
SHAPES: Mapping[str, re.Pattern[str]] = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{30,}"),
    "a Google OAuth token": re.compile(r"\bya29\.[0-9A-Za-z_-]{10,}"),
    "a Google OAuth client secret": re.compile(r"\bGOCSPX-[0-9A-Za-z_-]{10,}"),
    "a key of an AWS account": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,})"),
    "a GitLab token": re.compile(r"\bglpat-[0-9A-Za-z_-]{16,}"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}"),
    "a Stripe key": re.compile(r"\b(?:[rs]k_(?:live|test)|whsec)_[0-9A-Za-z+/]{10,}"),
    "a SendGrid key": re.compile(r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}"),
    "an npm token": re.compile(r"\bnpm_[0-9A-Za-z]{30,}"),
    "a Hugging Face token": re.compile(r"\bhf_[0-9A-Za-z]{30,}"),
    "an API key": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
    "a JSON Web Token": re.compile(r"\beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{4,}\.[0-9A-Za-z_-]*"),
    "a password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:(?!\$\{)[^\s/@]+@"),
}
# Words that tell wherever they stand in a name, and those that tell at its end alone (`AUTH_MODE` holds no credential).
_TELLING = re.compile(
    r"(?:^|[_.\-])(?:password|passwd|passphrase|pwd|secret|token|credentials?|(?:private|api|access|signing|encryption)"
    r"[_-]?key)(?:$|[_.\-0-9])|(?:^|[_.\-])(?:pass|auth|authorization|bearer|cookie|dsn|key)[0-9]*$",
    re.IGNORECASE,
)
# Where a credential is kept, how long it is good, what it is called, and what everybody may know: no credential.
_ABOUT = re.compile(
    r"_(?:FILE|PATH|DIR|URL|URI|NAME|HOST|PORT|TYPE|TTL|EXPIRY|ISSUER|AUDIENCE|SECONDS|LENGTH)$"
    r"|(?<!SECRET)_ID$|(?:^|_)PUBLIC_?KEY$",
    re.IGNORECASE,
)
# Attributes of Terraform's, and settings of ours, that hold the name of something: Secret Manager's, a key's.
_ATTRIBUTE = re.compile(r"secret|key|former_key|[a-z0-9_]+_(?:id|ids|name|names|ref|self_link|version|type)")
_HARMLESS = re.compile(r"|true|false|yes|no|on|off|none|null|[0-9]{1,3}", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://")


def shape(text: str) -> str:
    """What a text holds that is shaped like a credential; empty when nothing."""
    return next((what for what, pattern in SHAPES.items() if pattern.search(text)), "")


@lru_cache(maxsize=1 << 14)
def is_credential_name(name: str) -> bool:
    """Whether a variable or attribute with this name usually holds a credential."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return bool(_TELLING.search(plain)) and not _ABOUT.search(plain) and not _ATTRIBUTE.fullmatch(plain)


def looks_like(name: str, value: str) -> str:
    """What the value of something with this name looks like; empty when like no credential."""
    # Of an address with a scheme its shape says whether a password is in it.
    by_name = is_credential_name(name) and not (name.lower().endswith("dsn") and _URL.match(value))
    return shape(value) or ("a credential, by its name" if by_name and not _HARMLESS.fullmatch(value) else "")
