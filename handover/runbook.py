"""README.md of a bundle: what operations need to run the deployment with Terraform alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deployment.mermaid import plain_mermaid
from deployment.picture import picture_of
from deployment.roles import stack_table
from deployment.stack_files import stack_of
from handover import runbook_tasks, runbook_trouble
from handover.facts import Facts
from handover.handed_stack import HandedStack
from handover.markdown import shell, wrapped


def runbook(facts: Facts) -> str:
    """The whole page."""
    sections = [
        _introduction(facts),
        _preparation(facts),
        _state(facts),
        _apply(facts),
        *runbook_tasks.sections(facts),
        *runbook_trouble.sections(facts),
        _destroy(facts),
        _roles(facts),
        _origin(facts),
    ]
    return wrapped("\n\n".join(section.strip("\n") for section in sections)) + "\n"


def _in_order(stacks: list[HandedStack] | tuple[HandedStack, ...], *verbs: str) -> Iterator[str]:
    """Terraform's commands, stack after stack."""
    for stack in stacks:
        for verb in verbs:
            yield f"terraform -chdir={stack.name} {verb}"


def _introduction(facts: Facts) -> str:
    what = (
        "a Cloud Run service published to other Google Cloud projects over Private Service Connect, without VPC "
        "peering and without a public address"
        if facts.producer
        else "endpoints through which a published service is reached over Private Service Connect"
    )
    rows = [f"| `{stack.name}/` | {_described(facts, stack)} |" for stack in facts.stacks]
    return "\n".join(
        [
            f"# Runbook: {facts.settings.environment}",
            "",
            f"This folder is a deployment as plain Terraform: {what}. It was generated; Terraform "
            f"({facts.versions['Terraform']}) is all that it needs. What may be changed are the values in each "
            f"`{facts.format.VALUES}`; everything else is generated anew when the design changes.",
            "",
            _picture(facts),
            "",
            "| folder | what |",
            "|---|---|",
            *rows,
            "",
            f"In each: `main{facts.format.ENDING}` (the resources), `variables{facts.format.ENDING}` and "
            f"`{facts.format.VALUES}` (what may be changed, and its present values), `backend{facts.format.ENDING}` "
            f"(where the state is), `versions{facts.format.ENDING}`, `outputs{facts.format.ENDING}`, "
            f"`checks{facts.format.ENDING}` (warnings about connections).",
        ]
    )


def _picture(facts: Facts) -> str:
    stacks = {stack.name: stack_of(stack.content, "", stack.name) for stack in facts.stacks}
    titles = {stack.name: f"{stack.name}: {_project(stack)}" for stack in facts.stacks}
    return plain_mermaid(picture_of(replace(stack, others=stacks) for stack in stacks.values()), titles)


def _project(stack: HandedStack) -> str:
    return str(stack.content["provider"]["google"][0]["project"])


def _described(facts: Facts, stack: HandedStack) -> str:
    names = [service.name for service in stack.services] or [endpoint.name for endpoint in stack.endpoints]
    what = "publishes" if stack is facts.producer else "connects by"
    return f"the side that {what} {', '.join(names) or 'nothing yet'}, in project {_project(stack)}"


def _preparation(facts: Facts) -> str:
    locked = [stack for stack in facts.stacks if stack.lock]
    locks = (
        "The provider's version and checksums are fixed by `.terraform.lock.hcl` in each folder."
        if len(locked) == len(facts.stacks)
        else "No provider lock file was handed over"
        + (f" for {', '.join(stack.name for stack in facts.stacks if not stack.lock)}" if locked else "")
        + ". The first `terraform init` writes `.terraform.lock.hcl` into the folder: keep it there and hand it on, so "
        "that everybody gets the same provider. (At the source: `./psc providers-lock`, then hand over again.)"
    )
    return "\n".join(
        [
            "## Before the first time",
            "",
            "1. See that the bundle is as it was made:",
            "",
            "   ```sh",
            "   sha256sum --check --quiet SHA256SUMS",
            "   ```",
            "",
            f"   Later it names the files that were edited: `{facts.format.VALUES}`, as a rule.",
            "2. Credentials for Google Cloud: `gcloud auth application-default login`, or what your pipeline gives. "
            "What they must be allowed is listed under [Roles](#roles).",
            f"3. {locks}",
            "4. Bring the [state](#state) along **before** anything is applied: without it Terraform would make "
            "everything a second time.",
        ]
    )


