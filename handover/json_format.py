"""Terraform JSON: the same bytes for the same content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from deployment.values import Json
from handover.variables import Variable

NAME = "json"
ENDING = ".tf.json"
VALUES = "terraform.tfvars.json"


def stack_files(files: Mapping[str, Json]) -> dict[str, str]:
    """The files of a stack, by their names without ending."""
    return {name: stack_file(content) for name, content in files.items()}


def stack_file(content: Json) -> str:
    """One file of a stack."""
    return _text(content)


def values_file(variables: Sequence[Variable]) -> str:
    """The present values of the variables; their descriptions stand with their declarations."""
    return _text({variable.name: variable.value for variable in variables})


def values_added(text: str, variables: Sequence[Variable]) -> str:
    """A file of values with those of further variables."""
    return _text(json.loads(text) | {variable.name: variable.value for variable in variables})


def assignment(values: Mapping[str, Any]) -> str:
    """Values as they stand in the file of values, for showing an edit of them."""
    return _text(dict(values)).removeprefix("{\n").removesuffix("\n}\n").replace("\n  ", "\n").removeprefix("  ")


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
