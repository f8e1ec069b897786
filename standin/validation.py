"""Whether requests and answers are what Google's descriptions of its APIs say.

Requests are refused in the words of Google's JSON transcoder or of Compute Engine, as public issue threads quote them.
Which of the two an API uses for which mistake is not documented; the HTTP code and the reason are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from standin import undescribed
from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import GoogleError, detail, invalid
from standin.message import Json
from standin.schema import Problem, Schemas

_BOOLEANS = frozenset({"true", "false", "True", "False", "1", "0"})


def request(cloud: Cloud, call: Call) -> Call:
    """Check a call. Returns it without its output-only fields, which Google ignores; each is noted.

    What Google takes without describing it is noted as well. Raises 400 for an unknown field or parameter, a wrong
    type, a value that an enum or a pattern does not allow, and a required part that is missing.
    """
    _check_path(call)
    _check_query(call)
    if not call.method.request:
        return call
    schemas = Schemas(call.description.schemas, call.method.id)
    body = schemas.clean(call.method.request, call.body)
    for problem in schemas.problems:
        raise _refusal(problem)
    for field in schemas.ignored:
        cloud.note("ignored", f"{call.method.id}: the output-only field {field} was sent")
    for field in schemas.undescribed:
        cloud.note("undescribed", f"{call.method.id}: {field} was sent, which Google takes and does not describe")
    return replace(call, body=body)


def response(cloud: Cloud, call: Call, body: Json) -> None:
    """Check an answer, and note what is wrong with it: that is a mistake of the stand-in, never of its caller."""
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
        return invalid(f"resource.{problem.field}", problem.value, f"Must be a match of regex '{problem.detail}'")
    if problem.kind == "unknown":
        holder, _, name = problem.field.rpartition(".")
        place = f" at '{holder}'" if holder else ""
        text = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
    else:
        shown = f'"{problem.value}"' if isinstance(problem.value, str) else problem.value
        text = f"Invalid value at '{problem.field}' ({problem.detail}), {shown}"
    violation = {"field": problem.field, "description": text}
    return GoogleError(400, text, reason="badRequest", details=[detail("BadRequest", fieldViolations=[violation])])


def _check_path(call: Call) -> None:
    for name, value in call.params.items():
        pattern = call.method.path_patterns.get(name)
        if pattern and not re.fullmatch(pattern, value):
            text = f"Invalid value '{value}'. Values must match the following regular expression: '{pattern}'"
            raise GoogleError(400, text, reason="invalidParameter")


def _check_query(call: Call) -> None:
    undescribed_ones = undescribed.PARAMETERS.get((call.api, call.method.verb), {})
    known: Mapping[str, Mapping[str, Any]] = {**undescribed_ones, **call.description.parameters, **call.method.query}
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
