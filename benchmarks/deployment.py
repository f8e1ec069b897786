"""The deployments that the programs build: the reference deployment, and its like with more services and consumers.

They are synthesized by this project before anything is measured. The programs get the files as they are and, in
order.json, an order in which what stands in them can be made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measuring import timed
from benchmarks.programs import CHECKOUT, project

Json = dict[str, Any]
# Not the shipped one, which is edited by who deploys from here.
_DEFAULT = CHECKOUT / "tests" / "reference" / "config" / "environments" / "default.yaml"
_ENVIRONMENT = "benchmark"
# So many endpoints do not fit into the /24 that a consumer's subnet has by default.
_MANY, _WIDE = 200, "10.1.0.0/20"
_REFERENCE = re.compile(r"\$\{((?:data\.)?\w+\.\w+)\.\w+\}")


def synthesized(services: int, consumers: int, folder: Path, caches: Path) -> Path:
    """Synthesize it below `folder`, which is new; 1 and 1 is the reference deployment. What programs are given.

    Raises:
        BenchmarkError: when it cannot be synthesized.
    """
    folder.mkdir(parents=True)
    file, home = folder / f"{_ENVIRONMENT}.yaml", folder / _ENVIRONMENT
    file.write_text(yaml.safe_dump(configuration(services, consumers)), encoding="utf-8")
    variables = {"CDKTF_OUTDIR": str(folder), "PSC_CONFIG": str(file)}
    program = project()
    timed(program.command, program.environment(caches) | variables, home)
    stacks = json.loads((home / "manifest.json").read_text())["stacks"]
    after = {name: stack["dependencies"] for name, stack in stacks.items()}
    ordered = {name: order(json.loads((home / "stacks" / name / "cdk.tf.json").read_text())) for name in _sorted(after)}
    (home / "order.json").write_text(json.dumps(ordered))
    return home


def configuration(services: int, consumers: int) -> Json:
    """The default configuration with so many of each; the services are dealt out among the consumers in turn."""
    settings: Json = yaml.safe_load(_DEFAULT.read_text(encoding="utf-8"))
    ((service, published),) = settings["producer"]["services"].items()
    ((consumer, side),) = settings["consumers"].items()
    ((endpoint, connected),) = side["endpoints"].items()
    settings["producer"]["services"] = {
        _numbered(service, number): published | ({"nat_ranges": [_nat_range(number)]} if number else {})
        for number in range(services)
    }
    settings["consumers"] = {}
    for number in range(consumers):
        dealt = [*range(number, services, consumers)] or [number % services]
        endpoints = {
            _numbered(endpoint, place): {
                "service": _numbered(service, dealt_out),
                "address": str(ip_address(connected["address"]) + place),
            }
            for place, dealt_out in enumerate(dealt)
        }
        wide = {"network": {"subnet": {"range": _WIDE}}} if len(dealt) >= _MANY else {}
        own = {"project": _numbered(side["project"], number), "endpoints": endpoints}
        settings["consumers"][_numbered(consumer, number)] = side | own | wide
    return settings


def _numbered(name: str, number: int) -> str:
    """The first of each has the plain name of the default configuration."""
    return f"{name}-{number}" if number else name


def _nat_range(service: int) -> str:
    return f"{ip_address('10.2.0.0') + 32 * service}/27"


def order(stack: Json) -> list[str]:
    """Every resource and data source as SECTION.KIND.NAME, behind those that it refers to."""
    return _sorted(
        {
            f"{section}.{kind}.{name}": _referred(given)
            for section in ("data", "resource")
            for kind, named in stack.get(section, {}).items()
            for name, given in named.items()
        }
    )


def _referred(given: Json) -> list[str]:
    addresses = [*given.get("depends_on", []), *_REFERENCE.findall(json.dumps(given))]
    return [address if address.startswith("data.") else f"resource.{address}" for address in addresses]


def _sorted(after: Mapping[str, Sequence[str]]) -> list[str]:
    return list(TopologicalSorter(after).static_order())
