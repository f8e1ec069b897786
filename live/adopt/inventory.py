"""Which resources of a stack exist in Google Cloud, and by which id Terraform imports them."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from deployment.kinds.certificates import AUTHORIZATION, CERTIFICATE, ISSUANCE_CONFIG
from deployment.kinds.cloud_run import INVOKER, SECRET_ACCESS, SERVICE
from deployment.kinds.dns import RECORD_SET, ZONE
from deployment.kinds.network import FLOW_LOGS
from deployment.kinds.project import PROJECT_SERVICE
from deployment.references import is_expression
from deployment.stack import Item, Stack
from deployment.values import Json
from live.failures import AnswerError, ApiOffError, NotAllowedError, as_described
from live.names import ids
from live.reader import Reader
from live.sides import Side

Stands = Literal["there", "absent", "unknown"]
# What a name has at its end that follows from its content: a hash, or a range (cloudrun_psc/rules/content_names.py).
_CONTENT = re.compile(r"-(?:[0-9a-f]{6}|\d{1,3}(?:-\d{1,3}){4})$")
# Else conditions are left out: https://cloud.google.com/iam/docs/policies#versions.
_WITH_CONDITIONS = {"options.requestedPolicyVersion": 3}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A resource of a stack: whether it is there, and its id.

    `plain` is the id of something that stands there under the name without what follows from the content. `recorded`
    has the inputs of records that tell of it, by the endings of their addresses. `why` says of what is unknown why, and
    `needs` which role would help.
    """

    address: str
    id: str
    stands: Stands
    plain: str = ""
    recorded: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    why: str = ""
    needs: str = ""


def inventory(
    side: Side,
    readers: Mapping[str, Reader],
    wanted: Container[str],
    begin: Callable[[str], None] = lambda _: None,
) -> tuple[Found, ...]:
    """The resources of a side that are wanted and that Google Cloud can hold, by address.

    `readers` are those of the sides, by project; `begin` is told what is asked next.

    Raises:
        UnreachableError: when nothing can be asked at all.
    """
    stack = side.stack
    numbers = dict(_numbers(stack, side.reader, readers))
    # APIs first: where one is off, nothing of it exists.
    importable = (item for item in _importable(stack) if item.address in wanted)
    items = sorted(importable, key=lambda item: (item.type != PROJECT_SERVICE.type, item.address))
    found, off = list[Found](), set[str]()
    for item in items:
        begin(f"{stack.name}: {item.address}")
        one = _found(item, ids(item, stack, numbers), side.reader, off)
        if item.type == PROJECT_SERVICE.type and one.stands == "absent":
            off.add(one.id)
        found.append(one)
    taken = {one.id for one in found if one.stands == "there"}  # by the plain name there is another one of these
    free = (replace(one, plain="") if one.plain in taken else one for one in found)
    return tuple(sorted(free, key=lambda one: one.address))


def _importable(stack: Stack) -> Iterator[Item]:
    return (item for item in stack.items.values() if item.is_resource and item.kind and item.kind.import_id)


def _numbers(stack: Stack, reader: Reader, readers: Mapping[str, Reader]) -> Iterator[tuple[str, str]]:
    """The numbers of the projects that the stack looks up, as far as they may be read."""
    for item in stack.of("data.google_project"):
        project = str(item.values.get("project_id", ""))
        try:
            name = f"projects/{project}"
            told = readers.get(project, reader).get("cloudresourcemanager.projects.get", name=name) or {}
        except AnswerError:
            continue  # whoever is called by it cannot be asked for, which is told there
        number = str(told.get("name", "")).rpartition("/")[2]
        if number.isdigit():
            yield project, number


