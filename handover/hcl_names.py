"""Values that stand in several places of a stack, as `locals` of its HCL: project, region, what cannot change.

Terraform JSON has each of them spelled out, as it is read by programs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from deployment.kinds.forwarding_rule import FRONTEND
from deployment.values import Json, strings, with_strings
from handover.guards import FIXED
from handover.nat_ranges import NAMES, OVERLAPS, RANGES
from handover.templates import parts

LOCALS = "locals"
# Where a stack's project and region stand, and what is fixed.
_NAMED = {"project": "project", "region": "region", "location": "region"}
_FIXED = ("name", "network", "subnetwork", "ip_cidr_range")
_OUTPUTS = re.compile(r"\bdata\.terraform_remote_state\.producer(\[0\])?\.outputs\.")
# A project is named in commands and sentences; a region can be told by itself.
_PROJECT = r"(?<=\bproject )|(?<=\bprojects/)|(?<=--project=)"
_COMMENTS = {
    FIXED: "What no single apply can change: guards.tf refuses it.",
    NAMES: "Each range has a subnet of its own name, so that a new one can stand before the former goes.",
    OVERLAPS: "Other ranges of the network that share addresses with a NAT range: at the shorter prefix of the two, "
    "both begin with the same address.",
    RANGES: "A range serves one attachment alone.",
    "producer": "What the producer's state says.",
    "calling_projects": "Projects among the callers, each for its default Compute Engine account.",
}
_OF_EACH = {
    "left_out": "Settings that the configuration leaves out, with what Cloud Run has for them.",
    "_port": "The port of the load balancer, which consumers read.",
    "_waiting": "Endpoints that are not connected, each with its status.",
    "_managed": "What Certificate Manager says of a certificate that others make.",
    "_members": "Each caller as an IAM member.",
    "_ranges": "The subnets that exist in the network, as they are at each plan.",
}


def comment(name: str) -> str:
    """What a local is."""
    return _COMMENTS.get(name) or next((said for ending, said in _OF_EACH.items() if name.endswith(ending)), "")


def with_names(files: Mapping[str, Json]) -> dict[str, Json]:
    """The files with references to the locals, which are put into the file of this name."""
    provider: Json = next((content["provider"]["google"][0] for content in files.values() if "provider" in content), {})
    named: Json = {key: provider[key] for key in ("project", "region") if isinstance(provider.get(key), str)}
    if not named:
        return dict(files)
    locals_: Json = dict(files.get(LOCALS, {}).get("locals", {}))
    fixed = {key: one for key, one in locals_.get(FIXED, {}).items() if key != "region"}
    made = {name: _with_references(content, named, fixed) for name, content in files.items() if name != LOCALS}
    read = {found[0] for content in made.values() for text in strings(content) for found in _OUTPUTS.finditer(text)}
    if read:
        made = {
            name: with_strings(content, lambda text: _OUTPUTS.sub("local.producer.", text))
            for name, content in made.items()
        }
        outputs = read.pop().removesuffix(".")
        locals_["producer"] = f"${{try({outputs}, {{}})}}" if "[0]" in outputs else f"${{{outputs}}}"
    locals_ |= _ports(made)
    for name in ("outputs", "checks", "guards", "main"):
        if name in made:
            made[name] = _said(made[name], _in_texts(named))
    return made | {LOCALS: {"locals": {**named, **_with_references(locals_, named, {})}}}


def _ports(files: Mapping[str, Json]) -> Json:
    """The ports of load balancers, which outputs tell: both refer to one local."""
    outputs, found = files.get("outputs", {}).get("output", {}), Json()
    for address, rule in files.get("main", {}).get("resource", {}).get(FRONTEND.type, {}).items():
        output = outputs.get(name := f"{address}_port", {})
        if str(output.get("value")) == rule.get("port_range"):
            found[name] = output["value"]
            output["value"] = rule["port_range"] = f"${{local.{name}}}"
    return found


def _with_references(content: Any, named: Mapping[str, str], fixed: Mapping[str, str]) -> Any:
    if isinstance(content, list):
        return [_with_references(one, named, fixed) for one in content]
    if not isinstance(content, dict):
        return content
    return {key: _reference(key, one, named, fixed) for key, one in content.items()}


def _reference(key: str, one: Any, named: Mapping[str, str], fixed: Mapping[str, str]) -> Any:
    if (name := _NAMED.get(key, "")) in named and one == named[name]:
        return f"${{local.{name}}}"
    if key in _FIXED and isinstance(one, str) and one in fixed.values():
        return f"${{local.{FIXED}.{next(name for name, value in fixed.items() if value == one)}}}"
    return _with_references(one, named, fixed)


def _said(content: Any, change: Callable[[str], str], key: str = "") -> Any:
    """Texts for people: what outputs say and refusals."""
    if isinstance(content, list):
        return [_said(one, change, key) for one in content]
    if isinstance(content, dict):
        return {name: _said(one, change, name) for name, one in content.items()}
    return change(content) if isinstance(content, str) and key in {"value", "error_message"} else content


def _in_texts(named: Mapping[str, str]) -> Callable[[str], str]:
    project, region = named.get("project", ""), named.get("region", "")
    patterns = [
        (re.compile(rf"(?:{_PROJECT}){re.escape(project)}(?![\w:-]|\.\w)"), "${local.project}"),
        (re.compile(rf"(?<![\w-]){re.escape(region)}(?![\w-])"), "${local.region}"),
    ]

    def change(text: str) -> str:
        said = list(parts(text))
        for pattern, name in patterns if project and region else []:
            said = [(code, piece if code else pattern.sub(name, piece)) for code, piece in said]
        return "".join(piece for _, piece in said)

    return change
