"""The runbook's day-two tasks: what may be changed, how it is tried, and a section for each kind of edit."""

from __future__ import annotations

from collections.abc import Iterator

from handover import runbook_certificates, runbook_consumers, runbook_secrets
from handover.edits import applied, edit
from handover.facts import Facts, free_range
from handover.handed_stack import HandedStack
from handover.markdown import shell
from handover.service_variables import HandedService
from handover.value_tests import FOLDER, kept_from_destroying
from handover.variables import Variable


def sections(facts: Facts) -> Iterator[str]:
    """What there is to do of it in this bundle."""
    yield _changeable(facts)
    stack = facts.producer
    if stack and stack.services:
        yield from runbook_consumers.of_the_producer(facts, stack)
        if ranged := next((candidate for candidate in stack.services if candidate.nat_ranges), None):
            yield _nat_range(facts, stack, ranged)
        if made := next((candidate.image for candidate in stack.services if candidate.image), None):
            yield _image(facts, stack, made)
        if any(candidate.secrets for candidate in stack.services):
            yield runbook_secrets.rotate(facts, stack)
        yield from runbook_certificates.tasks(facts, stack)
    if moved := next((candidate for candidate in facts.consumers if candidate.endpoints), None):
        yield runbook_consumers.move(facts, moved)


def _changeable(facts: Facts) -> str:
    lines = [
        "## What may be changed",
        "",
        f"You may change the values in `{facts.format.VALUES}` of each folder. A plan refuses a wrong value and gives "
        "the reason. Plan, read the plan, then apply; the plan names what you changed and nothing else."
        + " The tasks below show one service each; the others have variables of the same endings."
        * bool(facts.producer and len(facts.producer.services) > 1),
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


def _nat_range(facts: Facts, stack: HandedStack, service: HandedService) -> str:
    assert service.nat_ranges
    ranges = [*service.nat_ranges.value, free_range(stack, str(service.nat_ranges.value[-1]))]
    return "\n".join(
        [
            "### Add a NAT range",
            "",
            "Each connection takes addresses of a NAT range; once they are used up, new endpoints are NEEDS_ATTENTION. "
            "A further range must overlap nothing in the network, which a plan looks up. "
            f"{edit(facts, stack, **{service.nat_ranges.name: ranges})}",
            "",
            applied(stack),
            "",
            "The plan adds a subnet, and updates the attachment in place. To exchange a range, put the new one in the "
            "place of the former.",
        ]
    )


def _image(facts: Facts, stack: HandedStack, image: Variable) -> str:
    repository = str(image.value).partition("@")[0]
    last = repository.rpartition("/")[2].partition(":")[0]
    new = f"{repository.rpartition('/')[0]}/{last}:NEW-TAG".lstrip("/")
    shown = edit(facts, stack, **{image.name: new})
    return "\n".join(
        [
            "### Change the image",
            "",
            f"A digest (`@sha256:…`) is better than a tag: Terraform sees no change when a tag moves. {shown}",
            "",
            applied(stack),
            "",
            "The service is updated in place. If the new revision does not start, the apply fails: put the former "
            "image back and apply again.",
        ]
    )
