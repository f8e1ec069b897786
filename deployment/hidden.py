"""Values that no report may show: those that Terraform marks sensitive, and those that look like a credential.

They are wrapped as soon as they are read, so that no format can print one by mistake. Two of them can still be
compared: a report says that a hidden value changed.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from deployment.credentials import is_credential_name, looks_like, shape
from deployment.values import children

SHOWN = "(hidden)"
# Below this length a text is too common a word to be cut out of messages.
_SHORTEST = 6
# Beyond the known shapes: here it costs nothing to hide one value too many.
_ALIKE = re.compile(
    r"(?i:password|passwd|token|secret|api[_-]?key) ?[=:] ?[^\s$<{(*]{6,}"  # an argument or a setting in a text
    r"|\b(?:Bearer|Basic) +[A-Za-z0-9._~+/=-]{12,}"
)
# Without the slash: a link's parts are names. What base64 loses by it still leaves long parts.
_RANDOM = re.compile(r"[A-Za-z0-9+_=-]{24,}")
_DIGEST = re.compile(r"(?:sha256:|^)[0-9a-f]{64}$")
# Bits a character; English words joined by hyphens have under 4, base64 of random bytes has over 4.5.
_ENTROPY = 4.2


class Hidden:
    """A value that can be compared and cannot be printed."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        """Wrap it."""
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and self._value == other._value

    def __hash__(self) -> int:
        return hash(json.dumps(self._value, sort_keys=True, default=str))

    def __repr__(self) -> str:
        return SHOWN

    def texts(self) -> set[str]:
        """What to cut out of messages that others wrote."""
        return {text for text in _texts(self._value) if len(text) >= _SHORTEST}


@lru_cache(maxsize=1 << 16)
def looks_like_credential(text: str) -> bool:
    """Whether a text has the shape of a key, token or password, wherever it stands."""
    if len(text) < _SHORTEST:
        return False
    if shape(text) or _ALIKE.search(text):
        return True
    return any(_random(part) for part in _RANDOM.findall(text) if not _DIGEST.search(part))


def _random(text: str) -> bool:
    """A mix of upper case, lower case and digits without structure, as keys have it and names have not."""
    kinds = [sum(map(check, text)) for check in (str.isupper, str.islower, str.isdigit)]
    if min(kinds) < 3:
        return False
    counts = Counter(text)
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    return entropy > _ENTROPY


def hide(value: Any, sensitive: Any = None, name: str = "") -> Any:
    """`value` with everything wrapped that must not be shown.

    `sensitive` has the shape of a plan's before_sensitive: true where a value is, mappings and lists on the way.
    """
    if value is None or value == "" or isinstance(value, Hidden):
        return value
    if sensitive is True:
        return Hidden(value)
    if isinstance(value, dict):
        marks = sensitive if isinstance(sensitive, dict) else {}
        # Cloud Run's env: the name of the variable stands beside its value.
        beside = str(value.get("name", "")) if "value" in value else ""
        return {
            key: hide(inner, marks.get(key), beside if key == "value" and beside else str(key))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        listed = sensitive if isinstance(sensitive, list) else []
        return [hide(inner, listed[at] if at < len(listed) else None, name) for at, inner in enumerate(value)]
    if isinstance(value, str) and ((looks_like(name, value) and not _reference(value)) or looks_like_credential(value)):
        return Hidden(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and is_credential_name(name):
        return Hidden(value)
    return value


def _reference(text: str) -> bool:
    """Nothing but an expression: it says where a credential comes from, not what it is."""
    return re.fullmatch(r"\$\{[^{}\"]*\}", text) is not None


def hidden_texts(value: Any) -> set[str]:
    """The texts of everything wrapped in `value`."""
    if isinstance(value, Hidden):
        return value.texts()
    return set().union(*map(hidden_texts, children(value)))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
        yield from (line.strip() for line in value.splitlines())
    elif value is not None and not isinstance(value, (bool, dict, list)):
        yield str(value)
    for inner in children(value):
        yield from _texts(inner)


# FILE:LINE: key.path: what is wrong — as the configuration's messages are built.
_PROBLEM = re.compile(r"^(?P<place>[^\s:]+(?::[0-9]+)?): (?P<path>[\w.\[\]\-]+): (?P<rest>.*)$")


def scrub(text: str, known: Iterable[str] = ()) -> str:
    """A text that others wrote (Terraform, a configuration's messages) without what must not be shown."""
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, SHOWN)
    return "\n".join(_line(line) for line in text.splitlines())


def _line(line: str) -> str:
    problem = _PROBLEM.match(line)
    if problem and any(is_credential_name(part) for part in re.split(r"[.\[\]]", problem["path"])):
        return (
            f"{problem['place']}: {problem['path']}: refused; named like a credential, so the reason is not shown here"
        )
    words = re.split(r"(\s+|['\"`,;()])", line)
    cleaned = "".join(SHOWN if looks_like_credential(word) else word for word in words)
    return SHOWN if looks_like_credential(cleaned) else cleaned
