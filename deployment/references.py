"""What an expression of a synthesized stack stands for, as far as the stack itself tells it.

`${google_compute_network.network.name}` is that network's name when it is written down; a project's number, a link or
an output of another stack is not known before something is applied, and is then described in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from deployment.hidden import Hidden
from deployment.kinds import COLLECTIONS
from deployment.stack import UNKNOWN, Item, Stack, texts
from deployment.values import strings

_WHOLE = re.compile(r"\$\{([^{}]*)\}")
# An address of a resource or data source, in a plan below its modules; an instance's key, and the attribute behind it.
_ADDRESS = re.compile(
    r"\b((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*(?:(?:data|ephemeral)\.)?[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.[A-Za-z_][\w-]*)"
    r"((?:\[[^\]]*\])?(?:\.[\w-]+)*)"
)
_KEY = re.compile(r"^\[[^\]]*\]")
DEFAULT_ACCOUNT = "the default Compute Engine account of project "
_DEFAULT_ACCOUNT = re.compile(
    r"serviceAccount:(?:<number of (?P<project>[^<>]*)>|(?P<number>\d+))-compute@developer\.gserviceaccount\.com"
)
# A name that Terraform chooses of two, the one of a first deployment last (docs/adr/0013).
_ONE_OF_TWO = re.compile(r'\$\{.* \? "([^"]*)" : "([^"]*)"\}')
# What a reference to a whole resource is called by: its name, or what stands in for one.
_NAMES = ("name", "address_name", "service", "account_id")


def is_expression(value: Any) -> bool:
    """Whether Terraform has to evaluate it."""
    return isinstance(value, str) and ("${" in value or "%{" in value)


def is_reference(value: Any) -> bool:
    """Whether it is one reference to an item, or to an attribute of it, and nothing else."""
    match = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    return match is not None and _ADDRESS.fullmatch(match[1].strip()) is not None


def is_open(value: Any) -> bool:
    """Whether nobody can tell it yet: unknown, hidden, or an expression."""
    return value is UNKNOWN or isinstance(value, Hidden) or is_expression(value)


def referred(value: Any) -> Iterator[tuple[str, str]]:
    """Every address that the expressions in `value` refer to, with the attribute path behind it."""
    for text in filter(is_expression, strings(value)):
        for address, rest in _ADDRESS.findall(text):
            yield address, _KEY.sub("", rest).lstrip(".")


def needed(item: Item) -> Iterator[str]:
    """Every address that an item refers to or waits for: in its expressions, and where Terraform JSON has bare ones."""
    yield from (address for address, _ in referred(item.values))
    for text in (*texts(item.values, "depends_on"), *texts(item.lifecycle, "replace_triggered_by")):
        yield from (address for address, _ in _ADDRESS.findall(str(text)))


def items_referred(value: Any, stack: Stack) -> Iterator[Item]:
    """The items of the stack that the expressions in `value` refer to: in a plan each instance is one of its own."""
    for text in filter(is_expression, strings(value)):
        for address, rest in _ADDRESS.findall(text):
            item = _at(address, rest, stack)
            if item is not None:
                yield item


def _at(address: str, rest: str, stack: Stack) -> Item | None:
    key = _KEY.match(rest)
    return stack.items.get(f"{address}{key[0]}" if key else "") or stack.items.get(address)


def resolved(value: Any, stack: Stack) -> Any:
    """`value` with what the stack itself knows filled in; an expression remains where it does not."""
    if not is_expression(value):
        return value
    return _WHOLE.sub(lambda match: _literal(match[1], stack) or match[0], str(value))


def readable(value: Any, stack: Stack) -> Any:
    """`value` as a person would say it: literals, and words where only Terraform will know."""
    if not is_expression(value):
        return _account(value, stack)

    def put(match: re.Match[str]) -> str:
        literal = _literal(match[1], stack)
        return _described(match[1], stack) if literal is None else literal

    return _account(_WHOLE.sub(put, str(value)), stack)


def _literal(expression: str, stack: Stack) -> str | None:
    match = _ADDRESS.fullmatch(expression.strip())
    if not match:
        return None
    item = _at(match[1], match[2], stack)
    attribute = match[2] if item is None else match[2].removeprefix(item.address.removeprefix(match[1])).lstrip(".")
    if item is None or "." in attribute or "[" in attribute:
        return None
    known = item.values.get(attribute)
    return known if isinstance(known, str) and not is_expression(known) else None


def _described(expression: str, stack: Stack) -> str:
    number = re.fullmatch(r"data\.google_project\.([\w-]+)\.number", expression.strip())
    if number:
        item = stack.items.get(f"data.google_project.{number[1]}")
        project = item.values.get("project_id") if item else None
        if isinstance(project, str):
            return f"<number of {project}>"
    output = re.search(r"terraform_remote_state\.([\w-]+)(?:\[0\])?\.outputs\.([\w-]+)", expression)
    if output:
        return _of_another(output[1], output[2], stack) or f"output {output[2]} of {output[1]}"
    named = _ADDRESS.findall(expression)
    item = _at(named[0][0], named[0][1], stack) if len(named) == 1 else None
    if item is not None:
        return name_of(item, stack)
    return "${" + expression + "}"


def _of_another(state: str, output: str, stack: Stack) -> str | None:
    """What an output of another stack names, where that stack is here to be asked."""
    other = stack.others.get(state)
    item = other.items.get(f"output.{output}") if other else None
    value = item.values.get("value") if item else None
    named = target_of(value, other) if other else None
    if other and named:
        return name_of(named, other)
    return value if isinstance(value, str) and not is_expression(value) else None


def _account(text: Any, stack: Stack) -> Any:
    """A project's default Compute Engine account, whose number nobody knows by heart."""
    match = _DEFAULT_ACCOUNT.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return text
    project = match["project"] or stack.numbers.get(match["number"])
    return f"{DEFAULT_ACCOUNT}{project}" if project else text


def candidates(value: Any) -> tuple[str, ...]:
    """What a name can come to, as far as the stack tells: one, or the two of which Terraform chooses."""
    match = _ONE_OF_TWO.fullmatch(value) if isinstance(value, str) else None
    if match:
        return match.groups()
    return (value,) if isinstance(value, str) and not is_expression(value) else ()


def name_of(item: Item, stack: Stack) -> str:
    """What people call a resource: its name where it is known, else its address."""
    for attribute in _NAMES:
        value = resolved(item.values.get(attribute), stack)
        value = (candidates(value) or (value,))[-1]
        if isinstance(value, str) and value and not is_expression(value):
            return value
    return item.address


def target_of(value: Any, stack: Stack) -> Item | None:
    """The stack's item that an attribute refers to: by expression, or by a link that ends in its name."""
    if not isinstance(value, str):
        return None
    item = next(items_referred(value, stack), None)
    if item is not None or "/" not in value or is_expression(value):
        return item
    *_, collection, name = value.split("/")
    named = stack.called(COLLECTIONS.get(collection, ""), name)
    # One whose link is known is another one of that name, in another project or region.
    return stack.linked(value) or (None if named and isinstance(named.values.get("self_link"), str) else named)
