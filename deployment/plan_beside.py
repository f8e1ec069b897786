"""What a plan's configuration has beside attributes: code that runs, counts, order, providers, outputs, variables.

A plan's JSON holds no lifecycle, no moved, removed, import or ephemeral blocks and no locals, nor required_version and
backend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from deployment.plan_expressions import differing, listed, mapping, said, same
from deployment.registries import short
from deployment.stack import Item, Stack, texts
from deployment.values import Json, boolean

# Terraform's own provider, of records and of other stacks' states.
_BUILT_IN = "terraform.io/builtin/terraform"
# Of a provisioner or a call of a module a plan has these elsewhere or not at all.
_OF_PROVISIONER = {"connection", "on_failure", "when"}
_OF_MODULE = {"count", "depends_on", "for_each", "providers", "source", "version"}


def beside_differing(configuration: Json, module: Json, stack: Stack) -> Iterator[str]:
    """Every difference in words."""
    resources = {str(one.get("address")): one for one in map(mapping, listed(module.get("resources")))}
    yield from _present(resources, module, stack)
    for address, resource in resources.items():
        if address in stack.described:
            yield from _of_resource(resource, stack.described[address])
    for section, type_, differences in _SECTIONS:
        for name, planned in mapping(module.get(section)).items():
            item = stack.items.get(f"{type_}.{name}")
            yield from differences(mapping(planned), item) if item is not None else ()
    for provider in mapping(configuration.get("provider_config")).values():
        yield from _of_provider(mapping(provider), stack)


def _present(resources: Mapping[str, Json], module: Json, stack: Stack) -> Iterator[str]:
    reads = {address for address, one in resources.items() if one.get("mode") == "data"}
    yield from _on_one_side(reads, {item.address for item in stack.described.values() if item.type.startswith("data.")})
    for section, type_ in (("module_calls", "module"), ("outputs", "output")):
        planned = {f"{type_}.{name}" for name in mapping(module.get(section))}
        yield from _on_one_side(planned, {item.address for item in stack.of(type_)})
    actions = {str(mapping(one).get("address")) for one in listed(module.get("actions"))}
    written = stack.items.get("section.action")
    named = mapping(written.values.get("content") if written else None).items()
    yield from _on_one_side(actions, {f"action.{type_}.{name}" for type_, names in named for name in mapping(names)})


def _on_one_side(planned: set[str], written: set[str]) -> Iterator[str]:
    yield from (f"the plan has {address}, the stack has none" for address in sorted(planned - written))
    yield from (f"the stack has {address}, the plan has none" for address in sorted(written - planned))


def _of_resource(resource: Json, item: Item) -> Iterator[str]:
    yield from _many(resource, item)
    yield from _order(resource, item)
    key = resource.get("provider_config_key")
    wanted = _bare(item.values.get("provider") or item.type.removeprefix("data.").partition("_")[0])
    if key is not None and key != wanted:
        yield f"{item.address} is made by the provider {key} in the plan, {wanted} in the stack"
    planned = [(str(one.get("type")), one) for one in map(mapping, listed(resource.get("provisioners")))]
    written = [(name, one) for block in texts(item.values, "provisioner") for name, ones in mapping(block).items()
               for one in (ones if isinstance(ones, list) else [ones])]  # fmt: skip
    names, here = [name for name, _ in planned], [name for name, _ in written]
    if names != here:
        yield f"{item.address} has the provisioners {names} in the plan, {here} in the stack"
        return
    for (name, one), (_, own) in zip(planned, written, strict=True):
        values = {key: value for key, value in mapping(own).items() if key not in _OF_PROVISIONER}
        yield from differing(mapping(one.get("expressions")), values, f"{item.address}.{name}")


def _many(planned: Json, item: Item) -> Iterator[str]:
    for name in ("count", "for_each"):
        there, given = f"{name}_expression" in planned, item.values.get(name)
        if there and given is not None:
            yield from differing(planned[f"{name}_expression"], given, f"{item.address}.{name}")
        elif there or given is not None:  # also an empty one: it makes nothing
            yield f"{item.address} has {name} in the {'plan' if there else 'stack'} alone"


def _of_module(call: Json, item: Item) -> Iterator[str]:
    yield from _many(call, item)
    yield from _order(call, item)
    for name, key in (("source", "source"), ("version", "version_constraint")):
        yield from _other(call.get(key), item.values.get(name), f"{item.address}.{name}")
    values = {key: value for key, value in item.values.items() if key not in _OF_MODULE}
    yield from differing(mapping(call.get("expressions")), values, item.address)
    passed = {str(name): _bare(one) for name, one in mapping(item.values.get("providers")).items()}
    # What no other one is passed for, a module takes from its caller; with a colon it is of the module's own.
    for key in sorted({key for key in _providers(mapping(call.get("module"))) if ":" not in key}):
        name = key.partition(".")[0]
        given = {one for one in passed.values() if one.partition(".")[0] == name} | ({name} - passed.keys())
        if key not in given:
            yield f"{item.address} is made by the provider {key} in the plan, which the stack does not pass to it"


def _providers(module: Json) -> Iterator[str]:
    """The providers that make what is in a module."""
    for resource in map(mapping, listed(module.get("resources"))):
        yield from texts(resource, "provider_config_key")
    for call in mapping(module.get("module_calls")).values():
        yield from _providers(mapping(mapping(call).get("module")))


def _of_output(output: Json, item: Item) -> Iterator[str]:
    yield from _order(output, item)
    yield from _of_marks(output, item)


def _of_variable(variable: Json, item: Item) -> Iterator[str]:
    yield from _of_marks(variable, item)
    if "set(" not in str(item.values.get("type")):  # Terraform puts the entries of a set in an order of its own
        yield from _other(variable.get("default"), item.values.get("default"), f"{item.address}.default")


def _of_marks(planned: Json, item: Item) -> Iterator[str]:
    there, here = (boolean(values.get("sensitive")) is True for values in (planned, item.values))
    yield from _other(there, here, f"{item.address}.sensitive")


_SECTIONS: tuple[tuple[str, str, Callable[[Json, Item], Iterator[str]]], ...] = (
    ("outputs", "output", _of_output), ("variables", "variable", _of_variable), ("module_calls", "module", _of_module)
)  # fmt: skip


def _other(planned: Any, written: Any, path: str) -> Iterator[str]:
    if not same(planned, written):
        yield f"{path} is {said(planned, path, written)} in the plan, {said(written, path)} in the stack"


def _order(planned: Json, item: Item) -> Iterator[str]:
    there = {_bare(one) for one in listed(planned.get("depends_on"))}
    here = {_bare(one) for one in texts(item.values, "depends_on")}
    if there != here:
        yield (
            f"{item.address} depends on {', '.join(sorted(there)) or 'nothing'} in the plan, on "
            f"{', '.join(sorted(here)) or 'nothing'} in the stack"
        )


def _of_provider(provider: Json, stack: Stack) -> Iterator[str]:
    name, full = str(provider.get("name")), provider.get("full_name")
    constraint = stack.items.get(f"terraform.required_providers.{name}")
    values = constraint.values if constraint else {}
    if full is None or full == _BUILT_IN or "module_address" in provider:
        return
    wanted = short(values["source"] if isinstance(values.get("source"), str) else name)
    if short(str(full)) != wanted:
        yield f"the provider {name} is {said(full, '')} in the plan, {wanted!r} in the stack"
    there, here = provider.get("version_constraint"), values.get("version")
    if _versions(there) != _versions(here):
        yield f"the provider's version is {said(there, '')} in the plan, {said(here, '')} in the stack"


def _versions(constraint: Any) -> frozenset[str]:
    """The parts of a constraint as a plan writes them: in any order, with three numbers but after `~>`."""
    return frozenset(map(_version, str(constraint or "").split(","))) - {""}


def _version(part: str) -> str:
    version = part.strip().lstrip("=<>!~ ")
    operator = part.strip()[: -len(version)].strip() if version else ""
    if operator != "~>" and version.replace(".", "").isdecimal():
        version = ".".join([*version.split("."), "0", "0"][:3])
    return f"{operator.removeprefix('=') or '='} {version}" if version else ""


def _bare(expression: Any) -> str:
    return str(expression).removeprefix("${").removesuffix("}").strip()
