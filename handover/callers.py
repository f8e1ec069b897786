"""Who may call, as values: grants, and what they need of consumers' projects, as resources with `for_each`.

The stacks write one resource for each caller, one for the API of each consumer's project and one look-up of its number.
Such a project may be gone one day, and then every plan that still asks about it fails. Here all of it follows from
values, and `moved` blocks keep what is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cloudrun_psc.rules.access import MEMBER, default_compute_account
from cloudrun_psc.rules.names import PROJECT_ID
from deployment.kinds.cloud_run import INVOKER, SERVICE
from deployment.kinds.project import PROJECT, PROJECT_SERVICE
from deployment.values import Json, strings
from handover.service_variables import HandedService
from handover.templates import literal
from handover.variables import Validation, Variable, matches

CONSUMERS = "consumers"
_API = "compute.googleapis.com"
_APIS, _PROJECTS = f"{CONSUMERS}_compute", CONSUMERS
_LOOKED_UP = re.compile(r"\$\{data\.google_project\.(\w+)\.number\}")
_PROJECT = PROJECT.type.removeprefix("data.")


@dataclass(frozen=True, kw_only=True)
class Move:
    """An address that the stacks have, and the one here."""

    former: str
    present: str

    def block(self) -> Json:
        """The `moved` block as Terraform JSON."""
        return {"from": self.former, "to": self.present}


@dataclass(frozen=True, kw_only=True)
class Callers:
    """`content` is the file of callers, and `variables` what stands in front of those of the services."""

    content: Json = field(default_factory=dict)
    variables: tuple[Variable, ...] = ()
    moves: tuple[Move, ...] = ()


def lift(stack: Json, services: list[HandedService], project: str) -> Callers:
    """Take grants, look-ups and APIs of consumers out of the stack of `project`, and put variables in their place."""
    called = [service for service in services if service.run]
    if not called:
        return Callers()
    resources = stack["resource"]
    consumers = _consumers(resources, project)
    moves = [Move(former=f"{PROJECT_SERVICE.type}.{key}_compute", present=api_of(key)) for key in consumers]
    grants: Json = {}
    own = ""
    for service in called:
        entries = _entries(service, stack)
        service.invokers = _variable(service.address, service.name, sorted(entries))
        name = service.invokers.name
        moves += [
            Move(former=f"{INVOKER.type}.{former}", present=_instance(INVOKER.type, name, entry))
            for entry, former in sorted(entries.items())
        ]
        grants[name] = _grants(service, stack, project if project in entries else "")
        own = project if project in entries else own
    _forget(stack)
    sets = [f"var.{grant}" for grant in grants]
    every = sets[0] if len(sets) == 1 else f"setunion({', '.join(sets)})"
    account = default_compute_account("${found.number}")
    content: Json = {
        "locals": {
            "calling_projects": f"${{toset([for caller in {every} : caller if contains({_projects(own)}, caller)])}}",
            "default_accounts": "${{ for project, found in data.google_project."
            f'{_PROJECTS} : project => "serviceAccount:{account}" }}}}',
            **{
                name.replace("_invokers", "_members"): f"${{{{ for caller in var.{name} : caller => "
                "lookup(local.default_accounts, caller, caller) }}"
                for name in grants
            },
        },
        "data": {_PROJECT: {_PROJECTS: {"for_each": "${local.calling_projects}", "project_id": "${each.value}"}}},
        "resource": {
            PROJECT_SERVICE.type: {
                _APIS: {
                    "for_each": f"${{var.{CONSUMERS}}}",
                    "disable_on_destroy": False,
                    "project": "${each.value}",
                    "service": _API,
                }
            },
            INVOKER.type: grants,
        },
    }
    return Callers(content=content, variables=(_consumers_variable(consumers),), moves=tuple(moves))


def api_of(consumer: str) -> str:
    """The address of the API of a consumer's project."""
    return _instance(PROJECT_SERVICE.type, _APIS, consumer)


def _instance(type_: str, name: str, key: str) -> str:
    return f"{type_}.{name}[{literal(key)}]"


def _consumers(resources: Json, project: str) -> dict[str, str]:
    """The consumers whose API the stack enables, with their projects; what enabled them is taken out."""
    apis = resources.get(PROJECT_SERVICE.type, {})
    found = {
        address.removesuffix("_compute"): api["project"]
        for address, api in sorted(apis.items())
        if api["service"] == _API and api["project"] != project
    }
    for key in found:
        del apis[f"{key}_compute"]
    return found


