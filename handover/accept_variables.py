"""The variable of who may connect: projects or networks with their limits, or the one endpoint that a list keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cloudrun_psc.rules.connections import ACCEPT_MANUAL, ENDPOINT, NETWORK, kind_of
from cloudrun_psc.rules.names import PROJECT_ID
from deployment.values import Json, with_strings
from handover.variables import Validation, Variable, matches

_PROJECTS, _NETWORKS, _ENDPOINT = "project_id_or_num", "network_url", "endpoint_url"
_WHO = {
    _PROJECTS: "ids of projects, each with the number of endpoints that it may have",
    _NETWORKS: "VPC networks, each with the number of endpoints that it may have",
    _ENDPOINT: "one endpoint by its number, with the limit 1; or ids of projects, each with the number of endpoints "
    "that it may have",
}
_PATTERNS = {_PROJECTS: PROJECT_ID, _NETWORKS: NETWORK, _ENDPOINT: f"{PROJECT_ID}|{ENDPOINT}"}
_ENTRIES = {
    _PROJECTS: "Entries are project ids: 6 to 30 lower-case letters, digits and hyphens (no number, no display name).",
    _NETWORKS: "Entries are VPC networks, projects/PROJECT/global/networks/NAME.",
    _ENDPOINT: "Entries are project ids, or one endpoint, projects/PROJECT/regions/REGION/forwardingRules/NUMBER.",
}
# What the check of the connections says of those that are on no list, or on the wrong one.
_OF_LISTS = re.compile(r"PENDING: .*(?=CLOSED: )")
_API = "https://www.googleapis.com/compute/v1/"


def lift(address: str, attachment: Json, checks: Json) -> Variable | None:
    """Put a variable in place of an accept list; None with automatic acceptance, which has none.

    Then `checks` do not speak of lists either.
    """
    if attachment["connection_preference"] != ACCEPT_MANUAL:
        check = f"{address}_connections"
        checks[check] = with_strings(checks[check], lambda text: _OF_LISTS.sub("", text))
        return None
    name, entries = f"{address}_accept", attachment.pop("consumer_accept_lists", [])
    attribute = next((one for one in _WHO if any(one in entry for entry in entries)), _PROJECTS)
    attachment.setdefault("dynamic", {})["consumer_accept_lists"] = {
        "for_each": f"${{var.{name}}}",
        "content": {**_entry(attribute), "connection_limit": "${consumer_accept_lists.value}"},
    }
    if attribute == _ENDPOINT:
        (told,) = attachment["lifecycle"]["postcondition"]
        told["condition"] = f"${{{_not_exchanged(name)}}}"
    present = {entry[attribute]: entry["connection_limit"] for entry in entries}
    return Variable(
        name=name,
        type="map(number)",
        description=f"Who may connect to {attachment['name']}: {_WHO[attribute]}. The connections of one that is taken "
        "out are cut at once.",
        value=present,
        refused=dict.fromkeys(present or ["projects/some-project/global/networks/some-network"], 0),
        validations=tuple(_rules(name, attribute, attachment.get("consumer_reject_lists", []))),
    )


def _entry(attribute: str) -> Json:
    key = "consumer_accept_lists.key"
    if attribute != _ENDPOINT:
        return {attribute: f"${{{key}}}"}
    link = f'strcontains({key}, "/")'
    return {
        _ENDPOINT: f'${{{link} ? trimprefix({key}, "{_API}") : null}}',
        _PROJECTS: f"${{{link} ? null : {key}}}",
    }


def _not_exchanged(name: str) -> str:
    """An endpoint of the plan is one of the values: the provider leaves a former one where another is wanted."""
    given = f"[for given in keys(var.{name}) : basename(given)]"
    planned = 'regex("/forwardingRules/(.+)$", entry.endpoint_url)[0]'
    return f"alltrue([for entry in self.consumer_accept_lists : try(contains({given}, {planned}), true)])"


def _rules(name: str, attribute: str, rejected: list[Any]) -> Iterator[Validation]:
    yield Validation(
        condition=f"alltrue([for limit in values(var.{name}) : limit >= 1 && limit <= {2**31 - 1} "
        "&& floor(limit) == limit])",
        error_message="A limit is a whole number, 1 or more. To let nobody in, leave the entry out.",
    )
    yield Validation(
        condition=f"alltrue([for entry in keys(var.{name}) : {matches('entry', _PATTERNS[attribute])}])",
        error_message=_ENTRIES[attribute],
    )
    if attribute == _ENDPOINT:
        yield Validation(
            condition=f'alltrue([for entry, limit in var.{name} : !strcontains(entry, "/") '
            f"|| limit == 1 && length(var.{name}) == 1])",
            error_message="An endpoint stands alone in the list, with the limit 1: the provider keeps no second one.",
        )
    if rejected:
        entries = ", ".join(f'"{entry}"' for entry in rejected)
        yield Validation(
            condition=f"length(setintersection(keys(var.{name}), [{entries}])) == 0",
            error_message=f"On the reject list, and so not to be accepted: {', '.join(rejected)}.",
        )


def keeps_endpoint(variable: Variable) -> bool:
    """Whether the list holds the one endpoint that the provider can keep."""
    return any(kind_of(entry) == "endpoint" for entry in variable.value)


def by_network(variable: Variable) -> bool:
    """Whether consumers are named by their networks."""
    return any(kind_of(entry) == "network" for entry in variable.value)
