"""The JSON Schema of configuration files, for editors; config/schema.json is this, kept true by a test."""

from __future__ import annotations

import json
from typing import Any

from config.settings import Settings


def schema() -> dict[str, Any]:
    """Draft 2020-12, out of the settings themselves."""
    made = Settings.model_json_schema()
    for model in (made, *made.get("$defs", {}).values()):
        for values in model.get("properties", {}).values():
            # An empty default is one that follows from other settings; the description says how.
            if values.get("default") in ("", None):
                values.pop("default", None)
            values.pop("title", None)
            if "patternProperties" in values:  # keys of another shape are refused, too
                values.pop("propertyNames", None)
                values["additionalProperties"] = False
                values["patternProperties"] = {
                    key: _or_nothing(value, made["$defs"]) for key, value in values["patternProperties"].items()
                }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "cloudrun-psc environment"}


def _or_nothing(value: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    """A key with nothing after it (`hello:`) takes all defaults, where everything has one."""
    model = models.get(value.get("$ref", "").rpartition("/")[2])
    return {"anyOf": [value, {"type": "null"}]} if model and not model.get("required") else value


def schema_text() -> str:
    """The schema as it is printed and stored."""
    return json.dumps(schema(), indent=2) + "\n"
