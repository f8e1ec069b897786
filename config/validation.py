"""Each setting by itself: pydantic's verdict in our words, and settings for the rules between settings even so."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from cloudrun_psc.faults import Fault, shown
from config.derivation import fill
from config.problems import Path, Problem
from config.settings import Settings
from config.yaml_source import Source

_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "list_type": "a list",
}


# Each round drops what was refused; what takes its place is valid, but can uncover what is missing.
_ROUNDS = 6
_BOUNDS = {"ge": "at least {}", "gt": "more than {}", "le": "at most {}", "lt": "less than {}"}


@dataclass
class Verdict:
    """The settings (None when nothing could be made of them), what is wrong with single ones, and what is unknown.

    With problems the settings are those without the refused values, so that rules between the others can be tried;
    `unknown` are the key paths at which something else stands now than in the file. `filled` is what was derived, and
    from which key path.
    """

    settings: Settings | None = None
    problems: list[Problem] = field(default_factory=list)
    unknown: set[Path] = field(default_factory=set)
    filled: dict[Path, Path] = field(default_factory=dict)


def validate(source: Source, environment: str, origins: Mapping[Path, str]) -> Verdict:
    """Try the source's data; `environment` is its name unless it gives another, `origins` are the variables' keys."""
    verdict = Verdict()
    broken = {problem.path for problem in source.problems}  # told already
    data = source.data
    for _ in range(_ROUNDS):
        data, filled = fill(data, environment)
        verdict.filled = filled | verdict.filled
        try:
            verdict.settings = Settings.model_validate(data)
            return verdict
        except ValidationError as error:
            found = {tuple(part for part in detail["loc"] if part != "[key]"): detail for detail in error.errors()}
        for path, detail in found.items():
            told = path in broken or (detail["type"] == "missing" and path[:-1] in broken)
            if not told and not _follows(path, verdict, set(found)):
                where = origins.get(path) or source.where(path)
                verdict.problems.append(Problem(where=where, path=path, fault=_fault(detail, path, source)))
        verdict.unknown |= set(found)
        for path, detail in found.items():
            verdict.unknown.add(_drop(data, path, missing=detail["type"] == "missing"))
            if verdict.filled.get(path):  # or it would be derived again
                verdict.unknown.add(_drop(data, verdict.filled[path], missing=False))
        if ("environment",) in found:
            environment = "unnamed"
    return verdict


def _follows(path: Path, verdict: Verdict, found: set[Path]) -> bool:
    """Whether a problem at `path` is but another face of one that is known already, or of another one `found`."""
    if any(path[: len(one)] == one for one in verdict.unknown):
        return True
    cause = verdict.filled.get(path)
    if not cause:
        return False
    return any(_related(cause, one) for one in (verdict.unknown | found) - {path})


def _related(one: Path, other: Path) -> bool:
    return one[: len(other)] == other or other[: len(one)] == one


def _drop(data: Any, path: Path, *, missing: bool) -> Path:
    """Take the value at `path` out, whole lists at once; the path at which something changed.

    A project that is missing gets a stand-in of its own, or its whole side with all that refers to it would be gone.
    """
    numbers = [index for index, part in enumerate(path) if isinstance(part, int)]
    target = path[: numbers[0]] if numbers else path
    if missing and path[-1] != "project":
        target = path[:-1]
    for part in target[:-1]:
        if not isinstance(data, dict) or part not in data:
            return target
        data = data[part]
    if isinstance(data, dict) and target:
        if missing and target == path:
            data["project"] = f"project-of-{path[-2]}"[:30]
        else:
            data.pop(target[-1], None)
    return target


def _fault(detail: ErrorDetails, path: Path, source: Source) -> Fault:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "fault":
        fault = context["fault"]
        assert isinstance(fault, Fault)
        return fault
    if kind == "missing":
        found = _field(path)
        what = (found.description or "").rstrip(".") if found else ""
        return Fault(wrong="is missing", allowed=what[:1].lower() + what[1:], remedy=f"add `{path[-1]}: …`")
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind in _TYPES:
        return _wrong_type(kind, value, path, source)
    if kind == "literal_error":
        return _not_one_of(value, str(context["expected"]), path)
    if kind in {"greater_than_equal", "less_than_equal", "greater_than", "less_than", "finite_number"}:
        return Fault(
            wrong=f"{shown(value)} is out of bounds", allowed=_bounds(path), remedy="give a number within them"
        )
    if kind == "too_short":
        return Fault(
            wrong="the list is empty",
            allowed=f"at least {context['min_length']} entry",
            remedy="add one, or remove the key to take the default",
        )
    if kind == "string_too_long":
        allowed = f"up to {context['max_length']} characters"
        return Fault(wrong=f"{shown(value)} has {len(str(value))} characters", allowed=allowed, remedy="shorten it")
    return Fault(wrong=f"{shown(value)}: {detail['msg']}")


def _wrong_type(kind: str, value: object, path: Path, source: Source) -> Fault:
    allowed = _TYPES[kind]
    if value is None:
        found = _field(path)
        remedy = (
            "give one" if found is None or found.is_required() else "give one, or remove the key to take the default"
        )
        return Fault(wrong="has no value", allowed=allowed, remedy=remedy)
    written = source.written.get(path)
    if kind == "string_type" and written is not None:
        what = "a truth value" if isinstance(value, bool) else "a number"
        return Fault(
            wrong=f"{shown(written)} without quotes is {what} in YAML", allowed=allowed, remedy="put it in quotes"
        )
    remedy = ""
    if isinstance(value, str) and kind in {"int_type", "float_type", "bool_type"}:
        remedy = "write it without quotes" if _plain_value(value) else "correct it"
    elif kind == "list_type":
        remedy = f"write [{value}]" if isinstance(value, str) and len(value) < 60 else "begin each entry with -"
    elif kind in {"dict_type", "model_type"}:
        remedy = "indent `key: value` lines below it"
    return Fault(wrong=f"{written or shown(value)} is {_kind(value)}", allowed=allowed, remedy=remedy or "correct it")


def _plain_value(text: str) -> bool:
    return text.lower() in {"true", "false"} or text.replace(".", "", 1).isdecimal()


def _bounds(path: Path) -> str:
    """What the setting at `path` may be, out of its own constraints."""
    found = _field(path)
    limits = [
        text.format(f"{getattr(constraint, name):g}")
        for constraint in (found.metadata if found else ())
        for name, text in _BOUNDS.items()
        if hasattr(constraint, name)
    ]
    return " and ".join(limits)


def _kind(value: object) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", str: "text", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), "empty")


def _not_one_of(value: object, expected: str, path: Path) -> Fault:
    if path and path[-1] == "ingress" and str(value).upper() in {"INTERNAL", "INGRESS_TRAFFIC_INTERNAL_ONLY"}:
        return Fault(wrong=f"{shown(value)} is spelled otherwise here", allowed="internal", remedy="leave it out")
    if path and path[-1] == "ingress":
        return Fault(
            wrong=f"{shown(value)} would open the service beyond the VPC",
            allowed="internal",
            remedy="leave it out: consumers come in through the endpoint",
        )
    allowed = expected.replace("'", "")
    near = get_close_matches(str(value), re.findall(r"'([^']*)'", expected), n=1)
    remedy = f"did you mean {near[0]}?" if near else "take one of these, or remove the key to take the default"
    return Fault(wrong=f"{shown(value)} is not one of the values", allowed=allowed, remedy=remedy)


def _unknown_key(path: Path) -> Fault:
    model = _model_at(path[:-1])
    known = sorted(model.model_fields) if model else []
    near = get_close_matches(str(path[-1]), known, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "remove it"
    return Fault(wrong="is an unknown key", allowed=", ".join(known), remedy=remedy)


def _field(path: Path) -> FieldInfo | None:
    model = _model_at(path[:-1])
    return model.model_fields.get(str(path[-1])) if model else None


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
