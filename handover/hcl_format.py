"""Terraform's own language, for people to read: blocks in reading order, references unquoted, comments that say why.

Not python-hcl2: what its writer makes is not laid out as `terraform fmt` does, and it has no comments (adr/0007).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deployment.values import Json
from handover import hcl_kinds, reasons
from handover.hcl_kinds import LIFECYCLE, MAP, REFERENCES, Keys
from handover.hcl_layout import Attribute, Block, assignments, text
from handover.hcl_values import InexpressibleError, mapping, plain_value, references, value
from handover.variables import Variable

ENDING = ".tf"
VALUES = "terraform.tfvars"
_FIRST = ("count", "for_each")
_NESTED: Mapping[str, Keys] = {"check": {"assert": {}}, "variable": {"validation": {}}, "output": {"precondition": {}}}


def stack_file(content: Json) -> str:
    """One file of a stack.

    Raises:
        InexpressibleError: for what is not known to be block or attribute; the message names it.
    """
    return text(list(_file(content)))


def values_file(variables: Sequence[Variable]) -> str:
    """The present values of the variables, each under its description."""
    found = (
        "\n".join(
            assignments([Attribute(name=one.name, value=plain_value(one.value), comment=one.description)])
        )
        for one in variables
    )  # fmt: skip
    return "\n\n".join(found) + "\n"


def assignment(values: Mapping[str, Any]) -> str:
    """Values as they stand in the file of values, for showing an edit of them."""
    return "\n".join(assignments([Attribute(name=name, value=plain_value(one)) for name, one in values.items()]))


def _file(content: Json) -> Iterator[Block]:
    known = {"terraform", "provider", "variable", "data", "resource", "moved", "check", "output"}
    for section in sorted(content.keys() - known):
        raise InexpressibleError(f"{section}: a section that is not known here; take the JSON bundle")
    if "terraform" in content:
        yield _terraform(content["terraform"])
    for name, configurations in content.get("provider", {}).items():
        for one in configurations:
            keys = _known(hcl_kinds.PROVIDERS, name, "provider")
            yield _block("provider", (name,), one, keys, f"provider.{name}")
    yield from _named(content, "variable")
    yield from _kinds(content, "data", hcl_kinds.DATA)
    yield from _kinds(content, "resource", hcl_kinds.RESOURCES)
    for one in content.get("moved", []):
        yield _block("moved", (), one, {}, "moved")
    yield from _named(content, "check")
    yield from _named(content, "output")


def _terraform(content: Json) -> Block:
    attributes, blocks = [], []
    for key, one in sorted(content.items()):
        if key == "backend":
            for kind, settings in one.items():
                blocks.append(_block("backend", (kind,), settings, _known(hcl_kinds.BACKENDS, kind, "backend"), kind))
        elif key == "required_providers":
            sources = [Attribute(name=name, value=mapping(source, name)) for name, source in sorted(one.items())]
            blocks.append(Block(type=key, attributes=sources))
        else:
            attributes.append(Attribute(name=key, value=value(one, f"terraform.{key}")))
    return Block(type="terraform", attributes=attributes, blocks=blocks)


def _named(content: Json, section: str) -> Iterator[Block]:
    for name, one in sorted(content.get(section, {}).items()):
        if section == "variable":
            # A type is an expression of its own, and no string.
            one = {key: f"${{{inner}}}" if key == "type" else inner for key, inner in one.items()}
        keys: Keys = _NESTED[section]
        yield _block(section, (name,), one, keys, f"{section}.{name}", reasons.of_section(section, name))


def _kinds(content: Json, section: str, table: Mapping[str, Keys]) -> Iterator[Block]:
    kinds = content.get(section, {})
    for kind in kinds:
        _known(table, kind, section)
    for kind in (kind for kind in table if kind in kinds):
        for name, one in sorted(kinds[kind].items()):
            where = f"{kind}.{name}"
            yield _block(section, (kind, name), one, table[kind], where, reasons.of_resource(kind, one), kind=kind)


def _known(table: Mapping[str, Keys], kind: str, what: str) -> Keys:
    if kind not in table:
        raise InexpressibleError(
            f"{what} {kind}: not known which of its keys are blocks, so it cannot be written as HCL; "
            "take the JSON bundle, or add it to handover/hcl_kinds.py"
        )
    return table[kind]


def _block(
    type_: str,
    labels: tuple[str, ...],
    content: Mapping[str, Any],
    keys: Keys,
    where: str,
    comment: str = "",
    kind: str = "",
) -> Block:
    first: list[Attribute] = []
    attributes: list[Attribute] = []
    last: list[Attribute] = []
    blocks: list[Block] = []
    for key, one in sorted(content.items(), key=lambda item: (item[0] == "lifecycle", item[0])):
        at, inner_keys = f"{where}.{key}", keys.get(key)
        if key == "lifecycle" and kind:
            blocks.append(_block(key, (), one, LIFECYCLE, at, kind=f"{kind} lifecycle"))
        elif key == "dynamic":
            blocks += [_dynamic(name, inner, keys, at) for name, inner in sorted(one.items())]
        elif isinstance(inner_keys, Mapping):
            inner_kind, why = f"{kind} {key}" if kind else "", reasons.of_attribute(kind, key, one)
            inside = one if isinstance(one, list) else [one]
            blocks += [_block(key, (), inner, inner_keys, at, kind=inner_kind, comment=why) for inner in inside]
        else:
            place = last if key == "depends_on" else first if key in _FIRST else attributes
            place.append(_attribute(kind, key, one, at, is_map=inner_keys == MAP))
    return Block(type=type_, labels=labels, attributes=first + attributes, blocks=blocks, last=last, comment=comment)


def _attribute(kind: str, key: str, content: Any, where: str, *, is_map: bool) -> Attribute:
    why = reasons.of_attribute(kind, key, content)
    if key in REFERENCES:
        return Attribute(name=key, value=references(content, where), comment=why)
    nested = content if isinstance(content, list) else [content]
    if not is_map and any(isinstance(one, dict) for one in nested):
        raise InexpressibleError(
            f"{where}: not known whether it is a block or a map, so it cannot be written as HCL; "
            "take the JSON bundle, or add it to handover/hcl_kinds.py"
        )
    return Attribute(name=key, value=value(content, where), comment=why)


def _dynamic(name: str, content: Mapping[str, Any], keys: Keys, where: str) -> Block:
    inner = keys.get(name)
    if not isinstance(inner, Mapping):
        raise InexpressibleError(f"{where}.{name}: not known as a block; take the JSON bundle")
    repeated = Attribute(name="for_each", value=value(content["for_each"], where))
    return Block(
        type="dynamic",
        labels=(name,),
        attributes=[repeated],
        blocks=[_block("content", (), content["content"], inner, f"{where}.{name}")],
    )
