"""The runbook's day-two tasks: who may connect and call, the image, an endpoint's address, and how things stand."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import Any

from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from handover.callers import CONSUMERS, api_of
from handover.facts import Facts, another_address
from handover.handed_stack import HandedStack
from handover.markdown import shell
from handover.service_variables import HandedService, accept_entry
from handover.value_tests import FOLDER, kept_from_destroying
from handover.variables import Variable
from stacks.instructions import CALLS

_NEW_PROJECT, _NEW_CALLER = "new-consumer-project", "serviceAccount:caller@new-consumer-project.iam.gserviceaccount.com"


def sections(facts: Facts) -> Iterator[str]:
    """What there is to do of it in this bundle."""
    yield _changeable(facts)
    if facts.producer and facts.producer.services:
        service = next((candidate for candidate in facts.producer.services if candidate.accept), None)
        if service:
            yield _accept(facts, facts.producer, service)
            yield _revoke(facts, facts.producer, service)
        consumers = next((one for one in facts.producer.variables if one.name == CONSUMERS and one.value), None)
        if consumers:
            yield _leave(facts, facts.producer, consumers)
        if made := next((candidate.image for candidate in facts.producer.services if candidate.image), None):
            yield _image(facts, facts.producer, made)
    if any(stack.endpoints for stack in facts.consumers):
        yield _move(facts, next(stack for stack in facts.consumers if stack.endpoints))
    yield _status(facts)


def _edit(facts: Facts, stack: HandedStack, **values: Any) -> str:
    """The lines of the file of values as they are to be."""
    file = f"`{stack.name}/{facts.format.VALUES}`"
    return f"In {file}:\n\n```{facts.format.NAME}\n{facts.format.assignment(values)}\n```"


def _apply(stack: HandedStack) -> list[str]:
    return [f"terraform -chdir={stack.name} {verb}" for verb in ("plan", "apply")]


def _changeable(facts: Facts) -> str:
    lines = [
        "## What may be changed",
        "",
        f"You may change the values in `{facts.format.VALUES}` of each folder. A plan refuses a wrong value and gives "
        "the reason. Plan, read the plan, then apply; the plan names what you changed and nothing else.",
        "",
        "| folder | variable | what |",
        "|---|---|---|",
    ]
    for stack in facts.stacks:
        lines += [f"| {stack.name} | `{variable.name}` | {variable.description} |" for variable in stack.variables]
    lines += _tried(facts)
    return "\n".join(lines)


def _tried(facts: Facts) -> list[str]:
    """How an edit of values is tried before anything else."""
    tested = [stack for stack in facts.stacks if facts.is_tested(stack)]
    if not tested:
        return []
    kept = [stack for stack in tested if kept_from_destroying(stack.content)]
    takes = "OpenTofu 1.8" if facts.program == "tofu" else "Terraform 1.11" if kept else "Terraform 1.7"
    return [
        "",
        f"To try an edit without credentials, in seconds and offline, test it first. This takes {takes} or newer, "
        "after an `init`:",
        "",
        shell(*(f"terraform -chdir={stack.name} test -test-directory={FOLDER}" for stack in tested)),
        "",
        "The tests put the values into a cloud that is only pretended, and see that wrong ones are refused. They know "
        "nothing of the state and of what exists: read the plan all the same.",
    ]


def _accept(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    assert service.accept is not None
    accepted = service.accept.value | {accept_entry(service, _NEW_PROJECT): 5}
    callers = {service.invokers.name: [*service.invokers.value, _NEW_CALLER]} if service.invokers else {}
    edit = _edit(facts, stack, **{service.accept.name: accepted, **callers})
    call, member = (
        (", and add the account that calls to the invokers", " and adds one IAM member") if callers else ("", "")
    )
    return "\n".join(
        [
            "### Accept a consumer",
            "",
            f"Add its project to the accept list, with the number of endpoints that it may have (here 5){call}. {edit}",
            "",
            shell(*_apply(stack)),
            "",
            f"The plan updates the attachment in place{member}. It may show entries that stay as "
            "removed and added again, but it is a single call, and nobody's connection is touched. Then give the "
            "consumer the target for its endpoint and the audience for its ID tokens:",
            "",
            shell(
                f"terraform -chdir={stack.name} output -raw {service.address}_service_attachment_self_link",
                f"terraform -chdir={stack.name} output -raw {service.address}_url",
            ),
            "",
            "To raise a limit, change its number.",
        ]
    )


def _revoke(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    assert service.accept is not None
    callers = {service.invokers.name: service.invokers.value} if service.invokers else {}
    edit = _edit(facts, stack, **{service.accept.name: service.accept.value, **callers})
    call = "Remove its account from the invokers. " if callers else ""
    return "\n".join(
        [
            "### Revoke a consumer",
            "",
            "Remove its project from the accept list: its connections are cut at once, and its endpoint shows PENDING. "
            f"{call}{edit}",
            "",
            shell(*_apply(stack)),
        ]
    )


def _leave(facts: Facts, stack: HandedStack, consumers: Variable) -> str:
    """A consumer whose project is deleted."""
    key, project = next(iter(consumers.value.items()))
    left: dict[str, Any] = {consumers.name: {one: its for one, its in consumers.value.items() if one != key}}
    for service in stack.services:
        if service.accept and project in service.accept.value:
            left[service.accept.name] = {one: limit for one, limit in service.accept.value.items() if one != project}
        if service.invokers and project in service.invokers.value:
            left[service.invokers.name] = [one for one in service.invokers.value if one != project]
    return "\n".join(
        [
            "### Take a consumer's project out",
            "",
            "Before a project is deleted, take every line out that has it, that of "
            f"`{CONSUMERS}` included. For {project}: {_edit(facts, stack, **left)}",
            "",
            shell(*_apply(stack)),
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


def _image(facts: Facts, stack: HandedStack, image: Variable) -> str:
    repository = str(image.value).partition("@")[0]
    last = repository.rpartition("/")[2].partition(":")[0]
    new = f"{repository.rpartition('/')[0]}/{last}:NEW-TAG".lstrip("/")
    edit = _edit(facts, stack, **{image.name: new})
    return "\n".join(
        [
            "### Change the image",
            "",
            f"A digest (`@sha256:…`) is better than a tag: Terraform sees no change when a tag moves. {edit}",
            "",
            shell(*_apply(stack)),
            "",
            "The service is updated in place. If the new revision does not start, the apply fails: put the former "
            "image back and apply again.",
        ]
    )


def _move(facts: Facts, stack: HandedStack) -> str:
    endpoint = stack.endpoints[0]
    new = another_address(stack, endpoint)
    return "\n".join(
        [
            "### Move an endpoint's address",
            "",
            f"A new address replaces the reserved address and the endpoint: clients are cut off until the apply is "
            f"done, and must use the new address from then on. The producer has nothing to do. "
            f"{_edit(facts, stack, **{endpoint.ip.name: new})}",
            "",
            shell(*_apply(stack)),
        ]
    )


def _status(facts: Facts) -> str:
    lines = [
        "## Status and logs",
        "",
        "Every plan warns about connections that are not ACCEPTED. The outputs contain the following commands too, "
        "always with the values of the last apply.",
    ]
    for stack in facts.consumers:
        for endpoint in stack.endpoints:
            lines += ["", f"### {stack.name}: {endpoint.name}", ""]
            lines += [shell(f"terraform -chdir={stack.name} output -raw {endpoint.address}_status"), ""]
            texts = facts.texts(stack, endpoint)
            lines += [
                line for what, text in texts.items() if what not in CALLS for line in (shell(*text.splitlines()), "")
            ]
            call = next(what for what in CALLS if what in texts)
            lines += [
                "To make the call from a shell on a VM in the network, print the commands for it:",
                "",
                shell(f"terraform -chdir={stack.name} output -raw {endpoint.address}_{call}"),
            ]
    if facts.producer:
        for service in facts.producer.services:
            lines += ["", f"### {facts.producer.name}: {service.name}", "", _producer_status(facts, service)]
    return "\n".join(lines)


def _producer_status(facts: Facts, service: HandedService) -> str:
    assert facts.producer is not None
    run = service.run
    attachment = facts.producer.content["resource"][SERVICE_ATTACHMENT.type][service.address]
    where = f"--project={attachment['project']} --region={attachment['region']}"
    connected = (
        "# Who is connected, and how.",
        f"gcloud compute service-attachments describe {attachment['name']} {where} "
        "--format='yaml(connectedEndpoints,consumerAcceptLists,consumerRejectLists)'",
    )
    if run is None:
        return shell(*connected)
    condition = (
        f'resource.type="cloud_run_revision" AND resource.labels.service_name="{run["name"]}" AND '
        f'logName="projects/{run["project"]}/logs/run.googleapis.com%2Frequests"'
    )
    return shell(
        *connected,
        "# Who may call.",
        f"gcloud run services get-iam-policy {run['name']} {where}",
        "# Requests of all callers.",
        f"gcloud logging read '{condition}' --project={run['project']} --limit=10 "
        "--format='table(timestamp,httpRequest.remoteIp,httpRequest.status,httpRequest.userAgent)'",
        "# Why a revision does not start.",
        f"gcloud run services logs read {run['name']} {where} --limit=50",
    )
