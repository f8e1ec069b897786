"""The runbook's day-two tasks: who may connect and call, the image, an endpoint's address, and how things stand."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import Any

from handover.callers import CONSUMERS, api_of
from handover.facts import Facts, another_address, free_range
from handover.handed_stack import HandedStack
from handover.markdown import shell
from handover.service_variables import HandedService, accept_entry
from handover.value_tests import FOLDER, kept_from_destroying
from handover.variables import Variable

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
        if ranged := next((candidate for candidate in facts.producer.services if candidate.nat_ranges), None):
            yield _nat_range(facts, facts.producer, ranged)
        if made := next((candidate.image for candidate in facts.producer.services if candidate.image), None):
            yield _image(facts, facts.producer, made)
        if pem := next((candidate.pem for candidate in facts.producer.services if candidate.pem), None):
            yield _renew(facts, facts.producer, pem)
    if any(stack.endpoints for stack in facts.consumers):
        yield _move(facts, next(stack for stack in facts.consumers if stack.endpoints))


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
        f"after an `init`{'' if facts.local else ' (`init -backend=false` takes no credentials)'}:",
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
            f"`{CONSUMERS}` included. This is how {project} leaves. {_edit(facts, stack, **left)}",
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


def _nat_range(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    assert service.nat_ranges
    ranges = [*service.nat_ranges.value, free_range(stack, str(service.nat_ranges.value[-1]))]
    return "\n".join(
        [
            "### Add a NAT range",
            "",
            "Each connection takes addresses of a NAT range; once they are used up, new endpoints are NEEDS_ATTENTION. "
            "A further range must overlap nothing in the network, which a plan looks up. "
            f"{_edit(facts, stack, **{service.nat_ranges.name: ranges})}",
            "",
            shell(*_apply(stack)),
            "",
            "The plan adds a subnet, and updates the attachment in place. To exchange a range, put the new one in the "
            "place of the former.",
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


def _renew(facts: Facts, stack: HandedStack, pem: Variable) -> str:
    """A certificate out of Secret Manager."""
    after = {part: place | {"version": str(int(place["version"]) + 1)} for part, place in pem.value.items()}
    return "\n".join(
        [
            "### Renew the certificate",
            "",
            "Nothing here tells when the certificate ends. Add the new chain and its key to their secrets, each as a "
            "further version, of which the command prints the number:",
            "",
            shell(
                *(
                    f"gcloud secrets versions add {place['secret']} --project={place['project']} --data-file={part}.pem"
                    for part, place in pem.value.items()
                )
            ),
            "",
            f"Then give these numbers. {_edit(facts, stack, **{pem.name: after})}",
            "",
            shell(*_apply(stack)),
            "",
            "The plan updates the certificate in place, and connections are kept.",
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
