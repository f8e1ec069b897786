"""Checks a message against its schema in a discovery document, Google's description of an API."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standin import undescribed
from standin.message import Json

_OUTPUT_ONLY = re.compile(r"\[?Output[ -]Only\b", re.IGNORECASE)
# What Google's refusal "Invalid value at 'field' (TYPE_…)" calls each type of a schema.
_TYPE_NAMES: Mapping[str, str] = {
    "string": "TYPE_STRING",
    "integer": "TYPE_INT32",
    "number": "TYPE_DOUBLE",
    "boolean": "TYPE_BOOL",
    "array": "TYPE_MESSAGE",
    "object": "TYPE_MESSAGE",
}


@dataclass(frozen=True)
class Problem:
    """A field that is wrong. `kind` says how: unknown, type, enum, pattern or missing.

    `detail` is the type that the field has, or the pattern that its value must match.
    """

    field: str
    kind: str
    value: Any
    detail: str = ""


class Schemas:
    """Checks one message of a method; afterwards `problems` says what is wrong and `ignored` what Google ignores.

    With `answers` the message is one that the API gives: its output-only fields belong there. `undescribed` are fields
    that are taken although the description does not have them.
    """

    def __init__(self, schemas: Mapping[str, Json], method: str, *, answers: bool = False) -> None:
        self._schemas = schemas
        self._method = method
        self._answers = answers
        self.problems: list[Problem] = []
        self.ignored: list[str] = []
        self.undescribed: list[str] = []

    def clean(self, name: str, value: Any) -> Json:
        """Check a message against the schema of that name. Returns it without its output-only fields."""
        cleaned = self._value({"$ref": name}, value, "")
        return cleaned if isinstance(cleaned, dict) else {}

    def _value(self, schema: Json, value: Any, path: str) -> Any:
        if value is None:
            return None
        if "$ref" in schema:
            schema = {**schema, **self._schemas[schema["$ref"]]}
        kind = schema.get("type", "object" if "properties" in schema else "any")
        if kind == "object":
            return self._object(schema, value, path)
        if kind == "array":
            return self._array(schema, value, path)
        if kind != "any":
            self._scalar(schema, kind, value, path)
        return value if self._answers else _as_answered(kind, schema.get("format", ""), value)

    def _array(self, schema: Json, value: Any, path: str) -> Any:
        if not isinstance(value, list):
            self._wrong(path, value, "array")
            return value
        return [self._value(schema.get("items", {}), item, f"{path}[{index}]") for index, item in enumerate(value)]

    def _object(self, schema: Json, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            self._wrong(path, value, "object")
            return value
        cleaned: Json = {}
        for name, item in value.items():
            self._field(schema, name, item, f"{path}.{name}" if path else name, cleaned)
        self._required(schema.get("properties", {}), cleaned, path)
        return cleaned

    def _field(self, schema: Json, name: str, item: Any, where: str, cleaned: Json) -> None:
        """Check one field of a message, and keep it in the cleaned one unless Google ignores it."""
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        if name in properties:
            given = (schema.get("id", ""), name) in undescribed.INPUTS or not _is_output_only(properties[name])
            if self._answers or given:
                cleaned[name] = self._value(properties[name], item, where)
            elif item not in (None, "", [], {}):
                self.ignored.append(where)
        elif rest is not None:
            cleaned[name] = self._value(rest, item, where)
        elif name == "@type" or not properties:
            cleaned[name] = item
        elif (schema.get("id", ""), name) in undescribed.FIELDS:
            self.undescribed.append(where)
            if undescribed.FIELDS[schema["id"], name]:
                cleaned[name] = item
        elif item is not None:  # Google's parsers read a null as a field that was left out, whatever its name
            self.problems.append(Problem(where, "unknown", item))

    def _required(self, properties: Json, value: Json, path: str) -> None:
        """A patch may leave out anything, also what the description requires of it (firewalls.patch: the name)."""
        if self._method.endswith(".patch"):
            return
        for name, schema in properties.items():
            if self._method in schema.get("annotations", {}).get("required", ()) and value.get(name) in (None, ""):
                where = f"{path}.{name}" if path else name
                self.problems.append(Problem(where, "missing", None))

    def _scalar(self, schema: Json, kind: str, value: Any, path: str) -> None:
        fits = _fits(kind, schema.get("format", ""), value)
        if not fits or (self._answers and value != _as_answered(kind, schema.get("format", ""), value)):
            self._wrong(path, value, kind)
        elif "enum" in schema and value not in schema["enum"] and value != "":
            self.problems.append(Problem(path, "enum", value, "TYPE_ENUM"))
        elif "pattern" in schema and value != "" and not re.fullmatch(schema["pattern"], str(value)):
            self.problems.append(Problem(path, "pattern", value, schema["pattern"]))

    def _wrong(self, path: str, value: Any, kind: str) -> None:
        self.problems.append(Problem(path, "type", value, _TYPE_NAMES.get(kind, kind)))


def _is_output_only(schema: Json) -> bool:
    return bool(schema.get("readOnly")) or bool(_OUTPUT_ONLY.match(schema.get("description", "").strip()))


def _as_answered(kind: str, form: str, value: Any) -> Any:
    """Numbers of 64 bits are answered as strings, others as numbers, whichever of the two was sent.

    Source: https://protobuf.dev/programming-guides/json
    """
    if kind == "string" and form in ("int64", "uint64") and isinstance(value, int):
        return str(value)
    if kind == "integer" and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value


def _fits(kind: str, form: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, str) and bool(re.fullmatch(r"-?\d+", value)))
    if kind == "number":
        return isinstance(value, int | float) or (isinstance(value, str) and bool(re.fullmatch(r"-?[\d.]+", value)))
    if form in ("int64", "uint64") and isinstance(value, int):
        return True
    if not isinstance(value, str):
        return False
    return _well_formed(form, value)


def _well_formed(form: str, value: str) -> bool:
    """A string of a declared format; the empty string stands for absence."""
    if not value:
        return True
    if form in ("int64", "uint64"):
        return bool(re.fullmatch(r"-?\d+", value))
    if form == "google-duration":
        return bool(re.fullmatch(r"-?\d+(\.\d+)?s", value))
    if form == "byte":
        try:
            base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            return False
    return True
