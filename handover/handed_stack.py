"""A stack as it is handed over: plain Terraform in files by subject, variables, and what was lifted into them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from deployment.existing import Granted
from deployment.values import Json, with_strings
from handover import callers, checks, endpoint_variables, guards, nat_ranges, producer_state, service_variables
from handover.callers import Move
from handover.endpoint_variables import HandedEndpoint
from handover.plain import plain
from handover.pretended import pretended
from handover.service_variables import HandedService
from handover.value_tests import value_tests
from handover.variables import Variable

# The files of a stack, without their endings.
MAIN, BACKEND, VERSIONS, VARIABLES, LOCALS, OUTPUTS, CHECKS, GUARDS, CALLERS, MOVED = (
    "main", "backend", "versions", "variables", "locals", "outputs", "checks", "guards", "callers", "moved"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class HandedStack:
    """`files` maps a file's name without ending to its Terraform JSON; `lock` is the provider lock file, if any.

    `synthesized` is the stack as it was before, and `moves` are the addresses that it has elsewhere.
    `promised` are the variables in place of the producer's outputs.
    """

    name: str
    synthesized: Json
    moves: tuple[Move, ...]
    files: Mapping[str, Json]
    variables: tuple[Variable, ...]
    services: tuple[HandedService, ...]
    endpoints: tuple[HandedEndpoint, ...]
    promised: tuple[Variable, ...]
    tests: str
    lock: bytes | None

    @property
    def content(self) -> Json:
        """All files as one, as Terraform reads them."""
        return _together(self.files)

    @property
    def backend(self) -> tuple[str, Json]:
        """The backend's kind and its settings."""
        kind, settings = next(iter(self.files[BACKEND]["terraform"]["backend"].items()))
        return str(kind), settings

    @property
    def protected(self) -> bool:
        """Whether something is kept from being destroyed."""
        text = repr(self.files[MAIN])
        return "'prevent_destroy': True" in text or "'deletion_protection': True" in text


def hand(
    name: str,
    stack: Json,
    *,
    states: Mapping[str, str],
    known: Mapping[str, Any],
    alone: bool,
    existing: Granted,
    lock: bytes | None,
) -> HandedStack:
    """Take a synthesized stack apart.

    `states` maps the paths of local states to those in the bundle. `known` is what can be said of the producer's
    outputs, whose state is not read if a consumer is handed over `alone`. `existing` is taken for granted.
    """
    content: Json = with_strings(plain(stack), lambda text: _replaced(text, states))
    synthesized = deepcopy(content)
    content, existing_subnets = guards.name_existing(content)
    services = service_variables.lift(content)
    ranged = nat_ranges.lift(content, services)
    called = callers.lift(content, services, content["provider"]["google"][0]["project"])
    endpoints = endpoint_variables.lift(content)
    told = endpoint_variables.promises(content, known)
    given = endpoint_variables.given(content, known) if alone else []
    variables = [
        *called.variables,
        *(variable for service in services for variable in service.variables),
        *(endpoint.ip for endpoint in endpoints),
        *given,
        *producer_state.lift(content),
    ]
    moves = (*ranged, *called.moves)
    moved = {
        "moved": [*content.pop("moved", []), *(move.block() for move in moves)],
        "removed": content.pop("removed", []),
    }
    guarded = guards.gather(content, existing_subnets)
    files = _by_subject(content, guarded, variables) | ({CALLERS: called.content} if called.content else {})
    files |= {MOVED: {section: blocks for section, blocks in moved.items() if blocks}} if any(moved.values()) else {}
    return HandedStack(
        name=name,
        synthesized=synthesized,
        moves=moves,
        files=dict(sorted(files.items())),
        variables=tuple(variables),
        services=tuple(services),
        endpoints=tuple(endpoints),
        promised=tuple(one for one in given if one.name in {output.name for output in told}),
        tests=value_tests(_together(files), variables, told, pretended(synthesized, existing)),
        lock=lock,
    )


def _together(files: Mapping[str, Json]) -> Json:
    content: Json = {}
    for sections in files.values():
        _merge(content, sections)
    return content


def _merge(into: Json, other: Json) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            into[key] = dict(into[key])
            _merge(into[key], value)
        else:
            into[key] = value


def _replaced(text: str, states: Mapping[str, str]) -> str:
    # The longer ones first: one path may begin another.
    for path in sorted(states, key=len, reverse=True):
        text = text.replace(path, states[path])
    return text


def _by_subject(content: Json, guarded: Json, variables: list[Variable]) -> dict[str, Json]:
    terraform = dict(content.pop("terraform"))
    files: dict[str, Json] = {
        BACKEND: {"terraform": {"backend": terraform.pop("backend")}},
        VERSIONS: {"provider": content.pop("provider"), "terraform": terraform},
        OUTPUTS: {"output": content.pop("output", {})},
        CHECKS: checks.gather(content),
        VARIABLES: {"variable": {variable.name: variable.block() for variable in variables}},
        LOCALS: {"locals": content.pop("locals", {})},
        GUARDS: guarded,
        MAIN: {section: part for section, part in content.items() if part},
    }
    return {name: sections for name, sections in files.items() if any(sections.values())}