def _found(item: Item, candidates: tuple[str, ...], reader: Reader, off: set[str]) -> Found:
    wanted = candidates[0] if candidates else ""
    if not wanted or is_expression(wanted):
        why = (
            "its id has the number of a project in it, which may not be read; give project_number in the configuration"
        )
        return Found(address=item.address, id=wanted, stands="unknown", why=why)
    try:
        with as_described():
            for id_ in candidates:
                if (there := at(item, id_, reader)) is not None:
                    return Found(address=item.address, id=id_, stands="there", recorded=dict(_recorded(there)))
            plain = _CONTENT.sub("", wanted)
            other = plain if plain != wanted and at(item, plain, reader) is not None else ""
    except ApiOffError as error:
        api = f"{error.about.partition('.')[0]}.googleapis.com"
        if f"{wanted.removeprefix('projects/').partition('/')[0]}/{api}" in off:
            return Found(address=item.address, id=wanted, stands="absent")
        return Found(address=item.address, id=wanted, stands="unknown", why=f"{error}: {error.remedy}")
    except NotAllowedError as error:
        return Found(address=item.address, id=wanted, stands="unknown", why=str(error), needs=error.needs)
    except AnswerError as error:
        return Found(address=item.address, id=wanted, stands="unknown", why=str(error))
    return Found(address=item.address, id=wanted, stands="absent", plain=other)


def _recorded(there: Json) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What is remembered of the first deployment of an endpoint group or a load balancer's rule (docs/adr/0013)."""
    if service := there.get("cloudRun", {}).get("service"):
        yield "first_service", {"service": str(service)}
    if there.get("allowGlobalAccess"):
        yield "global_access", {"since": "the start"}


def at(item: Item, id_: str, reader: Reader) -> Json | None:
    """What stands at an id; None for nothing.

    Raises:
        AnswerError: for what may not be read.
    """
    read = _READ.get(item.type)
    return read(id_, reader) if read else reader.at(id_)


def _api(id_: str, reader: Reader) -> Json | None:
    project, _, name = id_.partition("/")
    told = reader.get("serviceusage.services.get", name=f"projects/{project}/services/{name}")
    return told if told and told.get("state") == "ENABLED" else None


def _named(method: str) -> Callable[[str, Reader], Json | None]:
    """What is asked for by its id as a whole."""
    return lambda id_, reader: reader.get(method, name=id_)


def _in_zone(id_: str, reader: Reader) -> Json | None:
    """A zone of Cloud DNS, or a record set in one: projects/P/managedZones/Z/rrsets/NAME/TYPE."""
    _, project, _, zone, *record = id_.split("/")
    if not record:
        return reader.get("dns.managedZones.get", project=project, managedZone=zone)
    _, name, type_ = record
    return reader.get("dns.resourceRecordSets.get", project=project, managedZone=zone, name=name, type=type_)


def _granted(method: str) -> Callable[[str, Reader], Json | None]:
    """Whether a role is granted, as the provider's id says it: RESOURCE ROLE MEMBER."""

    def read(id_: str, reader: Reader) -> Json | None:
        resource, role, member = id_.split(" ")
        policy = reader.get(method, resource=resource, **_WITH_CONDITIONS) or {}
        return next(
            (
                binding
                for binding in policy.get("bindings", [])
                if binding["role"] == role and member in binding.get("members", []) and not binding.get("condition")
            ),
            None,
        )

    return read


# How kinds are asked for that are not Compute Engine's.
_READ: Mapping[str, Callable[[str, Reader], Json | None]] = {
    PROJECT_SERVICE.type: _api,
    SERVICE.type: _named("run.projects.locations.services.get"),
    INVOKER.type: _granted("run.projects.locations.services.getIamPolicy"),
    SECRET_ACCESS.type: _granted("secretmanager.projects.secrets.getIamPolicy"),
    FLOW_LOGS.type: _named("networkmanagement.projects.locations.vpcFlowLogsConfigs.get"),
    ZONE.type: _in_zone,
    RECORD_SET.type: _in_zone,
    CERTIFICATE.type: _named("certificatemanager.projects.locations.certificates.get"),
    AUTHORIZATION.type: _named("certificatemanager.projects.locations.dnsAuthorizations.get"),
    ISSUANCE_CONFIG.type: _named("certificatemanager.projects.locations.certificateIssuanceConfigs.get"),
}
