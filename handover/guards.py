"""What a plan refuses, in one place: what no single apply can change, settings that were left out, overlapping ranges.

The stacks refuse each where it would happen, with all values spelled out. In a bundle these refusals stand beside the
records that they compare with, and name their values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from deployment.kinds.network import SUBNETWORK
from deployment.kinds.terraform import RECORD
from deployment.values import Json, strings, with_strings
from handover.nat_ranges import OVERLAPS

FIXED, _LOCAL = "fixed", "left_out"
_SUBNETS = f"{SUBNETWORK.type}s"
_UNCHANGED = re.compile(rf'\$\{{try\({RECORD.type}\.(\w*first_deployment)\.output\.(\w+), "([^"]*)"\) == "([^"]*)"\}}')
# Whether a range lies in one that exists: of a wider one, the prefix is the shorter of the two.
_INSIDE = re.compile(
    r'for there in (local\.\w+) : there if tonumber\(split\("/", there\)\[1\]\) < (\d+) && '
    r'cidrhost\("\$\{split\("/", there\)\[0\]\}/\$\{min\([^}]*\)\}", 0\) == '
    r'cidrhost\("([\d.]+)/\$\{min\([^}]*\)\}", 0\)'
)
_LEFT_OUT = re.compile(r"\$\{coalesce\(self\.input\.(\w+), (.+)\) == (.+)\}", re.DOTALL)


def gather(stack: Json, existing: Json) -> Json:
    """Take the records, and what they and plans are compared with, out of the stack, for a file of their own.

    `existing` are the lists of `name_existing`.
    """
    records: Json = stack.get("resource", {}).pop(RECORD.type, {})
    _first_deployments(stack, records)
    overlaps = {name: stack["locals"].pop(name) for name in (OVERLAPS,) if name in stack.get("locals", {})}
    locals_: Json = existing | overlaps
    defaults = {name: found for name, record in records.items() if (found := _defaults(record))}
    alike = len({repr(found) for found in defaults.values()}) == 1
    for name, found in defaults.items():
        called = _LOCAL if alike else f"{name.removesuffix('_settings')}_{_LOCAL}"
        locals_[called] = found
        _refuse_left_out(records[name], called)
    data: Json = {}
    if _SUBNETS in stack.get("data", {}):
        data[_SUBNETS] = stack["data"].pop(_SUBNETS)
    content = {"locals": locals_, "data": data, "resource": {RECORD.type: records} if records else {}}
    return {section: part for section, part in content.items() if part}


def _first_deployments(stack: Json, records: Json) -> None:
    """Have each record of the first deployment refuse another value, and name the values in one place."""
    for name in (name for name in records if name.endswith("first_deployment")):
        record, fixed = records[name], f"{name.removesuffix('first_deployment')}{FIXED}"
        refusals = [
            _against(refusal, fixed)
            for section in ("resource", "data")
            for named in stack.get(section, {}).values()
            for values in named.values()
            for refusal in _taken_out(values, name)
        ]
        if refusals:
            stack.setdefault("locals", {})[fixed] = record["input"]
            record["input"] = f"${{local.{fixed}}}"
            record["lifecycle"]["postcondition"] = refusals


def _taken_out(values: Json, record: str) -> Iterator[Json]:
    """The preconditions of a resource that compare with a record."""
    lifecycle = values.get("lifecycle", {})
    conditions = lifecycle.get("precondition", [])
    for condition in conditions:
        found = _UNCHANGED.fullmatch(condition["condition"])
        if found and found[1] == record:
            yield condition
            lifecycle["precondition"] = [one for one in lifecycle["precondition"] if one is not condition]
    for empty in [key for key in ("precondition",) if key in lifecycle and not lifecycle[key]]:
        del lifecycle[empty]
    if "lifecycle" in values and not lifecycle:
        del values["lifecycle"]


def _against(refusal: Json, fixed: str) -> Json:
    found = _UNCHANGED.fullmatch(refusal["condition"])
    assert found
    record, key, value = found[1], found[2], found[3]
    was = f'${{try({RECORD.type}.{record}.output.{key}, "")}}'
    return {
        "condition": f"${{try(self.input.{key}, local.{fixed}.{key}) == local.{fixed}.{key}}}",
        "error_message": refusal["error_message"].replace(
            f"{was} to {value}", f'${{try(self.input.{key}, "")}} to ${{local.{fixed}.{key}}}'
        ),
    }


def _defaults(record: Json) -> Json:
    """The defaults of the settings that are left out."""
    conditions = [one["condition"] for one in record.get("lifecycle", {}).get("postcondition", [])]
    found = [_LEFT_OUT.fullmatch(condition) for condition in conditions]
    return {match[1]: f"${{{match[2]}}}" for match in found if match}


def _refuse_left_out(record: Json, defaults: str) -> None:
    """One refusal names all settings that are left out and were given once."""
    lifecycle = record["lifecycle"]
    found = [(one, _LEFT_OUT.fullmatch(one["condition"])) for one in lifecycle["postcondition"]]
    each = f"for setting, default in local.{defaults} :"
    name = next(one["error_message"] for one, match in found if match).split(" of ", 1)[1].split(" was ", 1)[0]
    was = "${setting}: ${jsonencode(self.input[setting])}, and Cloud Run's default is ${jsonencode(default)}"
    differs = "coalesce(self.input[setting], default) {0} default".format
    lifecycle["postcondition"] = [
        {
            "condition": f"${{alltrue([{each} {differs('==')}])}}",
            "error_message": f'Settings of {name} were given once and are left out now (${{join("; ", '
            f'[{each} "{was}" if {differs("!=")}])}}). Cloud Run would keep them. Give each as its default; once that '
            "is deployed, it may be left out.",
        },
        *(one for one, match in found if not match),
    ]


def _inside(found: re.Match[str]) -> str:
    existing, prefix, start = found.groups()
    length = 'split("/", range)[1]'
    return (
        f"for range in {existing} : range if tonumber({length}) < {prefix} && "
        f'cidrhost("{start}/${{{length}}}", 0) == cidrhost(range, 0)'
    )


def name_existing(stack: Json) -> tuple[Json, Json]:
    """The stack with a name for each list of what is known of existing subnets, and these lists by their names."""
    found: Json = {}
    for address in stack.get("data", {}).get(_SUBNETS, {}):
        for attribute, plural in (("ip_cidr_range", "ranges"), ("name", "names")):
            listed = re.compile(
                rf"\[for one in data\.{_SUBNETS}\.{address}\.subnetworks : one\.{attribute} "
                r'if one\.network_name == ("[^"]*"|[\w.]+)\]'
            )
            networks = {match[1] for text in strings(stack) for match in listed.finditer(text)}
            if len(networks) != 1:
                continue
            stack = with_strings(stack, partial(listed.sub, f"local.{address}_{plural}"))
            stack = with_strings(stack, partial(_INSIDE.sub, _inside))
            found[f"{address}_{plural}"] = (
                f"${{[for subnet in data.{_SUBNETS}.{address}.subnetworks : subnet.{attribute} "
                f"if subnet.network_name == {networks.pop()}]}}"
            )
    return stack, found
