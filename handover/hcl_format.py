"""Terraform's own language, for people to read: blocks in reading order, references unquoted, comments that say why.

Terraform JSON does not tell a nested block from a map, HCL does; deployment/kinds knows it for exactly what is
synthesized, and tests hold that against the provider's schema. What is not there is refused, never guessed.

Not python-hcl2: what its writer makes is not laid out as `terraform fmt` does, and it has no comments (adr/0007).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deployment.kinds import KINDS, kind_of
from deployment.kinds.kind import MAP, Keys, Kind
from deployment.stack import SECTIONS
from deployment.values import Json, strings
from handover.checkov import skips
from handover.hcl_layout import Attribute, Block, assignments, once, text
from handover.hcl_names import comment, with_names
from handover.hcl_values import InexpressibleError, described, mapping, plain_value, references, value, whole
from handover.variables import Variable

NAME = "hcl"
ENDING = ".tf"
VALUES = "terraform.tfvars"
_FIRST = ("count", "for_each")
# What comes first in a block, as in https://developer.hashicorp.com/terraform/language/style; the rest by its name.
_ORDER = (
    "name", "type", "description", "project", "region", "location", "zone", "ip_cidr_range", "network", "subnetwork",
    "service", "secret_id", "image", "group", "protocol", "purpose", "project_id_or_num", "network_url", "endpoint_url",
    "role", "member",
)  # fmt: skip
_PROVIDERS: Mapping[str, Keys] = {"google": {"default_labels": MAP}}
_BACKENDS: Mapping[str, Keys] = {"local": {}, "gcs": {}}
_NESTED: Mapping[str, Keys] = {"check": {"assert": {}}, "variable": {"validation": {}}, "output": {"precondition": {}}}
# Blocks of every resource, and the keys whose text is an address and no string.
_LIFECYCLE: Keys = {"precondition": {}, "postcondition": {}}
_REFERENCES = frozenset({"depends_on", "ignore_changes", "replace_triggered_by", "from", "to"})
_UNUSED = "terraform_unused_declarations # read for what a plan asks of it"
_COMMENTS = {
    "check": "A warning in every plan and apply, never a failure.",
    "moved": "Former addresses, which a state may still have: it takes the new ones, and nothing changes in the cloud.",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something stands: its address for messages, and the kind of resource and the dotted path in it."""

    where: str
    kind: Kind | None = None
    path: str = ""

    def below(self, key: str) -> Place:
        """A key of what stands here."""
        return Place(where=f"{self.where}.{key}", kind=self.kind, path=f"{self.path}.{key}" if self.path else key)

    def why(self, value: Any) -> str:
        """Why the value here is as it is; "" where that needs no words."""
        return self.kind.why(self.path, value) if self.kind else ""


def stack_files(files: Mapping[str, Json]) -> dict[str, str]:
    """The files of a stack, by their names without ending; its project and region are named in one place.

    Raises:
        InexpressibleError: as `stack_file`.
    """
    named = with_names(files)
    said = "\n".join(strings(named))
    return {name: _text(content, said) for name, content in named.items()}


def _text(content: Json, said: str) -> str:
    """A file; `said` is all that is said in the stack, for what nothing refers to."""
    return text(list(once(replace(block, above=_ignored(block, said)) for block in _file(content))))


def _ignored(block: Block, said: str) -> tuple[str, ...]:
    """For tflint: a data source that is read for what it has to be, which nothing else refers to."""
    unused = block.type == "data" and f"data.{'.'.join(block.labels)}" not in said
    return (f"# tflint-ignore: {_UNUSED}",) if unused else ()


def stack_file(content: Json) -> str:
    """One file of a stack.

    Raises:
        InexpressibleError: for what is not known to be block or attribute; the message names it.
    """
    return _text(content, "\n".join(strings(content)))


def values_file(variables: Sequence[Variable]) -> str:
    """The present values of the variables, each under its description."""
    described = [
        Attribute(name=variable.name, value=plain_value(variable.value), comment=variable.description)
        for variable in variables
    ]
    return "\n\n".join("\n".join(assignments([attribute])) for attribute in described) + "\n"


def values_added(text: str, variables: Sequence[Variable]) -> str:
    """A file of values with those of further variables, behind the others."""
    return f"{text.rstrip()}\n\n{values_file(variables)}"


def assignment(values: Mapping[str, Any]) -> str:
    """Values as they stand in the file of values, for showing an edit of them."""
    return "\n".join(assignments([Attribute(name=name, value=plain_value(value_)) for name, value_ in values.items()]))


def _file(content: Json) -> Iterator[Block]:
    known = {"terraform", "provider", "locals", "variable", *SECTIONS.values(), "moved", "removed", "check", "output"}
    for section in sorted(content.keys() - known):
        raise InexpressibleError(f"{section}: a section that is not known here; take the JSON bundle")
    if "terraform" in content:
        yield _terraform(content["terraform"])
    for name, configurations in content.get("provider", {}).items():
        for configuration in configurations:
            keys = _known(_PROVIDERS, name, "provider")
            yield _block("provider", (name,), configuration, keys, Place(where=f"provider.{name}"))
    if "locals" in content:
        yield _locals(content["locals"])
    yield from _named(content, "variable")
    for prefix in ("data.", "ephemeral.", ""):
        yield from _of_kinds(content, SECTIONS[prefix], prefix)
    for index, move in enumerate(content.get("moved", [])):
        yield _block("moved", (), move, {}, Place(where="moved"), "" if index else _COMMENTS["moved"])
    for removed in content.get("removed", []):
        yield _block("removed", (), removed, {"lifecycle": {}}, Place(where="removed"))
    yield from _named(content, "check")
    yield from _named(content, "output")


