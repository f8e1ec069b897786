"""Each setting by itself: pydantic's verdict in our words, and settings for the rules between settings even so."""

from __future__ import annotations

import types
from collections.abc import Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cloudrun_psc.faults import Fault, shown
from config.problems import Path, Problem
from config.settings import Settings
from config.yaml_source import Source

_TYPES = {
    "string_type": "text (in quotes where YAML would read something else)",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "list_type": "a list",
}


def validate(
    data: Mapping[str, Any], source: Source, origins: Mapping[Path, str]
) -> tuple[Settings | None, list[Problem]]:
    """The settings, and what is wrong with single ones.

    With problems the settings are those without the refused values, so that rules between the others can still be
    tried; None when too little is left.
    """
    problems: list[Problem] = []
    remaining = deepcopy(dict(data))
    for _ in range(3):  # dropping a value can only uncover what it hid: missing parts, never deeper than that
        try:
            return Settings.model_validate(remaining), problems
        except ValidationError as error:
            for detail in error.errors():
                path = tuple(part for part in detail["loc"] if part != "[key]")
                if not any(path[: len(one.path)] == one.path for one in problems if one.path):
                    where = origins.get(path) or source.where(path)
                    problems.append(Problem(where=where, path=path, fault=_fault(detail, path)))
                _drop(remaining, path, missing=detail["type"] == "missing")
    return None, problems


def _drop(data: Any, path: Path, *, missing: bool) -> None:
    """Take the value at `path` out; where one is missing, what it is missing in."""
    target = path[:-1] if missing else path
    for part in target[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    if target and isinstance(data, dict):
        data.pop(target[-1], None)
    elif target and isinstance(data, list) and isinstance(target[-1], int) and target[-1] < len(data):
        data.pop(target[-1])


def _fault(detail: ErrorDetails, path: Path) -> Fault:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "fault":
        fault = context["fault"]
        assert isinstance(fault, Fault)
        return fault
    if kind == "missing":
        return Fault(wrong="is missing", remedy=f"add `{path[-1]}: …`")
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind in _TYPES:
        return Fault(wrong=f"{shown(value)} is {_kind(value)}", allowed=_TYPES[kind])
    if kind == "literal_error":
        return _not_one_of(value, str(context["expected"]), path)
    bounds = {
        "greater_than_equal": "at least {ge}",
        "less_than_equal": "at most {le}",
        "greater_than": "more than {gt}",
    }
    if kind in bounds:
        return Fault(wrong=f"{shown(value)} is out of bounds", allowed=bounds[kind].format(**context))
    if kind == "too_short":
        return Fault(wrong="is empty", allowed=f"at least {context['min_length']}")
    return Fault(wrong=f"{shown(value)}: {detail['msg']}")


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), "empty")


def _not_one_of(value: object, expected: str, path: Path) -> Fault:
    if path and path[-1] == "ingress":
        return Fault(
            wrong=f"{shown(value)} would open the service beyond the VPC",
            allowed="internal",
            remedy="leave it out: consumers come in through the endpoint",
        )
    return Fault(wrong=f"{shown(value)} is not one of the values", allowed=expected.replace("'", ""))


def _unknown_key(path: Path) -> Fault:
    model = _model_at(path[:-1])
    known = sorted(model.model_fields) if model else []
    near = get_close_matches(str(path[-1]), known, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "remove it"
    return Fault(wrong="is an unknown key", allowed=", ".join(known), remedy=remedy)


def _model_at(path: Path) -> type[BaseModel] | None:
    """The settings class whose keys stand at `path`."""
    here: Any = Settings
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = _plain(field.annotation) if field else None
        elif get_origin(here) is dict:
            here = _plain(get_args(here)[1])
        else:
            return None
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _plain(annotation: Any) -> Any:
    """Without Annotated and None."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return _plain(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation
