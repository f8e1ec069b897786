"""Each setting by itself: pydantic's verdict in our words, and settings for the rules between settings even so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from cloudrun_psc.rules.faults import Fault, shown
from config.derivation import fill
from config.problems import KeyPath, Problem
from config.settings import Settings
from config.shape import field_at, model_at, places, plain
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
    unknown: set[KeyPath] = field(default_factory=set)
    filled: dict[KeyPath, KeyPath] = field(default_factory=dict)


def validate(source: Source, environment: str, origins: Mapping[KeyPath, str]) -> Verdict:
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


def _follows(path: KeyPath, verdict: Verdict, found: set[KeyPath]) -> bool:
    """Whether a problem at `path` is but another face of one that is known already, or of another one `found`."""
    if any(path[: len(one)] == one for one in verdict.unknown):
        return True
    cause = verdict.filled.get(path)
    if not cause:
        return False
    return any(_related(cause, one) for one in (verdict.unknown | found) - {path})


def _related(one: KeyPath, other: KeyPath) -> bool:
    return one[: len(other)] == other or other[: len(one)] == one


def _drop(data: Any, path: KeyPath, *, missing: bool) -> KeyPath:
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


def _fault(detail: ErrorDetails, path: KeyPath, source: Source) -> Fault:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "fault":
        fault = context["fault"]
        assert isinstance(fault, Fault)
        return fault
    if kind == "missing":
        found = field_at(path)
        what = (found.description or "").rstrip(".") if found else ""
        what = what if what[:2].isupper() else what[:1].lower() + what[1:]  # NAME stays as it is
        return Fault(wrong="is missing", allowed=what, remedy=f"add `{path[-1]}: …`")
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind in _TYPES:
        return _wrong_type(kind, value, path, source)
    if kind == "literal_error":
        return _not_one_of(value, str(context["expected"]), path, source)
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


def _wrong_type(kind: str, value: object, path: KeyPath, source: Source) -> Fault:
    allowed = _TYPES[kind]
    if value is None:
        found = field_at(path)
        remedy = (
            "give one" if found is None or found.is_required() else "give one, or remove the key to take the default"
        )
        return Fault(wrong="has no value", allowed=allowed, remedy=remedy)
    written = source.written.get(path)
    if kind == "string_type" and written is not None and (fault := _fault_of_text(written, path)):
        return fault  # quotes alone would only lead to the next message
    if kind == "string_type" and written is not None:
        what = "a truth value" if isinstance(value, bool) else "a number"
        return Fault(
            wrong=f"{shown(written)} without quotes is {what} in YAML", allowed=allowed, remedy="put it in quotes"
        )
    remedy = ""
    if isinstance(value, str) and kind in {"int_type", "float_type", "bool_type"}:
        remedy = "write it without quotes" if _plain_value(value) else f"write {allowed}"
    elif isinstance(value, float):
        remedy = f"write {allowed}"
    elif kind == "list_type":
        remedy = f"write [{value}]" if isinstance(value, str) and len(value) < 60 else "begin each entry with -"
    elif kind in {"dict_type", "model_type"}:
        remedy = "indent `key: value` lines below it"
    return Fault(wrong=f"{written or shown(value)} is {_kind(value)}", allowed=allowed, remedy=remedy or "correct it")


def _plain_value(text: str) -> bool:
    return text.lower() in {"true", "false"} or (text.isascii() and text.replace(".", "", 1).isdecimal())


def _bounds(path: KeyPath) -> str:
    """What the setting at `path` may be, out of its own constraints."""
    found = field_at(path)
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


def _not_one_of(value: object, expected: str, path: KeyPath, source: Source) -> Fault:
    if not isinstance(value, str):
        kind = "has no value" if value is None else f"{source.written.get(path) or shown(value)} is {_kind(value)}"
        return Fault(
            wrong=kind,
            allowed=expected.replace("'", ""),
            remedy="take one of these, or remove the key to take the default",
        )
    if path and path[-1] == "ingress" and value.upper() in {"INTERNAL", "INGRESS_TRAFFIC_INTERNAL_ONLY"}:
        return Fault(wrong=f"{shown(value)} is spelled otherwise here", allowed="internal", remedy="leave it out")
    if path and path[-1] == "ingress":
        return Fault(
            wrong=f"{shown(value)} would open the service beyond the VPC",
            allowed="internal",
            remedy="leave it out: consumers come in through the endpoint",
        )
    allowed = expected.replace("'", "")
    choices = {choice.lower(): choice for choice in re.findall(r"'([^']*)'", expected)}
    near = get_close_matches(value.lower(), choices, n=1)
    remedy = f"did you mean {choices[near[0]]}?" if near else "take one of these, or remove the key to take the default"
    return Fault(wrong=f"{shown(value)} is not one of the values", allowed=allowed, remedy=remedy)


def _unknown_key(path: KeyPath) -> Fault:
    model = model_at(path[:-1])
    known = sorted(model.model_fields) if model else []
    near = get_close_matches(str(path[-1]), known, n=1)
    very_near = get_close_matches(str(path[-1]), known, n=1, cutoff=0.8)
    elsewhere = [] if very_near else sorted(places(str(path[-1])))
    remedy = f"did you mean {near[0]!r}?" if near else "remove it"
    if elsewhere:
        remedy = f"its place is {' or '.join(elsewhere[:2])}"
    return Fault(wrong="is an unknown key", allowed=", ".join(known), remedy=remedy)


def _fault_of_text(text: str, path: KeyPath) -> Fault | None:
    """What the rule of the setting at `path` says to `text`."""
    found, mapping = field_at(path), field_at(path[:-1])
    kind: Any = None
    if found is not None:
        kind = Annotated[found.annotation, *found.metadata] if found.metadata else found.annotation
    elif mapping is not None and get_origin(plain(mapping.annotation)) is dict:
        kind = get_args(plain(mapping.annotation))[1]
    if kind is None:
        return None
    try:
        TypeAdapter[Any](kind).validate_python(text)
    except ValidationError as error:
        fault = error.errors()[0].get("ctx", {}).get("fault")
        return fault if isinstance(fault, Fault) else None
    return None
