"""The constants of the configuration that a plan was made from, against those of a stack as it is synthesized now.

A plan's JSON has its configuration expression by expression: a constant with its value, anything else as references. It
does not hold the backend: a plan against another state of the same configuration cannot be told by it.
https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from deployment.hidden import Hidden, hide
from deployment.references import is_expression, referred
from deployment.registries import short
from deployment.stack import Item, Stack, blocks
from deployment.values import Json, strings

# What a resource or provider block has beside its attributes; a plan has them elsewhere or not at all.
_BESIDE = {"lifecycle", "depends_on", "provider", "count", "for_each", "provisioner", "connection", "dynamic", "alias",
           "version"}  # fmt: skip
# How a provider calls Google, which changes nothing of what is deployed.
_MANNER = {"batching", "request_timeout", "request_reason", "poll_interval"}
_NOT_THERE = object()
_INTERPOLATED = re.compile(r"[$%]\{(.*)\}", re.DOTALL)
_NAMED = re.compile(r"(?<![\w.\"-])(var|local|module)\.([\w-]+)")
# Terraform's own provider, of records and of other stacks' states.
_BUILT_IN = "terraform.io/builtin/terraform"
_LONGEST = 60


def constants_differing(configuration: Any, stack: Stack) -> Iterator[str]:
    """Every constant that differs, in words; also what one side writes down and the other not at all.

    A configuration of another shape than Terraform's tells nothing, which `plan_comparison` refuses elsewhere.
    """
    module = _mapping(_mapping(configuration).get("root_module"))
    yield from _code_differing(configuration, module, stack)
    for address, expressions in _written(configuration, module):
        item = stack.items.get(address)
        if item is not None:
            yield from _differing(expressions, _attributes(item), address)
    for name, output in _mapping(module.get("outputs")).items():
        item = stack.items.get(f"output.{name}")
        expression = _mapping(output).get("expression")
        if item is None:
            yield f"the plan has output.{name}, the stack has none"
        elif isinstance(expression, dict):
            yield from _differing({"value": expression}, {"value": item.values.get("value")}, item.address)


def _code_differing(configuration: Any, module: Json, stack: Stack) -> Iterator[str]:
    """Programs that run at plan or apply on one side alone: provisioners, data sources, modules, providers."""
    resources = [one for one in _listed(module.get("resources")) if isinstance(one, dict)]
    reads = {str(one.get("address")) for one in resources if one.get("mode") == "data"} - stack.none
    yield from _on_one_side(reads, {item.address for item in stack.items.values() if item.type.startswith("data.")})
    calls = {f"module.{name}" for name in _mapping(module.get("module_calls"))}
    yield from _on_one_side(calls, {item.address for item in stack.of("module")})
    for resource in resources:
        address = str(resource.get("address"))
        item = stack.items.get(address)
        planned = [one.get("type") for one in _listed(resource.get("provisioners")) if isinstance(one, dict)]
        written = [name for block in blocks(item.values, "provisioner") for name in block] if item else []
        if item is not None and sorted(map(str, planned)) != sorted(written):
            yield f"{address} has the provisioners {planned} in the plan, {written} in the stack"
    for provider in _mapping(_mapping(configuration).get("provider_config")).values():
        name = str(_mapping(provider).get("name"))
        constraint = stack.items.get(f"terraform.required_providers.{name}")
        source = constraint.values.get("source") if constraint else None
        wanted = short(source if isinstance(source, str) else name)
        full = _mapping(provider).get("full_name")
        if full is None or full == _BUILT_IN or "module_address" in provider:
            continue
        if short(str(full)) != wanted:
            yield f"the provider {name} is {_said(full, '')} in the plan, {wanted!r} in the stack"


def _on_one_side(planned: set[str], written: set[str]) -> Iterator[str]:
    yield from (f"the plan has {address}, the stack has none" for address in sorted(planned - written))
    yield from (f"the stack has {address}, the plan has none" for address in sorted(written - planned))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _written(configuration: Any, module: Json) -> Iterator[tuple[str, Any]]:
    for provider in _mapping(_mapping(configuration).get("provider_config")).values():
        if isinstance(provider, dict) and "module_address" not in provider:
            alias = f".{provider['alias']}" if provider.get("alias") else ""
            expressions = {
                key: value for key, value in _mapping(provider.get("expressions")).items() if key not in _MANNER
            }
            yield f"provider.{provider.get('name')}{alias}", expressions
    for resource in _listed(module.get("resources")):
        if isinstance(resource, dict):
            yield str(resource.get("address")), resource.get("expressions") or {}


def _attributes(item: Item) -> Json:
    return {key: value for key, value in item.values.items() if key not in _BESIDE | _MANNER}


def _differing(expression: Any, value: Any, path: str) -> Iterator[str]:
    """`expression` of the plan against `value` of the stack."""
    if isinstance(expression, dict) and ("constant_value" in expression or "references" in expression):
        yield from _other_value(expression, value, path)
    elif isinstance(expression, list) or isinstance(value, list):
        blocks = expression if isinstance(expression, list) else [expression]
        values = value if isinstance(value, list) else [] if value is None else [value]
        if len(blocks) != len(values) and not _open(value) and (_plain(value) is not None or blocks != [{}]):
            yield f"{path} has {len(blocks)} blocks in the plan, {len(values)} in the stack"
        for at, (block, inner) in enumerate(zip(blocks, values, strict=False)):
            yield from _differing(block, inner, f"{path}[{at}]")
    elif isinstance(expression, dict) and isinstance(value, dict) and "dynamic" not in value:
        for key in sorted(expression.keys() | value.keys()):
            if key in expression:
                yield from _differing(expression[key], value.get(key), f"{path}.{key}")
            elif _plain(value[key]) is not None and not _open(value[key]) and _constant(value[key]):
                yield f"{path}.{key} is not in the plan, {_said(value[key], path)} in the stack"


def _other_value(expression: Json, value: Any, path: str) -> Iterator[str]:
    """A constant by its value, anything else by what it is made of."""
    planned = expression.get("constant_value", _NOT_THERE)
    if _open(value):
        there, here = _named(expression.get("references")), set[str]().union(*map(_referring, strings(value)))
        if there != here:
            yield f"{path} is made of {_list(there)} in the plan, of {_list(here)} in the stack"
    elif not _same(planned, value):
        said = "an expression" if planned is _NOT_THERE else _said(planned, path, value)
        yield f"{path} is {said} in the plan, {_said(value, path)} in the stack"


def _constant(value: Any) -> bool:
    """Whether anything in it is a constant that a plan would have to show; an empty block is none."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return value is not None if inner is None else any(map(_constant, inner))


