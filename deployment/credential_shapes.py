r"""Texts that are shaped like a credential, or hold one: tokens, keys, URLs, commands, names beside values.

Our own patterns and not detect-secrets, which was tried (1.5.0): it knows a third of the issuers below and leaves the
rest to a measure of randomness that answers to words of one line as well; its keyword patterns are quadratic (40 KB
of one word repeated took over 100 seconds); and with the HTTP client that it brings it takes 0.4 seconds to import.

Every pattern here reads a text in linear time: a repetition without a bound is possessive and cannot begin inside a
run of its own characters (a lookbehind), all others have a bound.
"""

from __future__ import annotations

import base64
import html
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from urllib.parse import unquote

from deployment.credential_commands import CALLS, COMMANDS, GIVEN
from deployment.credential_issuers import issued
from deployment.credential_pairs import pairs
from deployment.credential_places import placed

SHAPES: Mapping[str, re.Pattern[str]] = {
    "a private key": re.compile(
        r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|AGE-SECRET-KEY-1[0-9A-Z]{2}|PuTTY-User-Key-File-[0-9]"
        r"|BEGIN OpenVPN Static key|untrusted comment: \w{1,20} (?:encrypted )?secret key",
        re.IGNORECASE,
    ),
    "a JSON Web Token": re.compile(r"(?<![\w-])eyJ[0-9A-Za-z_-]{8,}+\.[0-9A-Za-z_-]{4,}+\.[0-9A-Za-z_-]?"),
    "a webhook's URL": re.compile(
        r"(?i:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/\w|discord(?:app)?\.com/api/webhooks/\d"
        r"|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/\w"
        r"|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=\w|events\.pagerduty\.com/integration/\w"
        r"|hc-ping\.com/\w|outlook\.office(?:365)?\.com/webhook/\w|\.webhook\.office\.com/webhookb2/\w|hooks\.zapier\.com/hooks/catch/\d)"
        r"|(?i:maker\.ifttt\.com/trigger/[\w-]{1,64}/(?:json/)?with/key/[\w-]|hook\.(?:[a-z0-9]{2,8}\.)?make\.com/\w"
        r"|api\.netlify\.com/build_hooks/\w|api\.render\.com/deploy/[\w-]{1,64}\?key=\w"
        r"|api\.vercel\.com/v1/integrations/deploy/\w|\.m\.pipedream\.net\b|/hooks/[a-z0-9]{26}(?![\w-])"
        r"|/webhook/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|/source/[0-9a-f-]{36}/trigger/[0-9a-f-]{36}/call)"
    ),
    "a password in a URL": re.compile(
        # Not where a shell's or a template's variable or a placeholder stands, or a port.
        r"(?<![a-z0-9])[a-z][a-z0-9+.-]{1,30}://[^\s/:@]{0,256}:(?!\$(?:\{[^{}\"]{0,256}\}|\([a-z_]\w{0,80}\)|(?-i:[A-Z_][A-Z0-9_]{0,80}))@"
        r"|%[a-z_]{1,80}%@|<[\w -]{1,80}>@|\{\{[^{}@]{1,80}\}\}@|\*{1,80}@|[0-9]{1,5}/)@?[^\s@]{1,256}[@…]"
        # Without a scheme: to a port, or as Go's drivers are told.
        r"|(?<![\w/:.+-])[\w.-]{1,64}:(?![\s$<{])[^\s@/:]{1,128}"
        r"@(?:[a-z][\w-]{1,30}\(|(?!sha)[\w.-]{1,253}:[0-9]{2,5}(?![0-9a-f]))",
        re.IGNORECASE,
    ),
    "a token in a URL": re.compile(
        r"://(?=[^\s@0-9]{0,99}[0-9][^\s@0-9]{0,99}[0-9])[0-9A-Za-z_~]{20,256}@"
        r"|[?&]secret=[0-9A-Za-z+/_-]{8}|[?&;](?i:sig|signature|x-goog-signature|x-amz-signature)=[0-9A-Za-z%+/_-]{20}"
    ),
    "a token in a request's header": re.compile(
        r"\b(?i:bearer|basic|ssws) {1,9}(?=[A-Za-z]?[a-z._~+/-]{0,60}[A-Z0-9=])[A-Za-z0-9._~+/=-]{12}"
    ),
    "a password in a command": re.compile(COMMANDS),
    "a password in a call": re.compile(CALLS),
    "a password in SQL": re.compile(
        rf"\bIDENTIFIED\s{{1,9}}(?:WITH\s{{1,9}}\S{{1,64}}\s{{1,9}})?(?:BY|AS)\s{{1,9}}{GIVEN}"
        r"|(?i:\b(?:user|role|login)\s(?:[^;\n]{1,200}\s)?(?:password\s{0,4}=?|identified\s{1,9}by)"
        r"\s{0,4}n?[\"'][^\"'\s$<{(%*])"
        r"|(?i:\bset\s{1,9}password\s(?:[^;\n]{1,200}\s)?=\s{0,4}[\"'][^\"'\s$<{(%*])"
        r"|(?i:\bpassword\s{0,4}\(\s{0,4}'[^'\s$<{(%*])"
    ),
    # HOST:PORT:DATABASE:USER:PASSWORD; an IPv6 address has no such host.
    "a line of a password file": re.compile(
        r"(?<![\w.*:-])(?:\*|localhost|(?=[a-z0-9-]{0,64}\.)[a-z0-9.-]{3,128}|[a-z][\w-]{0,64}[g-z][\w-]{0,64})"
        r":(?:[0-9]{4,5}|\*):[\w*-]{1,64}:[\w*.@-]{1,64}:[^\s:$<{]{3}",
        re.IGNORECASE,
    ),
    "a password in a sentence": re.compile(
        r"\b(?:password|passphrase|api[ -]key|token) (?:is|was|to) [\"'`](?=[^\s\"'`0-9]{0,64}[0-9])[^\s\"'`]{6}",
        re.IGNORECASE,
    ),
    # As crypt, htpasswd, LDAP and Django keep them: a dictionary finds the password.
    "a password's hash": re.compile(
        r"\$(?:2[abxy]?\$[0-9]{2}\$[./0-9A-Za-z]{50}|argon2(?:i|d|id)\$v|scrypt\$"
        r"|(?:1|5|6|7|g?y|apr1)\${1,2}[^\s$:]{1,64}\${1,2}(?:[^\s$:]{1,16}\${1,2})?[./0-9A-Za-z]{20})"
        r"|\{(?:S?SHA(?:256|512)?|SMD5|CRYPT)\}[0-9A-Za-z+/]{20}|\{(?:PLAIN|CLEAR(?:TEXT)?)\}[^\s:]|\"md5[0-9a-f]{32}\"|\bpbkdf2_sha[0-9]{1,3}\$[0-9]"
        r"|\bscrypt:[0-9]{1,9}:[0-9]:[0-9]\$"
    ),
    "a password in a connection string": re.compile(r";\s{0,2}(?:pwd=|password=\{|pwd=\{)[^\s;$<{/]", re.IGNORECASE),
    "a value that is marked sensitive": re.compile(r"\bsensitive\s{0,9}\([^)\"]{0,200}\""),
}
# The parts of a JSON Web Key that make the private one, and the public one.
_JWK_PRIVATE = re.compile(r"[\"'][dk][\"']\s{0,4}:\s{0,4}[\"'][\w-]{16}")
_JWK_PUBLIC = re.compile(r"\"(?:n|x|y|x5t(?:#S256)?)\"\s{0,4}:\s{0,4}\"[\w-]{16,}+\"")
# `curl -u me:word`, also behind other short options (`-su`) or in a list; digits are a user's and a group's numbers.
_USER = re.compile(
    r"(?<![\w./-])(?:-(?:[fsSLkvigGjJnNOpRqlB#0-46]{0,16}[uU]|a)|--user|--proxy-user|--auth)(?:[\"']?,)?[\s=\\]{0,6}[\"']?"
    r"(?![0-9]{1,9}:[0-9])[^\s:\"'\\]{0,256}[\"']?:[\"']?(?![$<{])[^\s\"'\\]"
)
# What everybody may know: keys of SSH, certificates, signatures, pictures, the digests of scripts and of SSH keys.
_PUBLIC = re.compile(
    r"(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp[0-9]{3}|sk-[a-z0-9-]{3,30}@openssh\.com) {1,4}AAAA"
    r"[0-9A-Za-z+/]{16,}+={0,3}"
    r"|-----BEGIN [A-Z0-9 ]{0,40}(?:CERTIFICATE|PUBLIC KEY(?: BLOCK)?|REQUEST|PARAMETERS|CRL|SIGNATURE)-----"
    r"[0-9A-Za-z+/=\s\\]*+-----END [A-Z0-9 ]{1,60}-----"
    r"|\bdata:(?:image|font|audio|video)/[\w.+-]{1,40};base64,[0-9A-Za-z+/]*+={0,2}"
    r"|\bpk_(?:live|test)_\w++|\bage1[0-9a-z]{58}\b|\b[0-9]{6,20}-[0-9a-z]{32}\.apps\.googleusercontent\.com"
    r"|\b(?:sha(?:256|384|512)[-:]|h1:)[0-9A-Za-z+/]{40,128}={0,2}",
    re.IGNORECASE,
)
# Without the slash: a link's parts are names. What base64 loses by it still leaves long parts.
_RANDOM = re.compile(r"(?<![A-Za-z0-9+_-])[A-Za-z0-9+_-]{24,}+")
_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{20,}+")
_ALL_HEX = re.compile(r"[0-9a-fA-F]++")
_KINDS = re.compile(r"[a-z]++|[A-Z]++|[0-9]++")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{32,}+(?![\w.-])|[A-Za-z0-9+/]{22,}+={1,2}(?![\w=]))")
# MD5, SHA-1 and SHA-256 are as long as most keys; a message may cut them off.
_HEX = re.compile(
    r"(?<![0-9A-Za-z@+/-])(?:0[xX])?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{48}|[0-9a-fA-F]{64}|[0-9a-fA-F]{20,63}(?=…))(?![\w-])"
)
# What a digest stands behind: its algorithm (also in a lock file), or a name that tells; `SUM  FILE` is sha256sum's.
_DIGEST_BEFORE = re.compile(
    r"(?i:(?:sha-?\d{1,3}|md5|crc32c?|zh|h1)(?: \([^()]{1,64}\) =)?\W{1,3}$"
    r"|(?:commit|revision|digest|hash|checksum|sum|etag|fingerprint"
    r"|(?:public|publishable|site)_?key|sha|sha1|sha256|md5|build|version|rev|ref|uid|kid|image|tag)s?[\"'`_*\\]{0,4}\s{0,4}[=:|>?]{0,2}\s{0,4}[\"'`\\]{0,4}$)"
    # An image's tag, which often is a commit.
    r"|/[\w.-]{1,64}:$"
)
_DIGEST_NAME = re.compile(
    r"(?i)(?:commit|revision|digest|hash|checksum|etag|fingerprint|sha\d{0,3}|md5|build|version|ref|uid|tag"
    r"|(?:^|(?<!session)[_-])k?id|(?:public|publishable|site)_?key)$"
)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{15,}+")
_HEX_TEXT = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}){12,}+(?![0-9A-Za-z])")
# As a message quotes a text of several lines, and JSON its characters.
_ESCAPED = re.compile(r"(?<!\\)\\++(?:([nt\"'/])|u([0-9a-fA-F]{4}))")
_BREAKS = {"n": "\n", "t": "\t"}
_USER_AND_PASSWORD = re.compile(r"[\w.@-]{1,64}:(?![0-9]{1,5}$)[^\s:/]{4,128}")
# Bits a character; English words joined by hyphens have under 4, base64 of random bytes has over 4.5.
_ENTROPY = 4.2


