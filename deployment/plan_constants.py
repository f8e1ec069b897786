"""The constants of the configuration that a plan was made from, against those of a stack as it is synthesized now.

A plan's JSON has its configuration expression by expression. It does not hold the backend: a plan against another state
of the same configuration cannot be told by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployment.plan_beside import beside_differing
from deployment.plan_expressions import differing, listed, mapping
from deployment.stack import Item, Stack
from deployment.values import Json

# What a resource or provider block has beside its attributes; a plan has them elsewhere or not at all.
_BESIDE = {"lifecycle", "depends_on", "provider", "count", "for_each", "provisioner", "connection", "dynamic"}
# The same of a provider, and how it calls Google, which changes nothing of what is deployed.
_MANNER = {"alias", "batching", "poll_interval", "request_reason", "request_timeout", "version"}


def constants_differing(configuration: Any, stack: Stack) -> Iterator[str]:
    """Every constant that differs, in words; also what one side writes down and the other not at all.

    A configuration of another shape than Terraform's tells nothing, which `plan_comparison` refuses elsewhere.
    """
    module = mapping(mapping(configuration).get("root_module"))
    yield from beside_differing(mapping(configuration), module, stack)
    for address, expressions in _written(configuration, module):
        item = stack.described.get(address)
        if item is not None or address.startswith("provider."):
            yield from differing(expressions, _attributes(item) if item else {}, address)
    for name, output in mapping(module.get("outputs")).items():
        item = stack.items.get(f"output.{name}")
        expression = mapping(output).get("expression")
        if item is not None and isinstance(expression, dict):
            yield from differing({"value": expression}, {"value": item.values.get("value")}, item.address)


def _written(configuration: Any, module: Json) -> Iterator[tuple[str, Any]]:
    for provider in mapping(mapping(configuration).get("provider_config")).values():
        if isinstance(provider, dict) and "module_address" not in provider:
            alias = f".{provider['alias']}" if provider.get("alias") else ""
            expressions = {
                key: value for key, value in mapping(provider.get("expressions")).items() if key not in _MANNER
            }
            yield f"provider.{provider.get('name')}{alias}", expressions
    for resource in listed(module.get("resources")):
        if isinstance(resource, dict):
            yield str(resource.get("address")), resource.get("expressions") or {}


def _attributes(item: Item) -> Json:
    beside = _MANNER if item.type == "provider" else _BESIDE
    return {key: value for key, value in item.values.items() if key not in beside}
