"""Values that are written with a secret: by reference to an attribute that holds one."""

from __future__ import annotations

import re

from review.beside import Beside
from review.known import Value

# Attributes whose values the google, random and tls providers mark sensitive, or that hold key material.
_ATTRIBUTES = re.compile(
    r"(?:^|\.)(?:secret_data|private_key\w*|password|access_token|id_token|client_secret|bcrypt_hash)(?:$|\.)"
)
_HOLDERS = {"local": "value", "variable": "default"}
_OF_PASSWORDS = re.compile(r"random_password\.[\w-]+")


def secret_in(value: Value, stack: Beside) -> tuple[str, str] | None:
    """The address and attribute of the first secret that a value refers to, also by way of locals; None for none.

    The default of a variable and a local are secrets if they look like a credential.
    """
    waiting, seen = [value], set[str]()
    while waiting:
        one = waiting.pop()
        for address, attribute in one.addresses:
            if _ATTRIBUTES.search(attribute) or (attribute == "result" and _OF_PASSWORDS.fullmatch(address)):
                return address, attribute
        for name in sorted(one.inputs - seen):
            holder = _HOLDERS.get(name.partition(".")[0], "")
            given = stack.get(name) if holder else None
            if given and given.get(holder).hidden:
                return name, holder
            waiting += [given.get(holder)] if given else []
        seen |= one.inputs
    return None