@lru_cache(maxsize=1 << 17)
def shape(text: str, name: str = "") -> str:
    """What a text, the value of something called `name`, holds that is shaped like a credential; empty when nothing."""
    readings = [*_readings(text)]
    known = next(filter(None, map(_known, readings)), "")
    if known or _DIGEST_NAME.search(name):
        return known
    return "a random key" if any(any(_keys(_private(reading))) for reading in readings) else ""


def is_public(text: str) -> bool:
    """Whether a text is a public key, a certificate or a digest."""
    return bool(_PUBLIC.match(text.strip()))


def _private(text: str) -> str:
    """A text without what everybody may know."""
    # Parentheses are no value of a name before them.
    return _PUBLIC.sub("()", _JWK_PUBLIC.sub("()", text) if "kty" in text else text)


def _known(text: str) -> str:
    known = issued(text) or next((what for what, pattern in SHAPES.items() if pattern.search(text)), "")
    if known:
        return known
    if any(program in text for program in ("curl", "wget", "http", "xh ", "etcdctl")) and _USER.search(text):
        return "a password in a command"
    if "kty" in text and _JWK_PRIVATE.search(text):
        return "a private JSON Web Key"
    private = _private(text)
    return "a credential beside its name" if any(True for _ in chain(pairs(private), placed(private))) else ""


