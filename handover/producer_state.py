"""Where a consumer's stack reads the producer's outputs: a value, as the state may be kept elsewhere one day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deployment.values import Json, with_strings
from handover.variables import Validation, Variable
from stacks.contract import outputs_read
from stacks.layout import PRODUCER

NAME = "producer_state"
_STATE = "terraform_remote_state"
_WHERE = re.compile(r" \((?:gs://|\.\./)[^)]*\)")


def lift(stack: Json) -> list[Variable]:
    """Put a variable in place of the backend and the settings of the producer's state; none where it is not read."""
    data = stack.get("data", {}).get(_STATE, {}).get(PRODUCER)
    if data is None:
        return []
    backend, config = data["backend"], data["config"]
    data |= {"backend": f"${{var.{NAME}.backend}}", "config": f"${{var.{NAME}.config}}"}
    if "count" in data:  # a file that is not there yet would be an error of Terraform's own
        there = f"fileexists(var.{NAME}.config.path) ? 1 : 0"
        data["count"] = f'${{var.{NAME}.backend == "local" ? ({there}) : 1}}'
    for rule in (rule for rules in stack["resource"].values() for rule in rules.values()):
        _reword(rule)
    return [_variable(backend, config)]


def _reword(resource: Json) -> None:
    """Refusals name the path of the state, which may be another one."""
    for condition in resource.get("lifecycle", {}).get("precondition", []):
        if any(outputs_read(condition["condition"])):
            said = with_strings(condition, lambda text: _WHERE.sub(f" (the variable {NAME})", text, count=1))
            condition["error_message"] = said["error_message"]


def _variable(backend: str, config: Mapping[str, Any]) -> Variable:
    path = f'var.{NAME}.backend != "local" || can(var.{NAME}.config.path)'
    bucket = f'var.{NAME}.backend != "gcs" || can(var.{NAME}.config.bucket)'
    return Variable(
        name=NAME,
        type="object({ backend = string, config = map(string) })",
        description="Where the producer's state is: a backend and its settings, as the producer's folder has them in "
        "its file backend.",
        value={"backend": backend, "config": dict(config)},
        refused={"backend": "local", "config": {}},
        validations=(
            Validation(
                condition=f"({path}) && ({bucket})",
                error_message="The config of the backend local has a path, that of the backend gcs a bucket.",
            ),
        ),
    )
