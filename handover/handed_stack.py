"""A stack as it is handed over: plain Terraform in files by subject, variables, and what was lifted into them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from deployment.kinds.cloud_run import INVOKER
from deployment.kinds.terraform import RECORD
from deployment.values import Json, with_strings
from handover import endpoint_variables, service_variables
from handover.endpoint_variables import HandedEndpoint
from handover.plain import plain
from handover.service_variables import HandedService
from handover.variables import Variable

INVOKERS = "invoker_"
# The files of a stack, without their endings; invokers have files of their own beside these.
MAIN, BACKEND, VERSIONS, VARIABLES, OUTPUTS, CHECKS, GUARDS = (
    "main", "backend", "versions", "variables", "outputs", "checks", "guards"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class HandedStack:
    """`files` maps a file's name without ending to its Terraform JSON; `lock` is the provider lock file, if any."""

    name: str
    files: Mapping[str, Json]
    variables: tuple[Variable, ...]
    services: tuple[HandedService, ...]
    endpoints: tuple[HandedEndpoint, ...]
    promised: tuple[Variable, ...]
    lock: bytes | None

    @property
    def content(self) -> Json:
        """All files as one, as Terraform reads them."""
        content: Json = {}
        for sections in self.files.values():
            _merge(content, sections)
        return content

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
    promised: Mapping[str, Any] | None,
    lock: bytes | None,
    revoked: Collection[str] = (),
) -> HandedStack:
    """Take a synthesized stack apart; without the callers whose files (NAME/invoker_…) are `revoked`.

    `states` maps the paths of local states to those in the bundle. `promised` is what is known of the producer's
    outputs where the producer's state is not read; None where it is.
    """
    content: Json = with_strings(plain(stack), lambda text: _replaced(text, states))
    services = service_variables.lift(content)
    for service in services:
        service.invokers = [one for one in service.invokers if f"{name}/{one.file}" not in revoked]
    endpoints = endpoint_variables.lift(content)
    given = endpoint_variables.given(content, promised) if promised is not None else []
    variables = [
        *(variable for service in services for variable in service.variables),
        *(endpoint.ip for endpoint in endpoints),
        *given,
    ]
    files = _by_subject(content, variables)
    for invoker in (invoker for service in services for invoker in service.invokers):
        files[invoker.file] = {
            "resource": {INVOKER.type: {invoker.name: invoker.resource}},
            "variable": {invoker.variable.name: invoker.variable.block()},
        }
        variables.append(invoker.variable)
    return HandedStack(
        name=name,
        files=dict(sorted(files.items())),
        variables=tuple(variables),
        services=tuple(services),
        endpoints=tuple(endpoints),
        promised=tuple(given),
        lock=lock,
    )


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


def _by_subject(content: Json, variables: list[Variable]) -> dict[str, Json]:
    terraform = dict(content.pop("terraform"))
    records = content.get("resource", {}).pop(RECORD.type, {})
    files: dict[str, Json] = {
        BACKEND: {"terraform": {"backend": terraform.pop("backend")}},
        VERSIONS: {"provider": content.pop("provider"), "terraform": terraform},
        OUTPUTS: {"output": content.pop("output", {})},
        CHECKS: {"check": content.pop("check", {})},
        VARIABLES: {"variable": {variable.name: variable.block() for variable in variables}},
        GUARDS: {"resource": {RECORD.type: records} if records else {}},
        MAIN: content,
    }
    return {name: sections for name, sections in files.items() if any(sections.values())}
