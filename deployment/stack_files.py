"""Synthesized stacks, read from an output folder: ours, or those of any CDKTF app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from deployment.hidden import Hidden, hide
from deployment.output_folder import StackFolder, stacks_of
from deployment.stack import Item, Stack
from deployment.values import Json, without_metadata

_LOCKED = re.compile(r'provider "([^"]+)" \{\s*version\s*=\s*"([^"]+)"')


def read(output: Path, environment: str) -> dict[str, Stack]:
    """The stacks of an output folder by name, in the order of their deployment.

    Raises:
        UnusableError: when the folder has none, or a stack is no Terraform JSON.
    """
    stacks = {folder.name: _stack(folder, environment) for folder in stacks_of(output)}
    return {name: replace(stack, others=stacks) for name, stack in stacks.items()}


def _stack(folder: StackFolder, environment: str) -> Stack:
    return stack_of(folder.content(), environment, folder.name, folder.lock())


def stack_of(content: Json, environment: str, name: str, lock: str = "") -> Stack:
    """A stack from its Terraform JSON and the text of its provider lock file."""
    content = {key: value for key, value in content.items() if key != "//"}
    items = {item.address: item for item in _items(content, lock)}
    moves = {str(one.get("from")): str(one.get("to")) for one in _listed(content.get("moved"))}
    return Stack(environment, name, dict(sorted(items.items())), moves)


def _items(content: Json, lock: str) -> Iterator[Item]:
    for kind, named in _mapping(content.get("resource")).items():
        for name, values in _mapping(named).items():
            yield Item(f"{kind}.{name}", kind, _plain(values))
    for kind, named in _mapping(content.get("data")).items():
        for name, values in _mapping(named).items():
            yield Item(f"data.{kind}.{name}", f"data.{kind}", _plain(values))
    for name, values in _mapping(content.get("output")).items():
        yield Item(f"output.{name}", "output", _output(_named(name, values)))
    for part, kind in (("check", "check"), ("variable", "variable"), ("module", "module")):
        for name, values in _mapping(content.get(part)).items():
            yield Item(f"{part}.{name}", kind, _named(name, values))
    for name, values in _mapping(content.get("locals")).items():
        yield Item(f"local.{name}", "local", _named(name, {"value": values}))
    yield from _settings(content, lock)


def _settings(content: Json, lock: str) -> Iterator[Item]:
    for name, given in _mapping(content.get("provider")).items():
        for index, values in enumerate(_listed(given)):
            alias = values.get("alias") or (index or "")
            yield Item(f"provider.{name}{f'.{alias}' if alias else ''}", "provider", _plain(values))
    settings = _mapping(content.get("terraform"))
    backend = _mapping(settings.get("backend"))
    kind = next(iter(backend), "local")
    yield Item("terraform.backend", "backend", {"type": kind, **_plain(_mapping(backend.get(kind)))})
    if "required_version" in settings:
        yield Item("terraform.required_version", "terraform", {"version": settings["required_version"]})
    for name, values in _mapping(settings.get("required_providers")).items():
        wanted = values if isinstance(values, dict) else {"version": values}
        yield Item(f"terraform.required_providers.{name}", "constraint", _plain(wanted))
    versions = dict(_LOCKED.findall(lock))
    if lock:
        yield Item("terraform.lock", "lock", {"providers": versions})


def _plain(values: Any) -> Json:
    return hide(without_metadata(values)) if isinstance(values, dict) else {}


def _named(name: str, values: Any) -> Json:
    """Values of something whose name tells what its value is: `output "db_password"`."""
    plain = _plain(values)
    return plain | {key: hide(plain[key], name=name) for key in ("value", "default") if key in plain}


def _output(values: Json) -> Json:
    if values.get("sensitive") is True and "value" in values and not isinstance(values["value"], Hidden):
        values["value"] = Hidden(values["value"])
    return values


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Json]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]
