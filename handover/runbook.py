"""README.md of a bundle: what operations need to run the deployment with Terraform alone."""

from __future__ import annotations

import re
from dataclasses import replace
from shlex import quote

from deployment.mermaid import plain_mermaid
from deployment.picture import picture_of
from deployment.roles import stack_table
from deployment.stack_files import stack_of
from handover import runbook_ending, runbook_files, runbook_state, runbook_status, runbook_tasks, runbook_trouble
from handover.facts import Facts, in_order
from handover.handed_stack import HandedStack
from handover.markdown import shell, wrapped

# A command to type, in whatever section it stands: there the program is called by its name.
_COMMAND = re.compile(r"(?<![\w./-])terraform (?=-chdir=|(?:init|import|state|test|validate)\b)")


def runbook(facts: Facts) -> str:
    """The whole page."""
    sections = [
        _introduction(facts),
        _preparation(facts),
        *runbook_state.sections(facts),
        _apply(facts),
        *runbook_tasks.sections(facts),
        runbook_status.status(facts),
        *runbook_trouble.sections(facts),
        runbook_state.newer_versions(facts),
        runbook_ending.destroy(facts),
        runbook_ending.let_go(facts),
        _roles(facts),
        _origin(facts),
    ]
    text = "\n\n".join(section.strip("\n") for section in sections)
    return wrapped(_COMMAND.sub(f"{facts.program} ", text)) + "\n"


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
            f"This folder is a deployment as plain Terraform: {what}. It was generated, and needs only {facts.product} "
            f"({facts.versions[facts.product]}). You may change the values in each `{facts.format.VALUES}`; everything "
            "else is generated anew when the design changes.",
            "",
            _picture(facts),
            "",
            "| folder | what |",
            "|---|---|",
            *rows,
            "",
            "| file | what |",
            "|---|---|",
            *runbook_files.rows(facts),
        ]
    )


def _picture(facts: Facts) -> str:
    stacks = {stack.name: stack_of(stack.content, "", stack.name) for stack in facts.stacks}
    titles = {stack.name: f"{stack.name}: {_project(stack)}" for stack in facts.stacks}
    return plain_mermaid(picture_of(replace(stack, others=stacks) for stack in stacks.values()), titles)


def _project(stack: HandedStack) -> str:
    return str(stack.content["provider"]["google"][0]["project"])


def _counted(stack: HandedStack) -> str:
    """The project that its calls of Google's APIs are counted against."""
    return str(stack.content["provider"]["google"][0].get("billing_project") or _project(stack))


def _described(facts: Facts, stack: HandedStack) -> str:
    names = [service.name for service in stack.services] or [endpoint.name for endpoint in stack.endpoints]
    what = "publishes" if stack is facts.producer else "connects through"
    return f"the side that {what} {', '.join(names) or 'nothing yet'}, in project {_project(stack)}"


def _preparation(facts: Facts) -> str:
    locked = [stack for stack in facts.stacks if stack.lock]
    locks = (
        "The provider's version and checksums are fixed by `.terraform.lock.hcl` in each folder."
        if len(locked) == len(facts.stacks)
        else "No provider lock file was handed over"
        + (f" for {', '.join(stack.name for stack in facts.stacks if not stack.lock)}" if locked else "")
        + ". The first `terraform init` writes `.terraform.lock.hcl` into the folder: keep it there and hand it on, so "
        "that everybody gets the same provider. (In the checkout: run `./psc providers-lock`, then hand over again.)"
    )
    return "\n".join(
        [
            "## Before the first time",
            "",
            "1. Check that the bundle is as it was made:",
            "",
            "   ```sh",
            "   sha256sum --check --quiet SHA256SUMS",
            "   ```",
            "",
            f"   Later, this command names the files that were edited, usually `{facts.format.VALUES}`. If a signature "
            "came along, see first whose it is: `ssh-keygen -Y verify -f signers -I NAME -n cloudrun-psc -s "
            "SHA256SUMS.sig < SHA256SUMS`, where `signers` is a file of yours with lines `NAME KEY`.",
            "2. Get credentials for Google Cloud: `gcloud auth application-default login`, or those of your pipeline. "
            "[Roles](#roles) lists the roles that they need. The gcloud commands on this page need a login of their "
            "own: `gcloud auth login`.",
            f"3. {locks}",
            "4. Bring the [state](#state) along **before** you apply anything: without it, Terraform would create "
            "everything a second time.",
            "5. Where nothing is deployed yet, enable the two APIs by which Terraform enables all others:",
            "",
            *(
                f"   {line}"
                for line in shell(
                    *(
                        "gcloud services enable serviceusage.googleapis.com cloudresourcemanager.googleapis.com "
                        f"--project={project}"
                        for project in dict.fromkeys(map(_counted, facts.stacks))
                    )
                ).split("\n")
            ),
        ]
    )


