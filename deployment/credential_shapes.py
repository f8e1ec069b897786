r"""Texts that are shaped like a credential, or hold one: tokens, keys, URLs, commands, names beside values.

Our own patterns and not detect-secrets, which was tried (1.5.0): it knows a third of the issuers below and leaves the
rest to a measure of randomness that answers to words of one line as well; its keyword patterns are quadratic (40 KB
of one word repeated took over 100 seconds); and with the HTTP client that it brings it takes 0.4 seconds to import.

Every pattern here reads a text in linear time: a repetition without a bound is possessive and cannot begin inside a
run of its own characters (a lookbehind), all others have a bound.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from deployment.credential_names import is_credential_name

# Each as its issuer documents or prints it.
SHAPES: Mapping[str, re.Pattern[str]] = {
    "a private key": re.compile(
        r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|AGE-SECRET-KEY-1[0-9A-Z]{20}|PuTTY-User-Key-File-[0-9]"
    ),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{30}"),
    "a Google OAuth token": re.compile(r"\bya29\.[0-9A-Za-z_-]{10}"),
    "a Google OAuth client secret": re.compile(r"\bGOCSPX-[0-9A-Za-z_-]{10}"),
    "a Google HMAC key": re.compile(r"\bGOOG[0-9A-Z]{20}"),
    "a key of an AWS account": re.compile(r"\b(?:A3T[0-9A-Z]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{20}|github_pat_[0-9A-Za-z_]{20})"),
    "a GitLab token": re.compile(r"\bgl(?:pat|dt|rt|cbt|ptt|agent|soat|ft|imt)-[0-9A-Za-z_-]{16}"),
    "a Slack token": re.compile(r"\b(?:xox[abceoprs][.-]|xapp-)[0-9A-Za-z-]{10}"),
    "a Stripe key": re.compile(r"\b(?:[rs]k_(?:live|test)|whsec)_[0-9A-Za-z+/]{10}"),
    "a SendGrid key": re.compile(r"(?<![\w-])SG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16}"),
    "an npm token": re.compile(r"\bnpm_[0-9A-Za-z]{30}"),
    "a Hugging Face token": re.compile(r"\bhf_[0-9A-Za-z]{30}"),
    "a Vault token": re.compile(r"\bhv[sbr]\.[0-9A-Za-z_-]{20}|\b[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_-]{20}"),
    "an API key": re.compile(
        r"\bsk-[A-Za-z0-9_-]{20}|\b(?:pypi-AgE|dckr_pat_|glsa_|glc_|rubygems_|lin_api_|sq0[ac][ts]p-|shp(?:at|ss|ca|pa)_"
        r"|dop_v1_|doo_v1_|figd_|ATATT3|sntrys_|xkeysib-|tskey-|PMAK-|NRAK-|pul-|dapi|ops_eyJ|SK|key-)[0-9A-Za-z_-]{24}"
    ),
    "a bot's token": re.compile(r"(?<!\w)[0-9]{8,10}:[0-9A-Za-z_-]{35}(?![\w-])"),
    "a JSON Web Token": re.compile(r"(?<![\w-])eyJ[0-9A-Za-z_-]{8,}+\.[0-9A-Za-z_-]{4,}+\.[0-9A-Za-z_-]?"),
    "a webhook's URL": re.compile(
        r"(?i:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/\w|discord(?:app)?\.com/api/webhooks/\d"
        r"|outlook\.office(?:365)?\.com/webhook/\w|\.webhook\.office\.com/webhookb2/\w|hooks\.zapier\.com/hooks/catch/\d)"
    ),
    "a password in a URL": re.compile(
        r"(?<![a-z0-9])[a-z][a-z0-9+.-]{1,30}://[^\s/:@]{0,256}:(?!\$\{[^{}\"]{0,256}\}@|[0-9]{1,5}/)[^\s@]{1,256}@",
        re.IGNORECASE,
    ),
    "a token in a request's header": re.compile(r"\b(?i:bearer|basic) {1,9}[A-Za-z0-9._~+/=-]{12}"),
    "a password in a command": re.compile(
        r"\bsshpass {1,9}-p ?[^\s$-]|\blogin\s{1,9}\S{1,256}\s{1,9}password\s{1,9}[^\s$<{]", re.IGNORECASE
    ),
    "a value that is marked sensitive": re.compile(r"\bsensitive\s{0,9}\([^)\"]{0,200}\""),
}
# `curl -u me:word`; digits alone are a user's and a group's numbers.
_USER = re.compile(
    r"(?<!\S)(?:-u|--user|--proxy-user)(?:[ =]{0,3})[\"']?(?![0-9]{1,9}:[0-9])[^\s:\"']{1,256}:(?![$<{])[^\s\"']"
)
# JSON, YAML, ini, TOML, HCL, export, query strings, options of a command.
_PAIR = re.compile(
    r"(?<![\w.-])(?P<name>[\w.-]++)(?P<quote>\\{0,4}[\"']?)\s{0,4}(?:=>|:=|[=:])\s{0,4}"
    r"(?=(?:\\{0,4}[\"'`](?P<quoted>[^\"'`\\\n]{1,80})|(?:(?i:bearer|basic|token) )?"
    r"(?P<bare>[^\s\"'`\\,;&()<>{}\[\]]{1,80})))"
)
_OPTION = re.compile(r"(?<!\S)--(?P<name>[\w-]++) {1,4}[\"']?(?P<bare>[^\s\"'$<{(*-][^\s\"']{3,80})")
# Says where a value comes from, or stands in its place.
_ELSEWHERE = re.compile(
    r"\$\{[^{}\"]*\}?|\$[({]|\$[A-Z_][A-Z0-9_]*$|[<({%*]|\[?hidden|(?:var|local|data|module|each|self|path|secrets|env|os"
    r"|process|random_[a-z]+|google_[a-z0-9_]+)\."
)
_HARMLESS = re.compile(
    r"|true|false|yes|no|on|off|none|null|nil|undefined|[0-9]{1,3}|bearer|basic|token|digest|required|optional",
    re.IGNORECASE,
)
# Without the slash: a link's parts are names. What base64 loses by it still leaves long parts.
_RANDOM = re.compile(r"(?<![A-Za-z0-9+_=-])[A-Za-z0-9+_=-]{24,}+")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])|[A-Za-z0-9+/]{22,}+={1,2}(?![\w=]))")
# MD5, SHA-1 and SHA-256 are as long as most keys.
_HEX = re.compile(r"(?<![\w@+=/-])(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{48}|[0-9a-fA-F]{64})(?![\w-])")
# What a digest stands behind: its algorithm (also in a lock file), or a name that tells; `SUM  FILE` is sha256sum's.
_DIGEST_BEFORE = re.compile(
    r"(?i:(?:sha-?\d{1,3}|md5|crc32c?|zh|h1)\W{1,3}$|(?:commit|revision|digest|hash|checksum|sum|etag|fingerprint|sha|sha1"
    r"|sha256|md5|build|version|ref|uid|image|tag)s?[\"'`]?\s{0,4}[=:|]{0,2}\s{0,4}[\"'`]?$)"
)
_DIGEST_NAME = re.compile(
    r"(?i)(?:commit|revision|digest|hash|checksum|etag|fingerprint|sha\d{0,3}|md5|build|version|ref|uid)$"
)
# Bits a character; English words joined by hyphens have under 4, base64 of random bytes has over 4.5.
_ENTROPY = 4.2


def is_harmless(value: str) -> bool:
    """Whether a value is no credential whatever it is called: a word or a small number, or where it comes from."""
    return bool(_HARMLESS.fullmatch(value))


@lru_cache(maxsize=1 << 14)
def shape(text: str, name: str = "") -> str:
    """What a text, the value of something called `name`, holds that is shaped like a credential; empty when nothing."""
    known = next((what for what, pattern in SHAPES.items() if pattern.search(text)), "")
    if known:
        return known
    if ("curl" in text or "wget" in text or "http" in text) and _USER.search(text):
        return "a password in a command"
    if any(True for _ in _pairs(text)):
        return "a credential beside its name"
    return "a random key" if not _DIGEST_NAME.search(name) and any(_keys(text)) else ""


def _pairs(text: str) -> Iterator[str]:
    for pattern in (_PAIR, _OPTION):
        for match in pattern.finditer(text):
            found = match.groupdict()
            value = found.get("quoted") or found["bare"]
            if not is_credential_name(found["name"]) or is_harmless(value) or _ELSEWHERE.match(value):
                continue
            if found.get("quoted") or len(value) >= _SHORTEST_BARE:
                yield value


# Shorter words after a colon are prose.
_SHORTEST_BARE = 4


def _keys(text: str) -> Iterator[str]:
    for pattern, check in ((_HEX, _mixed), (_RANDOM, _random), (_BASE64, _random)):
        for match in pattern.finditer(text):
            at, end = match.span()
            sums = text[end : end + 2] in ("  ", " *")
            if check(match[0]) and not sums and not _DIGEST_BEFORE.search(text[max(0, at - 24) : at]):
                yield match[0]


def _mixed(text: str) -> bool:
    """Letters and digits, and more than a few different ones."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text)) and len(set(text.lower())) > 5


def _random(text: str) -> bool:
    """A mix of upper case, lower case and digits without structure, as keys have it and names have not."""
    kinds = [sum(map(check, text)) for check in (str.isupper, str.islower, str.isdigit)]
    if min(kinds) < 3:
        return False
    counts = Counter(text)
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    return entropy > _ENTROPY
