"""What a resource of a stack is called in Google Cloud: its id, which follows from its kind and names alone.

A name of which Terraform chooses when it plans (docs/adr/0013) gives several ids, the likeliest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import product

from cloudrun_psc.rules import connections
from deployment.references import candidates, is_expression, referred, resolved
from deployment.stack import Item, Stack
from deployment.values import Json

_NUMBER = re.compile(r"\$\{data\.google_project\.([\w-]+)\.number\}")
_OUTPUT = re.compile(r"terraform_remote_state\.([\w-]+)(?:\[0\])?\.outputs\.([\w-]+)")
# What Terraform falls back to when an attribute is not given.
_OF_PROVIDER = {"project": "project", "region": "region", "location": "region", "zone": "zone"}


def provider(stack: Stack) -> Json:
    """The settings of a stack's google provider."""
    return stack.items["provider.google"].values if "provider.google" in stack.items else {}


def with_numbers(text: str, stack: Stack, number: Callable[[str], str | None]) -> str:
    """A text with the numbers of projects that the stack looks up; one that nobody knows stays an expression."""

    def put(found: re.Match[str]) -> str:
        item = stack.items.get(f"data.google_project.{found[1]}")
        project = item.values.get("project_id") if item else None
        return (number(str(project)) if project else None) or found[0]

    return _NUMBER.sub(put, text)


def ids(item: Item, stack: Stack, numbers: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The ids that a resource can have, as `terraform import` and Google's links have them; () where nobody can tell.

    `numbers` are those of projects, by id, for members whose account has one in its name.
    """
    kind = item.kind
    if kind is None or not kind.import_id:
        return ()
    fields = re.findall(r"\{(\w+)\}", kind.import_id)
    given = [_values(field, item, stack, numbers or {}) for field in fields]
    return tuple(kind.import_id.format(**dict(zip(fields, values, strict=True))) for values in product(*given))


def _values(field: str, item: Item, stack: Stack, numbers: Mapping[str, str]) -> tuple[str, ...]:
    value = item.values.get(field)
    if value is None and field in _OF_PROVIDER:
        value = provider(stack).get(_OF_PROVIDER[field])
    text = resolved(value, stack)
    if isinstance(text, str):
        text = with_numbers(text, stack, numbers.get)
    # Of two names the one that was given comes first; a new deployment has that.
    return tuple(dict.fromkeys(reversed(candidates(text))))


def linked(value: object, stack: Stack) -> tuple[str, ...]:
    """The ids of what an attribute refers to: by link, by reference, or by an output of a stack that is here too."""
    if not isinstance(value, str) or not value:
        return ()
    if not is_expression(value):
        return (connections.plain(value),)
    for address, _ in referred(value):
        if address in stack.items and (found := ids(stack.items[address], stack)):
            return found
    if output := _OUTPUT.search(value):
        other = stack.others.get(output[1])
        item = other.items.get(f"output.{output[2]}") if other else None
        return linked(item.values.get("value"), other) if item and other else ()
    return ()


def plain(link: object) -> str:
    """A link of Google's without its host and version, to compare it by; "" for none."""
    text = str(link or "")
    return text[text.index("projects/") :] if "projects/" in text else text


def same(link: str, wanted: str) -> bool:
    """Whether a plain link leads there; Google may give a project by its number, which few may look up."""
    project, *within = link.split("/")[1:] or [""]
    return link == wanted or (project.isdigit() and within == wanted.split("/")[2:])