def _apply(facts: Facts) -> str:
    order = " Apply the producer first: the consumers read its outputs." if facts.both else ""
    lines = list(in_order(facts.stacks, "init", "plan", "apply"))
    given = [variable.name for stack in facts.stacks for variable in stack.promised]
    fill = (
        f"\n\nFirst fill in these values in `{facts.consumers[0].name}/{facts.format.VALUES}`: "
        f"{', '.join(f'`{name}`' for name in given)}. The producer's team gives them to you; they are the producer's "
        "outputs of the same names."
        if given
        else ""
    )
    return "\n".join(
        [
            "## Apply",
            "",
            f"Apply stack after stack, and read each plan before you apply it.{order}{fill}",
            "",
            shell(*lines),
            "",
            f"For an existing deployment, {_first_plan(facts)} If a plan wants to create everything, the state is "
            "missing: stop, and see [State](#state).",
        ]
    )


def _first_plan(facts: Facts) -> str:
    if not any(stack.moves for stack in facts.stacks):
        return "the first plan says `No changes`."
    return (
        "the first plan of the producer only says that some resources have moved, which means their Terraform "
        "addresses: `Plan: 0 to add, 0 to change, 0 to destroy`. Every other plan says `No changes`."
    )


def _roles(facts: Facts) -> str:
    # A consumer that is handed over alone reads no state; in the others' content, where the state is is a variable.
    tables = [
        f"### {stack.name}\n\n{stack_table(stack.synthesized if facts.producer else stack.content)}"
        for stack in facts.stacks
    ]
    return "\n\n".join(
        [
            "## Roles",
            "The account that Terraform runs as needs these roles. A name without `roles/` is a single permission, for "
            "a custom role.",
            *tables,
        ]
    )


def _has_vm(facts: Facts) -> bool:
    return any(facts.side(stack).test_vm.enabled for stack in facts.consumers)


def _origin(facts: Facts) -> str:
    source = facts.source
    moved = [
        f"terraform -chdir={stack.name} state mv {quote(move.present)} {quote(move.former)}"
        for stack in facts.stacks
        for move in stack.moves
    ]
    files = [f'cp {name} "$CHECKOUT/{name}"' for name in facts.state_files] if facts.local else []
    back = ["To go back to the checkout, first copy the changes made here into its configuration."]
    if moved:
        back.append(
            "Then give the resources that have other Terraform addresses there these addresses in the state; leave out "
            "what was taken out here. (What was added here is moved in the same way: `docs/handover.md` there shows "
            "it.)"
        )
    back += [
        "Then copy the states back:" if files else "The state stays where it is.",
        *(["", shell(*moved, *files)] if moved or files else []),
    ]
    return "\n".join(
        [
            "## Where this came from",
            "",
            f"cloudrun-psc {source.project}, {source}; environment `{facts.settings.environment}`. "
            "In that checkout, `./psc handover --verify` compares this folder with what it would generate, and "
            "`./psc verify` reads the projects and tells whether what is deployed is as its configuration says. "
            + "`./psc trace` sends requests from the test VM and tells which way they took. " * _has_vm(facts)
            + "`./psc trace --since 14:03` tells out of the logs who called then.",
            "",
            "| | |",
            "|---|---|",
            f"| revision | {source.revision or 'unknown'}{' (changed)' if source.changed else ''} |",
            *(f"| {name} | `{version}` |" for name, version in facts.versions.items()),
            f"| cdktf, google bindings | {source.cdktf}, {source.bindings} |",
            "| checksums | `SHA256SUMS` |",
            "",
            *back,
        ]
    )
