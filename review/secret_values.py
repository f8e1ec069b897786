"""Values that are written with a secret: by reference to an attribute that holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.beside import Beside
from review.known import Value

# Attributes whose values the google, random and tls providers mark sensitive, or that hold key material.
_ATTRIBUTES = re.compile(
    r"(?:^|\.)(?:secret_data|private_key\w*|password|access_token|id_token|client_secret|bcrypt_hash)(?:$|\.)"
)
_HOLDERS = {"local": "value", "variable": "default"}
# https://developer.hashicorp.com/terraform/language/functions/nonsensitive
_UNMARKING = re.compile(r"\bnonsensitive\s*\(")
_OF_PASSWORDS = re.compile(r"random_password\.[\w-]+")


def secret_in(value: Value, stack: Beside) -> tuple[str, str] | None:
    """The address and attribute of the first secret that a value refers to, also by way of locals; None for none.

    The default of a variable and a local are secrets if they look like a credential.
    """
    for name, attribute, one in _made_of(value, stack):
        if one.hidden and name:
            return name, attribute
        for address, path in one.addresses:
            if _ATTRIBUTES.search(path) or (path == "result" and _OF_PASSWORDS.fullmatch(address)):
                return address, path
    return None


def unmarked(value: Value, stack: Beside) -> bool:
    """Whether a value is made, perhaps by way of locals, by taking the mark off what is sensitive."""
    return any(one.written and _UNMARKING.search(one.shown) for _, _, one in _made_of(value, stack))


def _made_of(value: Value, stack: Beside) -> Iterator[tuple[str, str, Value]]:
    """A value, and what locals and the defaults of variables give it, each with where that stands."""
    waiting, seen = [("", "", value)], set[str]()
    while waiting:
        one = waiting.pop()
        yield one
        for name in sorted(one[2].inputs - seen):
            holder = _HOLDERS.get(name.partition(".")[0], "")
            given = stack.get(name) if holder else None
            waiting += [(name, holder, given.get(holder))] if given else []
        seen |= one[2].inputs
