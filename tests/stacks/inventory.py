"""Inventories: what matters of each resource of a stack, by Terraform address.

A resource may have more values than its inventory says (subset comparison), a stack may not have more resources, and
what stands under `absent` must be nowhere. A regenerated inventory keeps its choice of values and its `absent`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.conftest import Json, Synthesized

HERE = Path(__file__).parent
CONFIGURATIONS = sorted(path.stem for path in (HERE / "configurations").glob("*.yaml"))
REGENERATE = "./psc test tests/stacks/test_inventories.py --write-inventories"
# What a new address starts with; an inventory may then say more or less of it.
_TELLING = (
    "name", "project", "ip_cidr_range", "purpose", "port_range", "ip_address", "address", "target", "target_service",
    "nat_subnets", "consumer_accept_lists", "consumer_reject_lists", "cloud_run", "member", "service", "zone", "bucket",
)  # fmt: skip


def file(name: str) -> Path:
    """The inventory of a configuration."""
    return HERE / "inventories" / f"{name}.yaml"


def parts(stack: Json) -> dict[str, Json]:
    """Everything in a stack that has a Terraform address, outputs and checks included."""
    found: dict[str, Json] = {}
    for prefix, section in (("", "resource"), ("data.", "data")):
        for kind, named in stack.get(section, {}).items():
            found |= {f"{prefix}{kind}.{name}": values for name, values in named.items()}
    for section in ("output", "check"):
        found |= {f"{section}.{name}": values for name, values in stack.get(section, {}).items()}
    return found


def differences(expected: dict[str, Any], stack: Json) -> list[str]:
    """What a stack has too much, too little, or otherwise than its inventory says."""
    found = parts(stack)
    lines = [f"{address}: is missing" for address in expected if address not in found]
    lines += [f"{address}: is not in the inventory" for address in found if address not in expected]
    for address in expected.keys() & found.keys():
        for key, value in (expected[address] or {}).items():
            if found[address].get(key) != value:
                lines.append(f"{address}: {key} is {found[address].get(key)!r}, the inventory says {value!r}")
    return sorted(lines)


def regenerated(name: str, stacks: Synthesized) -> str:
    """The inventory as it would be for these stacks."""
    former = yaml.safe_load(file(name).read_text()) if file(name).exists() else {}
    made: dict[str, Any] = {"absent": former.get("absent", ["allUsers", "TfToken"]), "stacks": {}}
    for stack, content in stacks.items():
        known = former.get("stacks", {}).get(stack, {})
        made["stacks"][stack] = {
            address: {
                key: values[key] for key in (known[address] or {} if address in known else _TELLING) if key in values
            }
            for address, values in sorted(parts(content).items())
        }
    head = f"# Made by {REGENERATE}; values are compared as a subset.\n"
    return head + yaml.safe_dump(made, sort_keys=False, width=120)
