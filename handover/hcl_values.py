"""Values of Terraform JSON as HCL: templates, references, lists, maps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from deployment.unusable import UnusableError
from handover.hcl_layout import Attribute, assignments
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
        return _string(content, where)
    if isinstance(content, list):
        return _list([value(entry, where) for entry in content])
    if isinstance(content, dict):
        return mapping(content, where)
    return (json.dumps(content),)


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
    return _list([(address,) for address in content]) if isinstance(content, list) else (content,)


def _string(text: str, where: str) -> tuple[str, ...]:
    try:
        inner = expression(text)
        if inner is not None:
            return (inner,)
        lines = text.split("\n")
        if len(lines) > 1 and all(_complete(line) for line in lines):
            # A heredoc would end with a newline that the value does not have.
            return ('join("\\n", [', *(f"  {quoted(line)}," for line in lines), "])")
        return (quoted(text),)
    except TemplateError as error:
        raise InexpressibleError(f"{where}: {error}") from error


def _complete(line: str) -> bool:
    try:
        quoted(line)
    except TemplateError:
        return False
    return True


def _list(items: list[tuple[str, ...]]) -> tuple[str, ...]:
    flat = f"[{', '.join(item[0] for item in items)}]"
    if all(len(item) == 1 for item in items) and len(flat) <= _LINE:
        return (flat,)
    lines = []
    for item in items:
        lines += [*(f"  {line}" for line in item[:-1]), f"  {item[-1]},"]
    return ("[", *lines, "]")


def _braced(attributes: list[Attribute]) -> tuple[str, ...]:
    return ("{", *(f"  {line}" for line in assignments(attributes)), "}") if attributes else ("{}",)


def _key(key: str) -> str:
    # Names with a hyphen would do without quotes; but those are projects and the like, and no names of ours.
    return key if re.fullmatch(r"[A-Za-z_]\w*", key) else literal(key)
