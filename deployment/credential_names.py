"""Names whose values usually are credentials: of environment variables, attributes, and keys in texts."""

from __future__ import annotations

import re
from functools import lru_cache

# Words that tell wherever they stand in a name, also without separators (PGPASSWORD, ACCESSTOKEN).
_ANYWHERE = re.compile(
    r"passwor[dt]|passord|kennwort|contrase[nñ]a|senha|mot_?de_?passe|wachtwoord|parola(?![a-z])|has[lł]o(?![a-z])"
    r"|l[oö]senord|adgangskode|salasana|heslo|[sş]ifre|geslo|jelsz[oó]|lozinka|slapta[zž]od|parool|mat_?khau"
    r"|kata_?sandi|пароль|密[码碼]|パスワード|暗証番号|비밀번호"
    r"|passwd|passphrase|passcode|pass_?key|(?:access|security|recovery|backup|unlock)_?codes?$|pwd|secret(?!ar)|pre_?shared_?key|auth_?tok$"
    r"|token(?!iz|s?_?(?:limit|count|budget))|credential|webhook"
    r"|mnemonic|seed_?phrase|(?:otp|wallet)_?seed|auth[_.]?user[_.]?info$|snmp_?community|unseal|wg_?private|kube_?config(?:_?data)?$|(?:service_account|(?:^|_)sa)_json|docker_?auth_?config|key_?pem$|sas_?ur[il]$"
    r"|conn(?:ection)?_?str(?:ing)?|(?:private|api|app|access|session|sign(?:ing)?|encryption|auth|master|account|storage"
    r"|shared|deploy|ssh|client|service|license|hmac|aes|rsa|priv|enc)_?key(?!set|ring)"
)
# Words that tell at the end of a name alone (AUTH_MODE holds no credential).
_LAST = re.compile(
    r"(?:^|[_.])(?:pass|pw|auth|authorization|bearer|cookie|dsn|key|pat|jwt|jwe|salt|pepper|creds?)[_0-9]*$"
    r"|(?:db|sql|ftp|mail|sys|user|root|admin|ldap)pw[_0-9]*$|(?:^|_)key_(?:b64|base64|hex|prod|production|staging)$"
    r"|(?:gh|git|hub|lab|ops)pat[_0-9]*$|(?:auth|dsn|jwt|key|pass)[_0-9]*$"
    r"|(?:^|_)(?:psk|pin(?:_?code)?|cvv2?|cvc2?|sas|access_?signature|(?:root|bind)pw)[_0-9]*$"
)
# Words that end so, and other things: of a keyboard, of filters, of OAuth.
_ORDINARY = re.compile(
    r"(?:(?:don|hoc|joc|mon|tur|whis)key|(?:any|arrow|function|hot|key|low|short(?:cut)?|turn)_?key"
    r"|(?:by|com|encom|over|sur|tres|under)pass|(?:all|band|first|high|low|multi|second|single)_?pass"
    r"|(?:no|o|pre|re|un)auth)[_0-9]*$"
)
# Where a credential is kept, how long it is good, what it is called, what it is for, and what everybody may know.
_ABOUT = re.compile(
    r"(?:file|path|dir|directory|name|host|hostname|port|type|ttl|expiry|expires|expiration|lifetime|duration|timeout"
    r"|issuer|audience|seconds|minutes|hours|days|age|length|size|count|limit|bits|version|scopes?|algorithm|alg"
    r"|enabled|required|prefix|header|policy|rotation|region|project|location|provider|manager|backend|mode|method"
    r"|format|kind|class|ref|user|username|realm|domain|interval|retr(?:y|ies)|attempts|_in|_at|_ms|stdin|regexp?|pattern|hash(?:ers?|ing)|rounds"
    r"|sto(?:re|rage)|source|reset|template|events?|less|topic|queue|encoder|validator|strategy|status|hint|placeholder"
    r"|field|column|table|cache|validation|exchange|leeway|grant|encoding|charset|scheme|listen|bind|concurrency|mount"
    r"|helper|param(?:eter)?|claims?|lookup|namespace|currency|symbol|strength|complexity|rules|engine|loader|names"
    r"|query|rate|period|threshold|offset|index|buffer|pool|decimals|env(?:_?var)?|variable|volume|role|owner|(?:allow|use|with|supports?|send)_credentials)_?[0-9]*$"
    r"|(?<!webhook)(?<!webhook_)(?<!sas)(?<!sas_)(?:url|uri|endpoint)_?[0-9]*$"
    r"|(?<!secret)(?<!secret_)id$|(?:^|_)(?:max|min|num)_|tokens_per_[a-z]+$"
    # Keys of tables, queues and caches, and those that a page shows to everybody.
    r"|(?:^|_)(?:public|publishable|primary|foreign|partition|sort|cache|routing|feature|site|group|label|tag|metric"
    r"|object|shard|lock|idempotency|message|ordering|project|issue|translation|config|index|unique|natural|surrogate"
    r"|composite|cluster(?:ing)?|distribution|join|lookup|dedup(?:e|lication)?|rate_?limit|throttle|affinity|sticky"
    r")_?key$"
)
# Attributes of Terraform's, and settings of ours, that hold the name of something: Secret Manager's, a key's; and
# the folder that a shell is in.
_ATTRIBUTE = re.compile(
    r"(?:OLD)?PWD|(?:set_|update_)?secrets?|Secrets|key|former_key|[a-z0-9_]+_(?:id|ids|name|names|ref|self_link|version|type)"
)
# Which of several it is: DB_PASS_PROD, TOKEN_TTL_V2.
_WHICH = re.compile(
    r"(?<=[a-z0-9])[_.](?:prod(?:uction)?|stag(?:e|ing)|stg|dev(?:elopment)?|test|qa|uat|live|old|new|v[0-9]{1,3})$"
)


@lru_cache(maxsize=1 << 14)
def is_credential_name(name: str) -> bool:
    """Whether a variable or attribute with this name usually holds a credential."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[-_LONGEST:]).replace("-", "_")
    plain = _WHICH.sub("", apart.lower())
    telling = _ANYWHERE.search(plain) or (_LAST.search(plain) and not _ORDINARY.search(plain))
    return bool(telling) and not _ABOUT.search(plain) and not _ATTRIBUTE.fullmatch(apart.lstrip("_"))


# The end of a name tells; longer ones are texts.
_LONGEST = 128
