"""Synthesized stacks, read from an output folder: ours, or those of any CDKTF app."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deployment.hidden import hide
from deployment.output_folder import StackFolder, stacks_of
from deployment.stack import REMOVED, Item, Stack, blocks, reads
from deployment.values import Json, boolean, without_metadata

_LOCKED = re.compile(r'provider "([^"]+)" \{\s*version\s*=\s*"([^"]+)"')


def read(output: Path, environment: str) -> dict[str, Stack]:
    """The stacks of an output folder by name, in the order of their deployment.

    Raises:
        UnusableError: when the folder has none, or a stack is no Terraform JSON.
    """
    stacks = {folder.name: _stack(folder, environment) for folder in stacks_of(output)}
    return {name: replace(stack, others=stacks) for name, stack in stacks.items()}


def _stack(folder: StackFolder, environment: str) -> Stack:
    stack = stack_of(folder.content(), environment, folder.name, folder.lock())
    others = {f"file.{name}": {"sha256": digest} for name, digest in folder.others().items()}
    return replace(
        stack, items={**stack.items, **{name: Item(name, "file", values) for name, values in others.items()}}
    )


def stack_of(content: Json, environment: str, name: str, lock: str = "") -> Stack:
    """A stack from its Terraform JSON and the text of its provider lock file."""
    content = {key: _bodies(value) for key, value in content.items() if key != "//"}
    items = {item.address: item for item in _items(content, lock)}
    none = {address: item for address, item in items.items() if _makes_none(item)}
    items = {address: item for address, item in items.items() if address not in none}
    moves = {str(move.get("from")): str(move.get("to")) for move in blocks(content, "moved")}
    ends = {former: _end(former, moves) for former in moves}
    return Stack(environment, name, dict(sorted(items.items())), ends, none=none, left=frozenset(_left(content)))


def _end(address: str, moves: Mapping[str, str]) -> str:
    """Where a chain of moves ends; Terraform refuses one that goes round in circles."""
    seen = {address}
    while (address := moves[address]) in moves and address not in seen:
        seen.add(address)
    return address


def _left(content: Json) -> Iterator[str]:
    """What `removed` blocks have Terraform forget."""
    for removed in blocks(content, "removed"):
        if any(boolean(lifecycle.get("destroy")) is False for lifecycle in blocks(removed, "lifecycle")):
            yield str(removed.get("from"))


def _makes_none(item: Item) -> bool:
    """Whether Terraform makes nothing of it: a count of nought, nothing to make one for each of, or not enabled.

    OpenTofu has the last: https://opentofu.org/docs/language/meta-arguments/enabled/
    """
    counted = item.is_resource or reads(item.type)
    off = boolean(item.lifecycle.get("enabled")) is False
    return counted and (off or str(item.values.get("count")) in {"0", "0.0"} or item.values.get("for_each") in ([], {}))


# What is read of a stack; anything else at its top is an item of its own, about which nobody knows anything.
_READ = frozenset(
    {"", "//", "check", "data", "ephemeral", "locals", "module", "moved", "output", "provider", "removed", "resource",
     "terraform", "variable"}
)  # fmt: skip


def _items(content: Json, lock: str) -> Iterator[Item]:
    for section in sorted(content.keys() - _READ):
        yield Item(f"section.{section}", "section", {"content": hide(content[section])})
    yield from _blocks(content, "resource", "")
    yield from _blocks(content, "ephemeral", "ephemeral.")
    # A check may read data of its own, which has an address like any other.
    for holder in (content, *map(_merged, _mapping(content, "check").values())):
        yield from _blocks(holder, "data", "data.")
    for name, values in _mapping(content, "output").items():
        yield Item(f"output.{name}", "output", _named(name, values))
    for section in ("check", "variable", "module"):
        for name, values in _mapping(content, section).items():
            yield Item(f"{section}.{name}", section, _named(name, values))
    for removed in blocks(content, "removed"):
        if "provisioner" in removed:
            yield Item(f"removed.{removed.get('from')}", REMOVED, _plain({"provisioner": removed["provisioner"]}))
    for name, value in _mapping(content, "locals").items():
        yield Item(f"local.{name}", "local", _named(name, {"value": value}))
    yield from _settings(content, lock)


def _blocks(content: Json, section: str, prefix: str) -> Iterator[Item]:
    for type_, named in _mapping(content, section).items():
        for name, values in _merged(named).items():
            yield Item(f"{prefix}{type_}.{name}", f"{prefix}{type_}", _plain(values))


def _settings(content: Json, lock: str) -> Iterator[Item]:
    providers = _mapping(content, "provider")
    for name in providers:
        for index, values in enumerate(blocks(providers, name)):
            alias = values.get("alias") or (index or "")
            yield Item(f"provider.{name}{f'.{alias}' if alias else ''}", "provider", _plain(values))
    settings = _mapping(content, "terraform")
    known = {"backend", "required_version", "required_providers"}
    for name in sorted(settings.keys() - known - {"cloud"}):
        yield Item(f"section.terraform.{name}", "section", {"content": hide(settings[name])})
    cloud = {"cloud": settings["cloud"]} if "cloud" in settings else {}
    backend = cloud or _mapping(settings, "backend")
    kind = next(iter(backend), "local")
    yield Item("terraform.backend", "backend", {"type": kind, **_plain(_mapping(backend, kind))})
    if "required_version" in settings:
        yield Item("terraform.required_version", "terraform", {"version": settings["required_version"]})
    for name, values in _mapping(settings, "required_providers").items():
        wanted = values if isinstance(values, dict) else {"version": values}
        yield Item(f"terraform.required_providers.{name}", "constraint", _plain(wanted))
    if lock:
        yield Item("terraform.lock", "lock", {"providers": dict(_LOCKED.findall(lock))})


def _plain(values: Any) -> Json:
    plain: Json = hide(without_metadata(_merged(values)))
    return plain


def _named(name: str, values: Any) -> Json:
    """Values of something whose name tells what its value is: `output "db_password"`."""
    plain = _plain(values)
    marked = any(boolean(plain.get(mark)) for mark in ("sensitive", "ephemeral"))
    return plain | {key: hide(plain[key], marked, name) for key in ("value", "default") if key in plain}


def _bodies(value: Any) -> Any:
    """A copy with every body that is written as a list of its parts, in a list of blocks, put together.

    https://github.com/hashicorp/hcl/blob/main/json/spec.md#blocks
    """
    if isinstance(value, dict):
        return {key: _bodies(inner) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    parts = [isinstance(inner, list) and bool(inner) and all(isinstance(one, dict) for one in inner) for inner in value]
    return [_bodies(_merged(inner) if body else inner) for inner, body in zip(value, parts, strict=True)]


def _mapping(values: Json, name: str) -> Json:
    return _merged(values.get(name))


def _merged(value: Any) -> Json:
    """A mapping, or what a list of mappings comes to: Terraform's JSON has both wherever blocks have labels."""
    if isinstance(value, dict):
        return value
    merged: Json = {}
    for entry in value if isinstance(value, list) else ():
        for key, inner in entry.items() if isinstance(entry, dict) else ():
            both = key in merged and isinstance(merged[key], dict) and isinstance(inner, dict)
            merged[key] = {**merged[key], **inner} if both else inner
    return merged