def _readings(text: str) -> Iterator[str]:
    """A text as it stands, and what it says otherwise: in the spelling of Unicode, URLs, XML, JSON; in base64, hex."""
    yield text
    plain = text
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", text)
        plain = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    if "\\" in plain:
        plain = _ESCAPED.sub(lambda escaped: _BREAKS.get(escaped[1], escaped[1]) or chr(int(escaped[2], 16)), plain)
    if "%" in plain or "&" in plain:
        # What was encoded twice is decoded twice.
        plain = html.unescape(unquote(unquote(plain)))
    if plain != text:
        yield plain
    for said in _hidden_in(plain):
        # As a request's header has it.
        yield f"https://{said}@" if _USER_AND_PASSWORD.fullmatch(said) else said
        yield from _hidden_in(said)


def _hidden_in(text: str) -> Iterator[str]:
    """What parts of a text say in base64 and in hexadecimal digits."""
    yield from filter(None, map(_decoded, _ENCODED.findall(text)))
    yield from filter(None, (_said(bytes.fromhex(part)) for part in _HEX_TEXT.findall(text)))


def _decoded(part: str) -> str:
    """What base64 says; binary data says nothing, and neither do words."""
    if part.isupper() or part.islower():
        return ""
    try:
        return _said(base64.b64decode(part + "=" * (-len(part) % 4), altchars="-_" if set(part) & set("-_") else None))
    except ValueError:
        return ""