def _named(references: Any) -> set[str]:
    """What a plan says that an expression refers to: variables, locals, modules, resources and data sources."""
    return {found for one in _listed(references) if isinstance(one, str) for found in _referring(f"${{{one}}}")}


def _referring(text: str) -> set[str]:
    """The same of an expression's text, `each`, `count`, `self` and `path` aside."""
    found = {f"{kind}.{name}" for inner in _INTERPOLATED.findall(text) for kind, name in _NAMED.findall(inner)}
    return {*found, *(address for address, _ in referred(text))} if is_expression(text) else set()


def _list(addresses: set[str]) -> str:
    return ", ".join(sorted(addresses)) or "nothing else"


def _open(value: Any) -> bool:
    return any(map(is_expression, strings(value)))


def _same(planned: Any, value: Any) -> bool:
    if isinstance(value, Hidden):
        return value == Hidden(planned)
    if isinstance(planned, dict) and isinstance(value, dict):
        return all(_same(planned.get(key), value.get(key)) for key in planned.keys() | value.keys())
    if isinstance(planned, list) and isinstance(value, list):
        return len(planned) == len(value) and all(map(_same, planned, value))
    return bool(_plain(planned) == _plain(value))


def _plain(value: Any) -> Any:
    """As far as Terraform tells values apart: `"80"` is 80, and nothing at all is null or empty."""
    if value is None or value is _NOT_THERE or value in ([], {}):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, Hidden) else str(value)


def _said(value: Any, path: str, beside: Any = None) -> str:
    text = repr(beside if isinstance(beside, Hidden) else hide(value, name=path.rpartition(".")[2]))
    return "not set" if value is None else text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
