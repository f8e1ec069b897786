"""The runbook's tasks about consumers: let one in, cut one off, take one out, and move an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import Any

from cloudrun_psc.rules.connections import project_of
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from handover.accept_variables import by_network, keeps_endpoint
from handover.callers import CONSUMERS, api_of
from handover.edits import applied, edit
from handover.facts import Facts, another_address
from handover.handed_stack import HandedStack
from handover.markdown import shell
from handover.service_variables import HandedService
from handover.variables import Variable
from stacks.contract import AUDIENCE, HOST, PORT, SELF_LINK, URL

_NEW_PROJECT, _NEW_CALLER = "new-consumer-project", "serviceAccount:caller@new-consumer-project.iam.gserviceaccount.com"


def of_the_producer(facts: Facts, stack: HandedStack) -> Iterator[str]:
    """What the producer's side has to do with its consumers."""
    listed = [service for service in stack.services if service.accept and not keeps_endpoint(service.accept)]
    if listed:
        yield _accept(facts, stack, listed[0])
        yield _revoke(facts, stack, listed[0])
    if kept := next((service for service in stack.services if service.accept and keeps_endpoint(service.accept)), None):
        yield _accept_endpoint(facts, stack, kept)
    if consumers := next((one for one in stack.variables if one.name == CONSUMERS and one.value), None):
        yield _leave(facts, stack, consumers)


def _accept(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    assert service.accept is not None
    networks = by_network(service.accept)
    entry = f"projects/{_NEW_PROJECT}/global/networks/NETWORK" if networks else _NEW_PROJECT
    callers = {service.invokers.name: [*service.invokers.value, _NEW_CALLER]} if service.invokers else {}
    shown = edit(facts, stack, **{service.accept.name: service.accept.value | {entry: 5}, **callers})
    call, member = (
        (", and add the account that calls to the invokers", " and adds one IAM member") if callers else ("", "")
    )
    return "\n".join(
        [
            "### Accept a consumer",
            "",
            f"Add its {'network' if networks else 'project'} to the accept list, with the number of endpoints that it "
            f"may have (here 5){call}. {shown}",
            "",
            applied(stack),
            "",
            f"The plan updates the attachment in place{member}. It may show entries that stay as "
            "removed and added again, but it is a single call, and nobody's connection is touched. Then give the "
            f"consumer the target for its endpoint, the port{_host(stack, service)} and the audience for its ID "
            "tokens:",
            "",
            shell(*(f"terraform -chdir={stack.name} output -raw {name}" for name in _told(stack, service))),
            "",
            "To raise a limit, change its number.",
        ]
    )


def _outputs(stack: HandedStack, service: HandedService, *names: str) -> list[str]:
    made = stack.content.get("output", {})
    return [name for name in (f"{service.address}_{one}" for one in names) if name in made]


def _host(stack: HandedStack, service: HandedService) -> str:
    return ", the host name" if _outputs(stack, service, HOST) else ""


def _told(stack: HandedStack, service: HandedService) -> list[str]:
    """The outputs that a consumer needs."""
    audience = _outputs(stack, service, AUDIENCE, URL)[:1]
    return [*_outputs(stack, service, SELF_LINK, PORT, HOST), *audience]


def _revoke(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    assert service.accept is not None
    callers = {service.invokers.name: service.invokers.value} if service.invokers else {}
    call = "Remove its account from the invokers. " if callers else ""
    return "\n".join(
        [
            "### Revoke a consumer",
            "",
            f"Remove its {'network' if by_network(service.accept) else 'project'} from the accept list: its "
            "connections are cut at once, and its endpoint shows PENDING. "
            f"{call}{edit(facts, stack, **{service.accept.name: service.accept.value, **callers})}",
            "",
            applied(stack),
        ]
    )


def _accept_endpoint(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    """Where a list holds one endpoint, which the provider does not exchange."""
    assert service.accept is not None
    name, link = service.accept.name, next(iter(service.accept.value))
    numbered = f"{link.rpartition('/')[0]}/NUMBER"
    project, attachment = project_of(link), stack.content["resource"][SERVICE_ATTACHMENT.type][service.address]
    return "\n".join(
        [
            "### Accept another endpoint",
            "",
            f"The list of {attachment['name']} holds one endpoint by its number. An endpoint that was made anew, "
            "because its address was moved or its attachment replaced, has another number and is PENDING until that "
            "is accepted. The provider does not exchange one number for another, so first accept the project. "
            f"{edit(facts, stack, **{name: {project: 1}})}",
            "",
            applied(stack),
            "",
            "The endpoint is ACCEPTED from then on. Whoever owns it reads its number; put its own name in place of "
            "`ENDPOINT`:",
            "",
            shell(
                f"gcloud compute forwarding-rules describe ENDPOINT --project={project} "
                f"--region={attachment['region']} --format='value(selfLinkWithId)'"
            ),
            "",
            "Accept this in place of the project, which keeps the connection. "
            f"{edit(facts, stack, **{name: {numbered: 1}})}",
            "",
            applied(stack),
            "",
            "To let nobody in, leave the list empty.",
        ]
    )


def _leave(facts: Facts, stack: HandedStack, consumers: Variable) -> str:
    """A consumer whose project is deleted."""
    key, project = next(iter(consumers.value.items()))
    left: dict[str, Any] = {consumers.name: {one: its for one, its in consumers.value.items() if one != key}}
    for service in stack.services:
        accepted = service.accept.value if service.accept else {}
        stay = {entry: limit for entry, limit in accepted.items() if _project(entry) != project}
        if service.accept and stay != accepted:
            left[service.accept.name] = stay
        if service.invokers and project in service.invokers.value:
            left[service.invokers.name] = [one for one in service.invokers.value if one != project]
    return "\n".join(
        [
            "### Take a consumer's project out",
            "",
            "Before a project is deleted, take every line out that has it, that of "
            f"`{CONSUMERS}` included. This is how {project} leaves. {edit(facts, stack, **left)}",
            "",
            applied(stack),
            "",
            "The plan destroys what belongs to this consumer and nothing else. The API stays enabled in its project.",
            "",
            f"If the project is gone already, each plan ends with a 403: {facts.product} reads what it has in its "
            "state. Take the same lines out, and before the plan have it forget the API, which touches nothing in "
            "Google Cloud:",
            "",
            shell(f"terraform -chdir={stack.name} state rm {quote(api_of(key))}"),
        ]
    )


def _project(entry: str) -> str:
    return project_of(entry) if "/" in entry else entry


def move(facts: Facts, stack: HandedStack) -> str:
    """Another address of an endpoint."""
    endpoint = stack.endpoints[0]
    return "\n".join(
        [
            "### Move an endpoint's address",
            "",
            "A new address replaces the reserved address and the endpoint: clients are cut off until the apply is "
            f"done, and must use the new address from then on. {_then(facts)} "
            f"{edit(facts, stack, **{endpoint.ip.name: another_address(stack, endpoint)})}",
            "",
            applied(stack),
        ]
    )


def _then(facts: Facts) -> str:
    """What the producer has to do about an endpoint that is made anew."""
    if not facts.producer:
        return "The producer has nothing to do, unless it accepts endpoints by their numbers: a new one has another."
    if any(service.accept and keeps_endpoint(service.accept) for service in facts.producer.services):
        return "Where the producer accepts it by its number, [it has another](#accept-another-endpoint) then."
    return "The producer has nothing to do."
