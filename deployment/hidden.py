"""Values that no report may show: those that Terraform marks sensitive, and those that look like a credential.

They are wrapped as soon as they are read, so that no format can print one by mistake. Two of them can still be
compared: a report says that a hidden value changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from deployment.credentials import is_credential_name, looks_like, shape
from deployment.printable import printable
from deployment.values import children

SHOWN = "(hidden)"
# Below this length a text is too common a word to be cut out of messages.
_SHORTEST = 6


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


def looks_like_credential(text: str) -> bool:
    """Whether a text has the shape of a key, token or password, wherever it stands."""
    return len(text) >= _SHORTEST and bool(shape(text))


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
        return {
            _key(str(key), key): hide(inner, marks.get(key), _name_of(str(key), value, name))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        listed = sensitive if isinstance(sensitive, list) else []
        # `--password` and its value as two arguments.
        names = [_option(former, inner) or name for former, inner in zip(["", *value], value, strict=False)]
        return [hide(inner, listed[at] if at < len(listed) else None, names[at]) for at, inner in enumerate(value)]
    if isinstance(value, str) and (shape(value, name) or (looks_like(name, value) and not _reference(value))):
        return Hidden(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and is_credential_name(name):
        return Hidden(value)
    return value


def hide_attributes(values: Any, marks: Any) -> Any:
    """The attributes of a resource, hidden one by one also where it is marked as a whole."""
    return hide(values, dict.fromkeys(values, True) if marks is True and isinstance(values, dict) else marks)


def _name_of(key: str, beside: dict[str, Any], above: str) -> str:
    """What a value is called: by its key, or by a name that stands beside it (Cloud Run's env) or above it."""
    if key not in _VALUES:
        return key
    names = [*(str(beside[name]) for name in _NAMES if isinstance(beside.get(name), str)), above]
    return next(filter(is_credential_name, names), names[0])


# `curl -u USER:PASSWORD`; digits are a user's and a group's numbers.
_OF_USERS = re.compile(r"-[fsSLkvigGjJnNOpRqlB#0-46]{0,16}[uU]|--(?:proxy-)?user")
_USER_AND_PASSWORD = re.compile(r"(?![0-9]{1,9}:[0-9])[^\s:$<{]{1,256}:[^\s$<{].{0,256}")
_NAMES = ("name", "key", "header_name", "headerName", "header", "field", "variable", "property")
_VALUES = {"value", "values", "val", "header_value", "headerValue", "default", "content"}


def _option(word: Any, following: Any) -> str:
    """The name of an option whose value is the word that follows it."""
    found = re.fullmatch(r"--?([A-Za-z][\w.-]*)", word) if isinstance(word, str) else None
    value = isinstance(following, str) and not following.startswith("-")
    # The program may stand elsewhere (a container's command and its args).
    if found and value and _OF_USERS.fullmatch(word) and _USER_AND_PASSWORD.fullmatch(following):
        return "password"
    return found[1] if found and value and is_credential_name(found[1]) else ""


def shown_address(text: str) -> str:
    """A Terraform address without those of its keys (of a `for_each`) that look like a credential."""
    return re.sub(r'(?<=\[)"((?:[^"\\]|\\.)*)"(?=\])', lambda key: _key(key[1], key[0]), text)


def _key(key: str, plain: str) -> str:
    """`plain`, or a number in place of a key that must not be shown: two of them stay apart."""
    if not looks_like_credential(key):
        return plain
    return told_apart(key)


def told_apart(hidden: str | Hidden) -> str:
    """A number in place of what must not be shown: two of them stay apart, and the same one the same."""
    return f"(hidden {_NUMBERS.setdefault(hidden, len(_NUMBERS) + 1)})"


# In the order of reading, which is the same each time.
_NUMBERS: dict[str | Hidden, int] = {}


def _reference(text: str) -> bool:
    """Nothing but an expression: it says where a credential comes from, not what it is."""
    return re.fullmatch(r"\$\{[^{}\"]*\}", text) is not None


def holds_hidden(value: Any) -> bool:
    """Whether something in `value` is wrapped."""
    return isinstance(value, Hidden) or any(map(holds_hidden, children(value)))


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
# The name of a variable, which may have its value where a secret's name belongs.
_VARIABLE = re.compile(r"\.(?:env\.|secrets\.(?=[^.]+$))(.+)")
_PLACE = re.compile(r"[^\s:]+(?::[0-9]+)?(?=: )")
# In such a message: what stands in quotes or brackets, cut off or not, and whatever has a digit.
_QUOTED = r"'(?:[^'\\]|\\.)*+(?:'|$)|\"(?:[^\"\\]|\\.)*+(?:\"|$)"
_VALUE = re.compile(rf"{_QUOTED}|\[(?:{_QUOTED}|[^]])*+(?:\]|$)|\{{(?:{_QUOTED}|[^}}])*+(?:\}}|$)|\S*\d\S*")


def scrub(text: str, known: Iterable[str] = ()) -> str:
    """A text that others wrote (Terraform, a configuration's messages) without what must not be shown."""
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, SHOWN)
    lines = [_line(line) for line in text.split("\n")]
    cleaned = "\n".join(lines)
    over_lines = looks_like_credential(cleaned) and not any(map(looks_like_credential, lines))
    return SHOWN if over_lines else cleaned


def _line(line: str) -> str:
    problem = _PROBLEM.match(line)
    if problem and any(is_credential_name(part) for part in re.split(r"[.\[\]]", problem["path"])):
        return (
            f"{problem['place']}: {problem['path']}: refused; named like a credential, so the reason is not shown here"
        )
    cleaned = _words(line)
    return SHOWN if looks_like_credential(cleaned) else cleaned


def _words(line: str) -> str:
    words = re.split(r"(\s+|['\"`,;()])", line)
    return "".join(SHOWN if looks_like_credential(word) else word for word in words)


def scrub_refusals(text: str) -> str:
    """Our own messages about a configuration, for whoever wrote it: the reasons stay, values of credentials do not.

    The names in them are of others: they stand there as they can be printed.
    """
    return "\n".join(printable(_refusal(line)) for line in text.split("\n"))


def _refusal(line: str) -> str:
    problem = _PROBLEM.match(line)
    variable = _VARIABLE.search(problem["path"]) if problem else None
    by_name = variable and is_credential_name(variable[1])
    # A mapping in the wrong place, such as {'password': 'x'}, is one only as a whole.
    if problem and (by_name or looks_like_credential(_words(problem["rest"]))):
        return f"{problem['place']}: {problem['path']}: {_VALUE.sub(SHOWN, problem['rest'])}"
    cleaned = _words(line)
    # A key may hold one, as that of `env: {PASSWORD=…}`; the colon behind it is ours.
    if problem or not looks_like_credential(cleaned.replace(": ", " : ")):
        return cleaned
    place = _PLACE.match(cleaned)
    return f"{place[0] if place else SHOWN}: refused; it holds what looks like a credential, so no more is shown here"