def _locals(content: Json) -> Block:
    return Block(
        type="locals",
        attributes=[
            Attribute(name=name, value=value(one, f"locals.{name}"), comment=comment(name))
            for name, one in content.items()
        ],
    )


def _terraform(content: Json) -> Block:
    attributes, blocks = [], []
    for key, setting in sorted(content.items()):
        if key == "backend":
            for kind, settings in setting.items():
                keys = _known(_BACKENDS, kind, "backend")
                blocks.append(_block("backend", (kind,), settings, keys, Place(where=kind)))
        elif key == "required_providers":
            sources = [Attribute(name=name, value=mapping(source, name)) for name, source in sorted(setting.items())]
            blocks.append(Block(type=key, attributes=sources))
        else:
            attributes.append(Attribute(name=key, value=value(setting, f"terraform.{key}")))
    return Block(type="terraform", attributes=attributes, blocks=blocks)


def _named(content: Json, section: str) -> Iterator[Block]:
    for name, values in sorted(content.get(section, {}).items()):
        if section == "variable":
            # A type is an expression of its own, and no string.
            values = {key: f"${{{inner}}}" if key == "type" else inner for key, inner in values.items()}
        keys: Keys = _NESTED[section]
        yield _block(section, (name,), values, keys, Place(where=f"{section}.{name}"), _COMMENTS.get(section, ""))


def _of_kinds(content: Json, section: str, prefix: str) -> Iterator[Block]:
    """The resources or data sources, kind by kind in the order in which the kinds are read."""
    named = content.get(section, {})
    known = {kind.type.removeprefix(prefix): kind.keys for kind in KINDS if kind.ours and kind.type.startswith(prefix)}
    for type_ in named:
        _known(known, type_, section)
    for type_ in (type_ for type_ in known if type_ in named):
        for name, values in sorted(named[type_].items()):
            kind = kind_of(f"{prefix}{type_}", values)
            assert kind is not None
            place = Place(where=f"{type_}.{name}", kind=kind)
            block = _block(section, (type_, name), values, kind.keys, place, kind.commented(values))
            yield replace(block, inside=tuple(skips(f"{prefix}{type_}", values, content)))


def _known(table: Mapping[str, Keys], kind: str, what: str) -> Keys:
    if kind not in table:
        raise InexpressibleError(
            f"{what} {kind}: not known which of its keys are blocks, so it cannot be written as HCL; "
            "take the JSON bundle, or add it to deployment/kinds"
        )
    return table[kind]


def _block(
    type_: str, labels: tuple[str, ...], content: Mapping[str, Any], keys: Keys, place: Place, comment: str = ""
) -> Block:
    first: list[Attribute] = []
    attributes: list[Attribute] = []
    last: list[Attribute] = []
    blocks: list[Block] = []
    for key, value_ in sorted(content.items(), key=lambda item: _rank(item[0])):
        at, inner_keys = place.below(key), keys.get(key)
        if key == "lifecycle" and place.kind:
            blocks.append(_block(key, (), value_, _LIFECYCLE, at))
        elif key == "dynamic":
            blocks += [_dynamic(name, inner, keys, place) for name, inner in sorted(value_.items())]
        elif isinstance(inner_keys, Mapping):
            inside = value_ if isinstance(value_, list) else [value_]
            blocks += [_block(key, (), inner, inner_keys, at, at.why(value_)) for inner in inside]
        else:
            to = last if key == "depends_on" else first if key in _FIRST else attributes
            to.append(_attribute(key, value_, at, is_map=inner_keys == MAP))
    return Block(
        type=type_, labels=labels, first=first, attributes=attributes, blocks=blocks, last=last, comment=comment
    )


def _rank(key: str) -> tuple[bool, int, str]:
    return key == "lifecycle", _ORDER.index(key) if key in _ORDER else len(_ORDER), key


def _attribute(key: str, content: Any, place: Place, *, is_map: bool) -> Attribute:
    if key in _REFERENCES:
        return Attribute(name=key, value=references(content, place.where), comment=place.why(content))
    nested = content if isinstance(content, list) else [content]
    if not is_map and any(isinstance(inner, dict) for inner in nested):
        raise InexpressibleError(
            f"{place.where}: not known whether it is a block or a map, so it cannot be written as HCL; "
            "take the JSON bundle, or add it to deployment/kinds"
        )
    if isinstance(content, str) and key == "description" and place.kind is None:
        return Attribute(name=key, value=described(content))
    if isinstance(content, str) and place.where.partition(".")[0] in _BACKENDS:  # these take no expression
        return Attribute(name=key, value=whole(content))
    return Attribute(name=key, value=value(content, place.where), comment=place.why(content))


def _dynamic(name: str, content: Mapping[str, Any], keys: Keys, place: Place) -> Block:
    inner, at = keys.get(name), place.below(name)
    if not isinstance(inner, Mapping):
        raise InexpressibleError(f"{place.where}.dynamic.{name}: not known as a block; take the JSON bundle")
    repeated = Attribute(name="for_each", value=value(content["for_each"], f"{place.where}.dynamic"))
    return Block(
        type="dynamic",
        labels=(name,),
        attributes=[repeated],
        blocks=[_block("content", (), content["content"], inner, at)],
    )