def _state(facts: Facts) -> str:
    if facts.local:
        return "\n".join(
            [
                "## State",
                "",
                "The state is kept in files of this folder, one per stack, and on this machine alone. If the "
                "deployment exists already, copy them from the checkout that it was deployed from, here with "
                "`CHECKOUT` as its path:",
                "",
                shell(*(f'cp "$CHECKOUT/{name}" {name}' for name in facts.state_files)),
                "",
                "From then on they are the only valid ones: nobody deploys from the checkout any more "
                "([Where this came from](#where-this-came-from) has the way back). A state holds every attribute of "
                "every resource: keep it as you keep credentials, make copies, and let nobody else change it at the "
                "same time. Terraform locks the file while it runs.",
            ]
        )
    rows = [
        f"| {stack.name} | `gs://{settings['bucket']}/{settings['prefix']}/default.tfstate` |"
        for stack in facts.stacks
        for settings in [stack.backend[1]]
    ]
    return "\n".join(
        [
            "## State",
            "",
            "The state is where the original deployment keeps it; there is nothing to copy. From now on nobody deploys "
            "from the checkout any more ([Where this came from](#where-this-came-from) has the way back).",
            "",
            "| stack | state |",
            "|---|---|",
            *rows,
            "",
            "Terraform locks it by an object `default.tflock` beside it. Versioning of the bucket is what brings back "
            "a state that was overwritten. A state holds every attribute of every resource: who may read the bucket "
            "may read them all.",
        ]
    )


def _apply(facts: Facts) -> str:
    order = " The producer goes first: the consumers read what it published." if _both(facts) else ""
    lines = list(_in_order(facts.stacks, "init", "plan", "apply"))
    given = [variable.name for stack in facts.stacks for variable in stack.promised]
    fill = (
        f"\n\nFirst fill in what the producer's team tells you, in `{facts.consumers[0].name}/{facts.format.VALUES}`: "
        f"{', '.join(f'`{name}`' for name in given)}. They are the producer's outputs of the same names."
        if given
        else ""
    )
    return "\n".join(
        [
            "## Apply",
            "",
            f"Stack after stack, each time a plan that somebody reads.{order}{fill}",
            "",
            shell(*lines),
            "",
            "Over an existing deployment the first plan says `No changes`: the addresses are the same. If it wants to "
            "create everything, the state is missing; stop, and see [State](#state).",
        ]
    )


def _both(facts: Facts) -> bool:
    return facts.producer is not None and bool(facts.consumers)


def _destroy(facts: Facts) -> str:
    order = "Consumers go first: an attachment that is deleted closes their connections for good. " * _both(facts)
    lines = ["## Destroy", "", f"{order}The APIs stay enabled.", ""]
    for stack in (stack for stack in facts.stacks if stack.protected):
        lines += [
            f"The folder {stack.name} is protected. Only for a destroy that is meant, lift that before:",
            "",
            shell(
                f"sed -i.protected -E 's/((prevent_destroy|deletion_protection)\"?( *=|:)) true/\\1 false/' "
                f"{stack.name}/main{facts.format.ENDING}",
                f"terraform -chdir={stack.name} apply",
            ),
            "",
        ]
    return "\n".join([*lines, shell(*_in_order(tuple(reversed(facts.stacks)), "destroy"))])


def _roles(facts: Facts) -> str:
    tables = [f"### {stack.name}\n\n{stack_table(stack.content)}" for stack in facts.stacks]
    return "\n\n".join(
        [
            "## Roles",
            "What the account that Terraform runs as must be allowed to do. A name without `roles/` is a single "
            "permission, for a custom role.",
            *tables,
        ]
    )


def _origin(facts: Facts) -> str:
    source = facts.source
    back = (
        [
            "Back to the checkout: put what was changed here into its configuration first, then let the states return.",
            "",
            shell(*(f'cp {name} "$CHECKOUT/{name}"' for name in facts.state_files)),
            "",
        ]
        if facts.local
        else [
            "Back to the checkout: put what was changed here into its configuration first. The state stays.",
            "",
        ]
    )  # fmt: skip
    return "\n".join(
        [
            "## Where this came from",
            "",
            f"cloudrun-psc {source.project}, {source}; environment `{facts.settings.environment}`. "
            "`./psc handover --verify` there compares this folder with what it would generate.",
            "",
            "| | |",
            "|---|---|",
            f"| revision | {source.revision or 'unknown'}{' (changed)' if source.changed else ''} |",
            *(f"| {name} | `{version}` |" for name, version in facts.versions.items()),
            f"| cdktf, google bindings | {source.cdktf}, {source.bindings} |",
            "| checksums | `SHA256SUMS` |",
            "",
            *back,
            "Callers that were let in here by `…_added_invokers` have other addresses there: `docs/handover.md` of the "
            "checkout has the commands.",
        ]
    )
