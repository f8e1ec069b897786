"""Terraform's string templates: told apart into text and `${…}`, and text quoted so that Terraform reads it back."""

from __future__ import annotations

import re
from collections.abc import Iterator

_REFERENCE = re.compile(r'[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[(?:\d+|"(?:[^"\\]|\\.)*")\])*')


class TemplateError(ValueError):
    """A template that has no end."""


def parts(text: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a template in order: (True, `${…}` or `%{…}` as it stands) or (False, text between).

    `$${` and `%%{`, which stand for themselves, belong to the text.

    Raises:
        TemplateError: when a `${` or a string within is not closed.
    """
    start = at = 0
    while at < len(text):
        if text.startswith(("$${", "%%{"), at):
            at += 3
        elif text.startswith(("${", "%{"), at):
            if at > start:
                yield False, text[start:at]
            end = _after(text, at + 2)
            yield True, text[at:end]
            start = at = end
        else:
            at += 1
    if start < len(text):
        yield False, text[start:]


def _after(text: str, at: int) -> int:
    """The place behind the brace that closes an expression which begins at `at`."""
    depth = 1
    while at < len(text):
        char = text[at]
        if char == '"':
            at = after_string(text, at + 1)
            continue
        depth += {"{": 1, "}": -1}.get(char, 0)
        at += 1
        if depth == 0:
            return at
    raise TemplateError(f"a template is not closed: {text}")


def after_string(text: str, at: int) -> int:
    """The place behind the quote that closes a string which begins at `at`.

    Raises:
        TemplateError: when none does.
    """
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(("$${", "%%{"), at):
            at += 3
        elif text.startswith(("${", "%{"), at):
            at = _after(text, at + 2)
        elif text[at] == '"':
            return at + 1
        else:
            at += 1
    raise TemplateError(f"a string in a template is not closed: {text}")


def expression(text: str) -> str | None:
    """What stands in a template that is one `${…}` and nothing else; None for any other."""
    pieces = list(parts(text))
    if len(pieces) == 1 and pieces[0][0] and text.startswith("${"):
        return text[2:-1].strip()
    return None


def quoted(text: str) -> str:
    """A template as HCL writes it: in quotes, escaped outside of `${…}` only."""
    return '"' + "".join(piece if is_template else _escaped(piece) for is_template, piece in parts(text)) + '"'


def literal(text: str) -> str:
    """Plain text as an HCL string: what looks like a template in it is none."""
    return quoted(re.sub(r"([$%])\{", r"\1\1{", text))


def _escaped(text: str) -> str:
    named = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(named.get(char, char if char.isprintable() else f"\\u{ord(char):04x}") for char in text)


def is_reference(text: str) -> bool:
    """Whether `text` is a bare address or attribute path, as `depends_on` and `moved` hold them."""
    return re.fullmatch(_REFERENCE, text) is not None
