"""The JSON Schema of configuration files, for editors; config/schema.json is this, kept true by a test.

config/part.schema.json is that of a file which may lack what another one has: those beside an environment, what others
extend, and an environment's own that extends.
"""

from __future__ import annotations

import json
from typing import Any

from config.settings import Settings


def schema(*, part: bool = False) -> dict[str, Any]:
    """Draft 2020-12, out of the settings themselves."""
    made = Settings.model_json_schema()
    for model in (made, *made.get("$defs", {}).values()):
        if part:
            model.pop("required", None)
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
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": f"cloudrun-psc {'part of an ' if part else ''}environment",
    }


def _or_nothing(value: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    """A key with nothing after it (`hello:`) takes all defaults, where everything has one."""
    model = models.get(value.get("$ref", "").rpartition("/")[2])
    return {"anyOf": [value, {"type": "null"}]} if model and not model.get("required") else value


def schema_text(*, part: bool = False) -> str:
    """The schema as it is printed and stored."""
    return json.dumps(schema(part=part), indent=2) + "\n"
