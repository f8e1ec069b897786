"""An expression of a plan's configuration against what a stack writes in its place.

A plan has a constant with its value, anything else as references.
https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from deployment.hidden import Hidden, hide
from deployment.references import is_expression, referred
from deployment.values import Json, strings

_NOT_THERE = object()
# An expression in a text; spaces at its ends mean nothing.
_SPACED = re.compile(r"(?<!\$)\$\{([^{}\"]*)\}")
_INTERPOLATED = re.compile(r"[$%]\{(.*)\}", re.DOTALL)
_NAMED = re.compile(r"(?<![\w.\"-])(var|local|module)\.([\w-]+)")
_LONGEST = 60


def differing(expression: Any, value: Any, path: str) -> Iterator[str]:
    """`expression` of the plan against `value` of the stack."""
    if isinstance(expression, dict) and ("constant_value" in expression or "references" in expression):
        yield from _other_value(expression, value, path)
    elif isinstance(expression, list) or isinstance(value, list):
        blocks = expression if isinstance(expression, list) else [expression]
        values = value if isinstance(value, list) else [] if value is None else [value]
        if len(blocks) != len(values) and (_plain(value) is not None or blocks != [{}]):
            yield f"{path} has {len(blocks)} blocks in the plan, {len(values)} in the stack"
        for at, (block, inner) in enumerate(zip(blocks, values, strict=False)):
            yield from differing(block, inner, f"{path}[{at}]")
    elif isinstance(expression, dict) and isinstance(value, dict):
        for key in sorted(expression.keys() | value.keys() - {"dynamic"}):
            if key in expression:
                yield from differing(expression[key], value.get(key), f"{path}.{key}")
            elif _plain(value[key]) is not None and _said(value[key]):
                yield f"{path}.{key} is not in the plan, {said(value[key], path)} in the stack"
    elif expression and isinstance(expression, dict):
        yield f"{path} is a block in the plan, {said(value, path)} in the stack"


def _other_value(expression: Json, value: Any, path: str) -> Iterator[str]:
    """A constant by its value, anything else by what it is made of.

    Of a configuration in JSON a plan has expressions as they are written, beside what they refer to.
    """
    planned = expression.get("constant_value", _NOT_THERE)
    there, here = _named(expression.get("references")), set[str]().union(*map(_referring, strings(value)))
    if _open(value) and there != here and (planned is _NOT_THERE or not _open(planned)):
        yield f"{path} is made of {_list(there)} in the plan, of {_list(here)} in the stack"
    elif _open(value) and planned is _NOT_THERE:
        return
    elif not same(planned, value) or (planned is _NOT_THERE and there):
        there_ = "an expression" if planned is _NOT_THERE else said(planned, path, value)
        yield f"{path} is {there_} in the plan, {said(value, path)} in the stack"


def _said(value: Any) -> bool:
    """Whether anything in it is a value or a block, which a plan would show; an empty mapping may be neither."""
    if isinstance(value, list):
        return any(isinstance(one, dict) or _said(one) for one in value)
    return any(map(_said, value.values())) if isinstance(value, dict) else value is not None


def _named(references: Any) -> set[str]:
    """What a plan says that an expression refers to: variables, locals, modules, resources and data sources."""
    return {found for one in listed(references) if isinstance(one, str) for found in _referring(f"${{{one}}}")}


def _referring(text: str) -> set[str]:
    """The same of an expression's text, `each`, `count`, `self` and `path` aside."""
    found = {f"{kind}.{name}" for inner in _INTERPOLATED.findall(text) for kind, name in _NAMED.findall(inner)}
    return {*found, *(address for address, _ in referred(text))} if is_expression(text) else set()


def _list(addresses: set[str]) -> str:
    return ", ".join(sorted(addresses)) or "nothing else"


def _open(value: Any) -> bool:
    return any(map(is_expression, strings(value)))


def same(planned: Any, value: Any) -> bool:
    """Whether Terraform takes a constant of the plan and a value of the stack for one and the same."""
    if isinstance(value, Hidden):
        return value == Hidden(planned)
    if isinstance(planned, dict) and isinstance(value, dict):
        return all(same(planned.get(key), value.get(key)) for key in planned.keys() | value.keys())
    if isinstance(planned, list) and isinstance(value, list):
        return len(planned) == len(value) and all(map(same, planned, value))
    return bool(_plain(planned) == _plain(value))


def _plain(value: Any) -> Any:
    """As far as Terraform tells values apart: `"80"` is 80, and nothing at all is null or empty."""
    if value is None or value is _NOT_THERE or value in ([], {}):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, Hidden) else _SPACED.sub(lambda found: f"${{{found[1].strip()}}}", str(value))


def said(value: Any, path: str, beside: Any = None) -> str:
    """A value in a message, hidden where its name or the value `beside` it has to be."""
    text = repr(beside if isinstance(beside, Hidden) else hide(value, name=path.rpartition(".")[2]))
    return "not set" if value is None else text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def mapping(value: Any) -> Json:
    """A mapping, or an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list, or an empty one for what is none."""
    return value if isinstance(value, list) else []
