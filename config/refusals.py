"""What pydantic refuses, in our words: what is wrong, what is allowed, what to do."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from cloudrun_psc.rules.faults import Fault, shown
from config.other_names import other_name, planned
from config.problems import KeyPath
from config.shape import bounds, field_at, model_at, places, plain
from config.source import Source

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
_BOUNDS = {"ge": "at least {:g}", "gt": "more than {:g}", "le": "at most {:g}", "lt": "less than {:g}"}
# Mappings that `true` says as well (config/derivation.py).
_ALSO_TRUE = {"dns", "request_log"}
# More keys than these and the sentence is no longer read.
_FEW = 24
_OR_DEFAULT = ", or remove the key to take the default"


def fault_of(detail: ErrorDetails, path: KeyPath, source: Source) -> Fault:
    """What pydantic says about the value at `path`, with what is allowed there and what to do."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "fault":
        fault = context["fault"]
        assert isinstance(fault, Fault)
        return fault
    if kind == "missing":
        setting = field_at(path)
        what = (setting.description or "").rstrip(".") if setting else ""
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
            wrong=f"{shown(value)} is out of bounds", allowed=_bounds(path), remedy="give a number within these bounds"
        )
    if kind == "too_short":
        return Fault(
            wrong="the list is empty",
            allowed=f"at least {context['min_length']} entry",
            remedy=f"add an entry{_OR_DEFAULT}",
        )
    if kind == "string_too_long":
        allowed = f"up to {context['max_length']} characters"
        return Fault(wrong=f"{shown(value)} has {len(str(value))} characters", allowed=allowed, remedy="shorten it")
    return Fault(wrong=f"{shown(value)}: {detail['msg']}")


def _wrong_type(kind: str, value: object, path: KeyPath, source: Source) -> Fault:
    allowed = _TYPES[kind]
    if value is None:
        setting = field_at(path)
        optional = setting is not None and not setting.is_required()
        return Fault(wrong="has no value", allowed=allowed, remedy=f"give a value{_OR_DEFAULT if optional else ''}")
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
        if path and path[-1] in _ALSO_TRUE:
            allowed, remedy = f"true, or {allowed}", f"write true, or {remedy}"
    return Fault(wrong=f"{written or shown(value)} is {_kind(value)}", allowed=allowed, remedy=remedy or "correct it")


def _plain_value(text: str) -> bool:
    return text.lower() in {"true", "false"} or (text.isascii() and text.replace(".", "", 1).isdecimal())


def _bounds(path: KeyPath) -> str:
    """What the setting at `path` may be, out of its own constraints."""
    setting = field_at(path)
    return " and ".join(bounds(setting, _BOUNDS)) if setting else ""


def _kind(value: object) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", str: "text", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), "empty")


def _not_one_of(value: object, expected: str, path: KeyPath, source: Source) -> Fault:
    if not isinstance(value, str):
        kind = "has no value" if value is None else f"{source.written.get(path) or shown(value)} is {_kind(value)}"
        return Fault(
            wrong=kind,
            allowed=expected.replace("'", ""),
            remedy=f"take one of these{_OR_DEFAULT}",
        )
    if path and path[-1] == "ingress" and value.upper() in {"INTERNAL", "INGRESS_TRAFFIC_INTERNAL_ONLY"}:
        return Fault(wrong=f"{shown(value)} is spelled differently here", allowed="internal", remedy="leave it out")
    if path and path[-1] == "ingress":
        return Fault(
            wrong=f"{shown(value)} would open the service beyond the VPC",
            allowed="internal",
            remedy="leave it out: consumers come in through the endpoint",
        )
    allowed = expected.replace("'", "")
    choices = {choice.lower(): choice for choice in re.findall(r"'([^']*)'", expected)}
    near = get_close_matches(value.lower(), choices, n=1)
    remedy = f"did you mean {choices[near[0]]}?" if near else f"take one of these{_OR_DEFAULT}"
    return Fault(wrong=f"{shown(value)} is not one of the values", allowed=allowed, remedy=remedy)


def _unknown_key(path: KeyPath) -> Fault:
    model, key = model_at(path[:-1]), str(path[-1])
    known = sorted(model.model_fields) if model else []
    near = [other_name(key, known)] if other_name(key, known) else get_close_matches(key, known, n=1)
    very_near = get_close_matches(key, known, n=1, cutoff=0.8)
    elsewhere = [] if very_near else sorted(places(key))
    if elsewhere:
        remedy = f"its place is {' or '.join(elsewhere[:2])}"
    elif planned(key) and not very_near:
        remedy = planned(key)
    else:
        remedy = f"did you mean {near[0]!r}?" if near else "remove it"
    few = ", ".join(known) if len(known) <= _FEW else f"one of {len(known)} keys that ./psc config --reference lists"
    return Fault(wrong="is an unknown key", allowed=few, remedy=remedy)


def _fault_of_text(text: str, path: KeyPath) -> Fault | None:
    """What the rule of the setting at `path` says to `text`."""
    setting, mapping = field_at(path), field_at(path[:-1])
    kind: Any = None
    if setting is not None:
        kind = Annotated[setting.annotation, *setting.metadata] if setting.metadata else setting.annotation
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
