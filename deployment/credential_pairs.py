"""Names of credentials beside their values in a text, in each spelling that holds names and values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployment.credential_names import is_credential_name

_QUOTE = r"\\{0,4}[\"']?"
# A quoted text, or a word. `Bearer` stands in front of a value and is none; r"…" and """…""" are Python's and TOML's,
# $'…' is a shell's.
_VALUE = (
    r"(?=(?:(?i:[bfru]{0,2}|\$)\\{0,4}(?:\"\"\"|'''|[\"'`])(?P<quoted>[^\"'`\\\n]{1,80})|(?:(?i:bearer|basic|token) )?"
    r"(?P<bare>[^\s\"'`\\,;&()<>{}\[\]]{1,80})))"
)
_NAME_KEY = r"(?:header_?)?(?i:name|key)|header|field|variable|env|property|setting|parameter"
_VALUE_KEY = r"(?:header_?|default_?|string_?|plain_?)?(?i:value|val)s?|default|content|plain|literal"
# What may stand between a name and its value: `password: |` and the next line, `password: {value: …}`.
_ON_THE_NEXT_LINE = r"(?:[|>][+-]?[0-9]?[ \t]{0,4}|<<[-~]?\w{1,20})?\n[ \t]{0,40}"
_INSIDE = rf"\{{?\s{{0,40}}{_QUOTE}(?:{_VALUE_KEY}){_QUOTE}\s{{0,4}}[:=]\s{{0,4}}"
# JSON, YAML, ini, TOML, HCL, export, query strings, options of a command.
_PAIR = re.compile(
    rf"(?<![\w.-])(?P<name>[\w.-]++){_QUOTE}[`*]{{0,3}}[\]}}]?\s{{0,20}}(?:=>|[:?+]=|[=:]|(?=\{{))\s{{0,20}}"
    rf"(?:&\w{{1,20}} )?(?:{_ON_THE_NEXT_LINE})?(?:\[\s{{0,40}}|-[ \t]{{1,4}})?(?:{_INSIDE})?{_VALUE}"
)
# `name: DB_PASSWORD` and `value: …` below it, or further on in JSON; attributes of XML; a variable of Terraform's and
# its default.
_BESIDE = re.compile(
    rf"(?<![\w.])(?:{_NAME_KEY}){_QUOTE}(?:\s{{0,4}}[:=]\s{{0,4}}| ){_QUOTE}(?P<name>\w[\w.-]{{0,79}}){_QUOTE}"
    rf"(?:[\s,;-]{{0,40}}|\s\{{[^{{}}]{{0,300}}\s|(?<=[\"']),[^{{}}]{{0,200}},\s{{0,40}}(?=[\"']))"
    rf"{_QUOTE}(?:{_VALUE_KEY}){_QUOTE}(?:\s{{0,4}}[:=]\s{{0,4}}| ){_VALUE}"
)
_BESIDE_REVERSED = re.compile(
    rf"(?<![\w.-])(?:{_VALUE_KEY}){_QUOTE}\s{{0,4}}[:=]\s{{0,4}}{_QUOTE}(?P<bare>[^\s\"'`\\,;{{}}]{{4,80}}){_QUOTE}"
    rf"[\s,]{{1,40}}{_QUOTE}(?:{_NAME_KEY}){_QUOTE}\s{{0,4}}[:=]\s{{0,4}}{_QUOTE}(?P<name>[\w.-]{{1,80}})"
)
# `<password>…</password>`, `<entry key="password">…</entry>`; an element of the name and then one of the value.
_ELEMENT = re.compile(
    r"<(?:[\w-]{1,40}:)?(?:[\w-]{1,40}\s{1,4}(?:name|key)=[\"'])?(?P<name>[\w.-]{1,80})(?:[\"'\s][^<>]{0,200}+)?>"
    r"\s{0,40}(?:<!\[CDATA\[)?(?P<bare>[^\s<>][^<>]{0,80})(?=[^<>…]{0,2000}+(?:</|(?<=\]\])>|…))"
)
_PLIST = re.compile(
    r"(?:<key>|(?:name|key)=[\"'])(?P<name>[\w.-]{1,80})(?:</key>|[\"'][^<>]{0,80}>)\s{0,40}"
    r"<(?:string|value)>(?P<bare>[^<>]{1,80})"
)
_OPTION = re.compile(
    r"(?<![\w-])--?(?P<name>[A-Za-z][\w.-]*+)(?: {1,4}[\"']?|[\"'],\s{0,20}[\"'])"
    r"(?P<bare>(?!\*{1,80}(?:\s|$))[^\s\"'$<{(-][^\s\"']{3,80})"
)
# A Dockerfile's ENV, `setx NAME value`, `aws configure set NAME value`, web servers' headers, `set NAME "value"`.
_SET = re.compile(
    r"\b(?:ENV|ARG|setx|setenv|SetEnv|set -g?x|proxy_set_header|(?:Request)?Header (?:add|set)|configure set|config set"
    r"|CONFIG SET|(?:secret|variable) set|git config(?: --[a-z]{1,12})?)\s{1,4}(?P<name>[\w.-]{1,80})\s{1,4}"
    r"(?:--body[ =]|-b )?[\"']?(?P<bare>[^\s\"'=;]{4,80})"
)
_CALL = re.compile(
    r"\b(?i:set\w{0,24}|put\w{0,12}|define|get_?env|fetch|(?:env\w{0,8}|config|settings)\.get)[\s(]{1,4}[\"']?(?P<name>[\w.-]{1,80})[\"']?(?:,\s{0,4}|\s{1,4})"
    r"[\"'](?P<quoted>[^\s\"'=]{4,80})"
)
# With its type in between, or what is taken in its place; `ds.setPassword("…")`.
_TYPE = r"\[\d{0,4}\]|\s?:\s?(?:&(?:'static )?)?(?i:str|string)\??|\s(?i:as )?(?i:string)"
_DECLARED = re.compile(
    rf"(?<![\w.-])(?P<name>[\w.-]++)(?:{_TYPE}|[\"'\])]{{1,4}})?"
    r"\s{0,4}(?:=|\|\||\?\?|\bor\b|<-|::)\s{0,4}[bfru]?[\"'`](?P<quoted>[^\"'`\n]{1,80})"
)
_SETTER = re.compile(r"\b(?:set|with)_?(?P<name>[A-Z_]\w{0,60})\(\s{0,4}[\"'](?P<quoted>[^\"'\n]{1,80})")
_HOLDERS = (_PAIR, _BESIDE, _BESIDE_REVERSED, _ELEMENT, _PLIST, _OPTION, _SET, _CALL, _DECLARED, _SETTER)
# Says where a value comes from, or stands in its place.
_ELSEWHERE = re.compile(
    r"\$\{[^{}\"]*\}?|\$[({]|\$[A-Z_][A-Z0-9_]*$|[({]|<[\w .-]{0,64}(?:>|$)|%[sdrv({]|%\w{1,64}%"
    r"|\*+(?:$|[/.])|\[?(?:hidden|redacted|REDACTED)|env:|//|:[a-z_]{1,40}$|(?:var|local|data|module|each|self|path|secrets|env|os|process|random_[a-z]+|google_[a-z0-9_]+)\."
)
_HARMLESS = re.compile(
    r"|true|false|yes|no|on|off|none|null|nil|undefined|[0-9]{1,3}|bearer|basic|token|digest|required|optional|await|(?:en|dis)abled|strict|always|never|include|redacted|x{3,64}"
    r"|(?:[\w-]{1,255}:)?latest|<[\w .-]{1,64}>|\*{3,64}|(?-i:\$\([A-Z_][A-Z0-9_]{0,80}\)|\$[A-Z_][A-Z0-9_]{0,80})"
    r"|\{\{[^{}]{1,80}\}\}",
    re.IGNORECASE,
)
# What no secret of Secret Manager is called: https://cloud.google.com/secret-manager/docs/reference/rest
_NO_SECRETS_NAME = re.compile(r"[^\s/]{0,64}[!#$^*?+~%&@=][^\s/]{0,64}")
# How somebody is authenticated (SMTP_AUTH), and whether a browser sends credentials.
_METHOD = re.compile(
    r"enabled|disabled|login|oidc|oauth2?|jwt|iam|saml|ldap|mtls|tls|kerberos|ntlm|anonymous|include|omit|same-origin",
    re.IGNORECASE,
)
_OF_METHODS = re.compile(r"(?:auth|authorization|credentials)$", re.IGNORECASE)
# Where a credential is kept: a resource of a cloud, an entry of a vault, a file.
_PLACE = re.compile(
    r"(?://[a-z]{2,30}\.googleapis\.com/)?(?:projects|organizations|folders)/[\w.:-]{1,64}/[a-zA-Z]{2,40}/"
    r"|(?:gs|s3|file|vault|op|g?sm|awssm|ssm|secretmanager|(?:gcp|aws|azure)-?kms|ref\+[a-z]{1,20}|berglas|keyvault)://"
    r"|arn:aws[a-z-]{0,10}:[a-z]|@Microsoft\.KeyVault\(|vault:[a-z]{1,40}/"
    r"|(?:~|\.{1,2})?/(?:run|var|etc|secrets?|mnt|home|usr|opt|apps?|tmp|root|workspace|srv|data|config|certs?|keys"
    r"|credentials|vault|cloudsql|dev)/(?!\S{0,200}[^\w./@-])"
    r"|(?:~?/)?(?:[\w.@-]{1,64}/){0,16}[\w@-][\w.@-]{0,63}\.(?:json|pem|key|crt|cer|p12|pfx|jks|txt|ya?ml|conf|env)$"
)
# A cookie's name has no digits.
_COOKIE = re.compile(r"[A-Za-z_.-]{1,32}")
# Whoever knows these addresses may use them; what is put into a secret is one, whatever it is.
_SECRET_URLS = re.compile(r"webhook|sas|secret_data", re.IGNORECASE)
# Shorter words after a colon are prose.
_SHORTEST_BARE = 4


def is_harmless(value: str, name: str = "") -> bool:
    """Whether a value is no credential even if its name tells one: a word, a small number, where it comes from."""
    if name.lower().endswith("cookie") and _COOKIE.fullmatch(value):
        return True
    if _OF_METHODS.search(name) and _METHOD.fullmatch(value):
        return True
    # What else an address holds its shape says.
    if value.startswith(("http://", "https://")) and not _SECRET_URLS.search(name):
        return True
    if name.lower().endswith("tokens") and value.isdecimal():
        return True  # how many
    return bool(_HARMLESS.fullmatch(value) or _PLACE.match(value))


def is_credential(name: str, value: str) -> bool:
    """Whether a value in a text is a credential by the name beside it, and not where one comes from or stands."""
    telling = is_credential_name(name) or (name.lower() == "secret" and _NO_SECRETS_NAME.fullmatch(value))
    return bool(telling) and not is_harmless(value, name) and not _ELSEWHERE.match(value)


def pairs(text: str) -> Iterator[str]:
    """The values in a text that stand beside the name of a credential."""
    for pattern in _HOLDERS:
        for match in pattern.finditer(text):
            found = match.groupdict()
            name, quoted = found["name"], found.get("quoted")
            value = quoted or found["bare"]
            if not is_credential(name, value):
                continue
            # A word with a colon is the key of what comes next, one with a parenthesis a function.
            key_or_function = value.endswith(":") or (not quoted and text.startswith("(", match.end("bare")))
            if quoted or (not key_or_function and (len(value) >= _SHORTEST_BARE or _goes_on(value, text, match))):
                yield value


def _goes_on(value: str, text: str, match: re.Match[str]) -> bool:
    """Whether a comma is part of a password rather than the end of a word."""
    end = match.end("bare")
    return not value.isalpha() and text[end : end + 1] == "," and bool(text[end + 1 : end + 2].strip())