def _entries(service: HandedService, stack: Json) -> dict[str, str]:
    """Who may call the service, each with the name of the resource that said so, which is taken out."""
    members, run = stack["resource"].get(INVOKER.type, {}), service.run or {}
    mine = f"${{{SERVICE.type}.{service.address}.name}}" if _made(service, stack) else run["name"]
    granted = {name: members.pop(name) for name in [name for name, member in members.items() if member["name"] == mine]}
    projects = stack.get("data", {}).get(_PROJECT, {})
    return {_entry(grant["member"], projects): name for name, grant in granted.items()}


def _made(service: HandedService, stack: Json) -> bool:
    return service.address in stack["resource"].get(SERVICE.type, {})


def _entry(member: str, projects: Mapping[str, Json]) -> str:
    """An IAM member as it stands, or the project whose default account only Terraform knows, by its number."""
    found = _LOOKED_UP.search(member)
    return str(projects[found[1]]["project_id"]) if found else member


def _grants(service: HandedService, stack: Json, own: str) -> Json:
    """The grants of a service; `own` is its project, where its own default account may call."""
    assert service.run
    made, variable, members = _made(service, stack), f"{service.address}_invokers", f"local.{service.address}_members"
    # Two projects have no account in common, save in tests, where each project has the same number.
    told = '(strcontains(caller, ":") || caller == each.key)'
    same = f"[for caller, member in {members} : caller if lower(member) == lower(each.value) && {told}]"
    return {
        "depends_on": [f"{PROJECT_SERVICE.type}.{_APIS}"],
        "for_each": f"${{{members}}}",
        "lifecycle": {
            "precondition": [
                {
                    "condition": f'${{strcontains(each.key, ":") || contains({_projects(own)}, each.key)}}',
                    "error_message": f"{variable} has the project ${{each.key}}, which the variable {CONSUMERS} has "
                    "not: add it there, so that it has a default Compute Engine account.",
                },
                {
                    "condition": f"${{length({same}) == 1}}",
                    "error_message": f"{variable} has ${{each.value}} twice, as a member and as the default account of "
                    "a project. To remove one would take the permission from both: keep one.",
                },
            ],
            **({"replace_triggered_by": [f"{SERVICE.type}.{service.address}.uid"]} if made else {}),
        },
        "location": service.run["location"],
        "member": "${each.value}",
        "name": f"${{{SERVICE.type}.{service.address}.name}}" if made else service.run["name"],
        "project": service.run["project"],
        "role": "roles/run.invoker",
    }


def _projects(own: str) -> str:
    """Those whose default account may call."""
    return f'concat(values(var.{CONSUMERS}), ["{own}"])' if own else f"values(var.{CONSUMERS})"


def _forget(stack: Json) -> None:
    """Look-ups that nothing refers to any more go, and what the rest waits for are the APIs as they stand now."""
    resources, data = stack["resource"], stack.get("data", {})
    for kind in (INVOKER.type, PROJECT_SERVICE.type):
        if not resources.get(kind, True):
            del resources[kind]
    used = set(_numbers(stack))
    kept = {name: one for name, one in data.pop(_PROJECT, {}).items() if name in used}
    if kept:
        data[_PROJECT] = kept
    if not data:
        stack.pop("data", None)


def _numbers(stack: Json) -> Iterator[str]:
    return (found[1] for text in strings(stack) for found in _LOOKED_UP.finditer(text))


def _variable(address: str, called: str, entries: list[str]) -> Variable:
    name = f"{address}_invokers"
    return Variable(
        name=name,
        type="set(string)",
        description=f"Who may call {called}: IAM members, and projects of the variable {CONSUMERS}, each for its "
        "default Compute Engine account.",
        value=entries,
        refused=["allUsers"],
        validations=(
            Validation(
                condition=f"alltrue([for caller in var.{name} : {matches('caller', f'{MEMBER}|{PROJECT_ID}')}])",
                error_message="An invoker is serviceAccount:NAME@PROJECT.iam.gserviceaccount.com, user:…, group:…, "
                "principal://… or the id of a project. Everyone (allUsers, allAuthenticatedUsers) is refused.",
            ),
        ),
    )


def _consumers_variable(consumers: Mapping[str, str]) -> Variable:
    return Variable(
        name=CONSUMERS,
        type="map(string)",
        description="Projects whose default Compute Engine account may be a caller, each under a name of your choice. "
        f"{_API} is enabled in each, as the account exists only then.",
        value=dict(consumers),
        refused={"consumer": "No Project"},
        validations=(
            Validation(
                condition=f"alltrue([for project in values(var.{CONSUMERS}) : {matches('project', PROJECT_ID)}])",
                error_message="A consumer's project is its id: 6 to 30 lower-case letters, digits and hyphens.",
            ),
        ),
    )
