"""Values of Terraform JSON as HCL: templates, references, lists, maps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from deployment.unusable import UnusableError
from handover.hcl_layout import Attribute, assignments
from handover.hcl_lines import WIDTH, lines_of
from handover.templates import TemplateError, expression, is_reference, literal, quoted

_LINE = 80  # a list on one line is no longer than this


class InexpressibleError(UnusableError):
    """Something that this project does not know how to say in HCL; the message says where and why."""


def value(content: Any, where: str) -> tuple[str, ...]:
    """A value as the lines of an expression; strings are templates.

    Raises:
        InexpressibleError: for a template that is broken.
    """
    if isinstance(content, str):
        try:
            return _string(content)
        except TemplateError as error:
            raise InexpressibleError(f"{where}: {error}") from error
    if isinstance(content, list):
        return _list([value(entry, where) for entry in content])
    if isinstance(content, dict):
        return mapping(content, where)
    return (json.dumps(content),)


def whole(text: str) -> tuple[str, ...]:
    """A text where Terraform takes no expression, which has no template in it: on one line, however long."""
    return (quoted(text),)


def described(text: str) -> tuple[str, ...]:
    """A description, which Terraform takes as a text alone: a long one as a heredoc."""
    if len(text) <= WIDTH or "\n" in text or "\\" in quoted(text):
        return whole(text)
    return (
        "<<-EOT",
        *(f"  {line}" for line in wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)),
        "EOT",
    )


def plain_value(content: Any) -> tuple[str, ...]:
    """A value of a .tfvars file: no string is a template there."""
    if isinstance(content, str):
        return (literal(content),)
    if isinstance(content, list):
        return _list([plain_value(entry) for entry in content])
    if isinstance(content, dict):
        return _braced([Attribute(name=_key(key), value=plain_value(entry)) for key, entry in content.items()])
    return (json.dumps(content),)


def mapping(content: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """A map or object."""
    return _braced([Attribute(name=_key(key), value=value(entry, where)) for key, entry in sorted(content.items())])


def references(content: Any, where: str) -> tuple[str, ...]:
    """An address, or a list of them: without quotes.

    Raises:
        InexpressibleError: for text that is no address.
    """
    for address in content if isinstance(content, list) else [content]:
        if not isinstance(address, str) or not is_reference(address):
            raise InexpressibleError(f"{where}: {address!r} is no address that HCL could refer to")
    if isinstance(content, list):
        return _list([(address,) for address in content])
    if len(content) > WIDTH and content.endswith('"]'):  # an instance: between brackets lines may be broken
        name, _, key = content.partition("[")
        return (f"{name}[", f"  {key[:-1]}", "]")
    return (content,)


def _string(text: str) -> tuple[str, ...]:
    inner = expression(text)
    if inner is not None:
        return lines_of(inner)
    lines = text.split("\n")
    if len(lines) > 1 and all(_complete(line) for line in lines):
        # A heredoc would end with a newline that the value does not have.
        return _list([_string(line) for line in lines], 'join("\\n", [', "])")
    return lines_of(quoted(text))


def _complete(line: str) -> bool:
    try:
        quoted(line)
    except TemplateError:
        return False
    return True


def _list(items: list[tuple[str, ...]], opening: str = "[", closing: str = "]") -> tuple[str, ...]:
    flat = f"{opening}{', '.join(item[0] for item in items)}{closing}"
    if all(len(item) == 1 for item in items) and len(flat) <= _LINE and opening == "[":
        return (flat,)
    lines = []
    for item in items:
        lines += [*(f"  {line}" for line in item[:-1]), f"  {item[-1]},"]
    return (opening, *lines, closing)


def _braced(attributes: list[Attribute]) -> tuple[str, ...]:
    return ("{", *(f"  {line}" for line in assignments(attributes)), "}") if attributes else ("{}",)


def _key(key: str) -> str:
    # Names with a hyphen would do without quotes; but those are projects and the like, and no names of ours.
    return key if re.fullmatch(r"[A-Za-z_]\w*", key) else literal(key)
