"""Requests and answers against Google's descriptions: unknown fields, wrong types, bad enum values, missing parts.

The words are those of Google's JSON transcoder and of Compute Engine as they stand in public issue threads; which of
the two a given API uses for a given mistake is not documented, code and reason are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json
from standin.schema import Problem, Schemas

_BOOLEANS = frozenset({"true", "false", "True", "False", "1", "0"})


def request(cloud: Cloud, call: Call) -> Call:
    """The call without what Google ignores (output-only fields, noted). Raises 400 for what is not as described."""
    _path(call)
    _query(call)
    if not call.method.request:
        return call
    schemas = Schemas(call.description.schemas, call.method.id)
    body = schemas.clean(call.method.request, call.body)
    for problem in schemas.problems:
        raise _refusal(problem)
    for field in schemas.ignored:
        cloud.note("ignored", f"{call.method.id}: the output-only field {field} was sent")
    return replace(call, body=body)


def response(cloud: Cloud, call: Call, body: Json) -> None:
    """Note where an answer of this server is not as described: a mistake of the stand-in, never of its caller."""
    if not call.method.response:
        return
    schemas = Schemas(call.description.schemas, call.method.id, answers=True)
    schemas.clean(call.method.response, body)
    for problem in schemas.problems:
        cloud.note("answer", f"{call.method.id}: {problem.field}: {problem.kind} {problem.detail}")


def _refusal(problem: Problem) -> GoogleError:
    if problem.kind == "missing":
        return GoogleError(400, f"Required field 'resource.{problem.field}' not specified", reason="required")
    if problem.kind == "pattern":
        return GoogleError(
            400,
            f"Invalid value for field 'resource.{problem.field}': '{problem.value}'. "
            f"Must be a match of regex '{problem.detail}'",
            reason="invalid",
        )
    if problem.kind == "unknown":
        holder, _, name = problem.field.rpartition(".")
        place = f" at '{holder}'" if holder else ""
        text = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
    else:
        shown = f'"{problem.value}"' if isinstance(problem.value, str) else problem.value
        text = f"Invalid value at '{problem.field}' ({problem.detail}), {shown}"
    violation = {"field": problem.field, "description": text}
    return GoogleError(
        400,
        text,
        reason="badRequest",
        details=[{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}],
    )


def _path(call: Call) -> None:
    for name, value in call.params.items():
        pattern = call.method.path_patterns.get(name)
        if pattern and not re.fullmatch(pattern, value):
            text = f"Invalid value '{value}'. Values must match the following regular expression: '{pattern}'"
            raise GoogleError(400, text, reason="invalidParameter")


def _query(call: Call) -> None:
    known: Mapping[str, Json] = {**call.description.parameters, **call.method.query}
    for name, value in call.query.items():
        parameter = known.get(name)
        if parameter is None:
            text = (
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                f"Field '{name}' could not be found in request message."
            )
            raise GoogleError(400, text, reason="badRequest")
        kind = parameter.get("type")
        wrong = (
            (kind == "integer" and not re.fullmatch(r"-?\d+", value))
            or (kind == "boolean" and value not in _BOOLEANS)
            or ("enum" in parameter and value not in parameter["enum"] and name not in ("alt", "$.xgafv"))
        )
        if wrong:
            raise GoogleError(400, f"Invalid value '{value}' for query parameter '{name}'.", reason="invalidParameter")
    for name, parameter in call.method.query.items():
        if parameter.get("required") and name not in call.query:
            raise GoogleError(400, f"Required parameter: {name}", reason="required")
