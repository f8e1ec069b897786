"""The tables of docs/configuration.md, out of the settings themselves: a section for each mapping of a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config import fields
from config.settings import Settings
from config.shape import bounds, present

# What the types of config.fields are called in the tables.
_NAMES: tuple[tuple[Any, str], ...] = (
    (fields.Project, "project id"),
    (fields.ProjectNumber, "project number"),
    (fields.Region, "region"),
    (fields.Zone, "zone"),
    (fields.ResourceName, "name"),
    (fields.NetworkName, "name"),
    (fields.SubnetName, "name"),
    (fields.FirewallRuleName, "name"),
    (fields.CloudRunName, "name, up to 49 characters"),
    (fields.Image, "container image"),
    (fields.MachineType, "machine type"),
    (fields.DiskImage, "boot disk image"),
    (fields.ServiceAccount, "service account"),
    (fields.LabelKey, "label key"),
    (fields.LabelValue, "label value"),
    (fields.SubnetRange, "IPv4 range, at least /29"),
    (fields.ProxyOnlyRange, "IPv4 range, at least /26"),
    (fields.Address, "IPv4 address"),
    (fields.SelfLink, "self link"),
    (fields.NetworkLink, "network's link"),
    (fields.SubnetLink, "subnet's link"),
    (fields.VariableName, "variable"),
    (fields.ConnectionLimit, "limit, 1 or more"),
    (fields.Key, "key"),
    (fields.NamePrefix, "prefix, up to 20 characters"),
    (fields.Cpu, "CPU quantity"),
    (fields.Memory, "memory quantity"),
    (fields.Bucket, "bucket"),
    (fields.Prefix, "prefix"),
    (fields.SharedFile, "path"),
    (fields.VersionConstraint, "version constraint"),
    (fields.Secret, "secret"),
    (fields.SecretVersion, "version number or `latest`"),
    (fields.Audience, "https:// URL"),
    (fields.Day, "day, YYYY-MM-DD"),
    (fields.RuleName, "rule"),
    (fields.FindingAddress, "STACK/ADDRESS"),
    (fields.Reason, "text, 10 characters or more"),
    (fields.Text, "text, up to 2048 characters"),
    (str, "text"),
    (bool, "`true` or `false`"),
)
_NUMBERS = {int: "whole number", float: "number"}
_BOUNDS = {"ge": "from {:g}", "gt": "more than {:g}", "le": "up to {:g}"}


def reference_text() -> str:
    """All sections as Markdown, in the order of a file."""
    return "\n".join(_section(path, model) for path, model in _models("", Settings))


def _models(path: str, model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield path, model
    for key, hint in _hints(model).items():
        inner, step = _inner(hint)
        if inner is not None:
            yield from _models(f"{path}.{key}{step}".lstrip("."), inner)


def _hints(model: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    return {key: present(hints[key]) for key in model.model_fields}


def _inner(hint: Any) -> tuple[type[BaseModel] | None, str]:
    """The settings class that stands below a key, and the key between if it is a map of them."""
    if get_origin(hint) is dict:
        key, value = get_args(hint)
        return _inner(value)[0], ".KEY" if key == fields.Key else ".VARIABLE"
    return (hint, "") if isinstance(hint, type) and issubclass(hint, BaseModel) else (None, "")


def _section(path: str, model: type[BaseModel]) -> str:
    title = f"`{path}`" if path else "The file"
    lines = [f"### {title}", "", _cell(model.__doc__ or ""), ""]
    lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key, hint in _hints(model).items():
        default, meaning = _default(model.model_fields[key], hint)
        kind = _kind(f"{path}.{key}".lstrip("."), hint, model.model_fields[key])
        lines.append(f"| `{key}` | {kind} | {default} | {_cell(meaning)} |")
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _kind(path: str, hint: Any, setting: FieldInfo) -> str:
    inner, step = _inner(hint)
    if inner is not None:
        anchor = re.sub(r"[^a-z0-9_-]", "", f"{path}{step}".lower())
        link = f"[`{path}{step}`](#{anchor})"
        return f"mappings by {step[1:]}: {link}" if step else f"mapping: {link}"
    return _named(hint, setting)


def _named(hint: Any, setting: FieldInfo) -> str:
    named = next((name for type_, name in _NAMES if type_ == hint), None)
    if named is not None:
        return named
    if get_origin(hint) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(hint))
    if get_origin(hint) is dict:
        key, value = get_args(hint)
        return f"mapping of {_named(key, setting)} to {_named(value, setting)}"
    if get_origin(hint) is list:
        return f"list of {_named(get_args(hint)[0], setting)}"
    if get_origin(hint) is Annotated:
        return _named(get_args(hint)[0], setting)
    return " ".join([_NUMBERS[hint], *bounds(setting, _BOUNDS)])


def _default(setting: FieldInfo, hint: Any) -> tuple[str, str]:
    """The default and the rest of the description, which names defaults that follow from something else."""
    meaning = setting.description or ""
    told = re.search(r" ?Default: (.+?)\.(?= |$)", meaning)
    if told:
        return _cell(told[1]), meaning.replace(told[0], "", 1).strip()
    if setting.is_required():
        return "**required**", meaning
    value = setting.get_default(call_default_factory=True, validated_data={})
    if _inner(hint)[0] is not None or value in (None, {}, []):
        return "–", meaning
    return f"`{value if isinstance(value, str) else json.dumps(value)}`", meaning
