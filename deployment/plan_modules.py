"""What the configuration in a plan says of each resource, through all of its modules.

A plan has references as they are written: `var.target` inside a module is whatever its caller gives, `module.lb.id`
whatever that module hands out. Both are followed here to the resource that they come from. Locals stand in no plan, so
what goes through one is not known. https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployment.kinds import variants
from deployment.plan_expressions import listed, mapping
from deployment.values import Json

_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_CALL = re.compile(rf"(module\.[\w-]+)((?:{_KEY.pattern})?)\.")
# A local of a module, of which nobody can tell what it is made of.
_LOCAL = ("local", "")
# What a link to another resource is called, and which types it can lead to: where several things flow into one value.
_MEANT: Mapping[str, str] = {
    "backend_service": "backend_service", "default_service": "backend_service", "group": "group",
    "ip_address": "_address", "member": "google_service_account", "name": "google_cloud_run",
    "nat_subnets": "_subnetwork", "network": "_network", "service": "google_cloud_run",
    "service_account": "google_service_account", "subnetwork": "_subnetwork", "target_service": "_forwarding_rule",
    "url_map": "_url_map",
}  # fmt: skip


def bare(address: str) -> str:
    """An address without the keys of its instances."""
    return _KEY.sub("", address)


@dataclass(frozen=True, eq=False)
class Module:
    """A module as it is written: `path` is its address without keys, "" for the root; `given` what its caller gives."""

    path: str
    content: Json = field(repr=False)
    given: Json = field(default_factory=dict, repr=False)
    parent: Module | None = None


@dataclass(frozen=True)
class Written:
    """What is written of a resource or data source, and where."""

    type: str
    module: Module
    expressions: Json
    many: tuple[str, ...] = ()
    provisioners: tuple[str, ...] = ()

    def blocks(self, name: str) -> bool:
        """Whether an attribute of which no configuration in a plan speaks can be a dynamic block."""
        return any(isinstance(kind.keys.get(name), Mapping) for kind in variants(self.type))


class Modules:
    """The configuration of a plan."""

    def __init__(self, configuration: Json) -> None:
        """Read it.

        Raises:
            AttributeError: (or KeyError, TypeError) when it is not one.
        """
        self.written: dict[str, Written] = {}
        self._modules: dict[str, Module] = {}
        self._read(Module("", configuration.get("root_module") or {}))

    def _read(self, module: Module) -> None:
        self._modules[module.path] = module
        before = f"{module.path}." if module.path else ""
        for one in module.content.get("resources") or []:
            many = mapping(one.get("for_each_expression")).get("references")
            kind = f"data.{one['type']}" if one.get("mode") == "data" and "type" in one else str(one.get("type"))
            provisioners = (str(mapping(each).get("type")) for each in listed(one.get("provisioners")))
            self.written[f"{before}{one['address']}"] = Written(
                kind, module, one.get("expressions") or {}, tuple(map(str, listed(many))), tuple(provisioners)
            )
        for name, call in (module.content.get("module_calls") or {}).items():
            content, given = call.get("module") or {}, call.get("expressions") or {}
            self._read(Module(f"{before}module.{name}", content, given, module))

    def meant(self, expression: Any, written: Written, attribute: str, present: Instances, of: str) -> str | None:
        """The expression, with the full address in it, of the one resource that a value of `of` comes from."""
        references = map(str, listed(mapping(expression).get("references")))
        found = set(self._followed(references, written.module, written.many, frozenset()))
        found -= {(address, "") for address, rest in found if rest}
        if len({address for address, _ in found}) > 1 and attribute in _MEANT:
            found = {one for one in found if _MEANT[attribute] in one[0]}
        if len(found) != 1 or found == {_LOCAL}:
            return None
        ((address, rest),) = found
        known = present.of(address, of)
        return f"${{{known}{'.' if rest else ''}{rest}}}" if known else None

    def _followed(
        self, references: Iterable[str], module: Module, many: Iterable[str], seen: frozenset[tuple[str, str]]
    ) -> Iterator[tuple[str, str]]:
        """Addresses, each with the attribute path behind it, that references in a module come down to."""
        every = list(references)
        for reference in every:
            if any(other != reference and other.startswith((f"{reference}.", f"{reference}[")) for other in every):
                continue
            if (module.path, reference) in seen:
                continue
            further = seen | {(module.path, reference)}
            head, _, rest = reference.partition(".")
            name = re.split(r"[.\[]", rest)[0]
            if head == "var":
                if module.parent is not None:
                    given = mapping(module.given.get(name)).get("references")
                    yield from self._followed(map(str, listed(given)), module.parent, (), further)
            elif head == "each":
                yield from self._followed(many, module, (), further)
            elif head == "module":
                yield from self._handed_out(name, bare(rest).partition(".")[2], module, further)
            elif head == "local":
                yield (reference, "") if module.parent is None else _LOCAL
            elif head not in {"count", "path", "self", "terraform"}:
                yield self._address(reference, module)

    def _handed_out(
        self, name: str, output: str, module: Module, seen: frozenset[tuple[str, str]]
    ) -> Iterator[tuple[str, str]]:
        child = self._modules.get(f"{module.path}.module.{name}" if module.path else f"module.{name}")
        outputs = mapping(child.content.get("outputs")) if child and output else {}
        expression = mapping(mapping(outputs.get(output.partition(".")[0])).get("expression"))
        if child is not None:
            yield from self._followed(map(str, listed(expression.get("references"))), child, (), seen)

    @staticmethod
    def _address(reference: str, module: Module) -> tuple[str, str]:
        """A resource's address with its module's, and the attribute path; a key that is written stays."""
        parts = re.fullmatch(rf"((?:data\.)?[\w-]+\.[\w-]+(?:{_KEY.pattern})?)\.?(.*)", reference, re.DOTALL)
        address, rest = (parts[1], parts[2]) if parts else (reference, "")
        return (f"{module.path}.{address}" if module.path else address), rest


class Instances:
    """Which instances there are of what is written once."""

    def __init__(self, addresses: Iterable[str]) -> None:
        """Take the addresses of a plan."""
        self._by_bare: dict[str, list[str]] = {}
        for address in addresses:
            self._by_bare.setdefault(bare(address), []).append(address)

    def of(self, address: str, beside: str) -> str:
        """The one instance of `address` that something at the address `beside` means; "" where nobody can tell.

        It shares the keys of the modules that both are in, and the key of its own if there are several.
        """
        found = self._by_bare.get(bare(address))
        if found is None:
            return address  # read before the plan, or no resource
        key = _last_key(address)
        near = [one for one in found if _agree(one, beside) and (not key or _last_key(one) == key)]
        if len(near) > 1:
            near = [one for one in near if _last_key(one) == _last_key(beside)]
        return near[0] if len(near) == 1 else ""


def _agree(address: str, beside: str) -> bool:
    """Whether two ways through modules have the same keys as long as they go through the same modules."""
    for (name, key), (other, its) in zip(_CALL.findall(address), _CALL.findall(beside), strict=False):
        if name != other:
            return True
        if key != its:
            return False
    return True


def _last_key(address: str) -> str:
    found = re.search(rf"{_KEY.pattern}$", address)
    return found[0] if found else ""