def _said(data: bytes) -> str:
    """What bytes say in ASCII, be it in UTF-16 as of Windows; "" for nothing."""
    try:
        said = data.decode("utf-16-le" if data[1:2] == b"\0" else "ascii")
    except ValueError:
        return ""
    return said if said.isascii() and re.sub(r"[\t\r\n]", "", said).isprintable() else ""


def _keys(text: str) -> Iterator[str]:
    for pattern, check in ((_HEX, _mixed), (_RANDOM, _random), (_RUN, _jumbled), (_BASE64, _jumbled)):
        for match in pattern.finditer(text):
            at, end = match.span()
            sums = text[end : end + 2] in ("  ", " *")
            # The base64 of a sentence or of JSON is as mixed as a key's.
            said = set(_decoded(match[0])) & set(' {"')
            if check(match[0]) and not said and not sums and not _DIGEST_BEFORE.search(text[max(0, at - 72) : at]):
                yield match[0]


def _mixed(text: str) -> bool:
    """Letters and digits, and more than a few different ones."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text)) and len(set(text.lower())) > 5


def _jumbled(text: str) -> bool:
    """A mix of letters and digits, or of upper and lower case, too, that changes oftener than a name's."""
    runs = _KINDS.findall(text)
    digits = sum(map(str.isdigit, runs))
    if text.isupper() or text.islower():
        many = "/" not in text and len(runs) > len(text) * 0.22
        return digits > 2 and len(text) >= 24 and many and not _ALL_HEX.fullmatch(text)
    # A name with a slash or a plus changes even less.
    return (digits > 1 or len(text) >= 40) and len(runs) > len(text) * (0.4 if set(text) & set("+/") else 0.45)


def _random(text: str) -> bool:
    """A mix of upper case, lower case and digits without structure, as keys have it and names have not."""
    kinds = [sum(map(check, text)) for check in (str.isupper, str.islower, str.isdigit)]
    if min(kinds) < 3:
        return False
    counts = Counter(text)
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    return entropy > _ENTROPY
