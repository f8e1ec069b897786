"""The runbook's last resorts: destroying the deployment, and letting go of it."""

from __future__ import annotations

from deployment.kinds.project import PROJECT_SERVICE
from deployment.kinds.terraform import RECORD
from handover.facts import Facts, in_order
from handover.markdown import shell


def destroy(facts: Facts) -> str:
    """In which order, and how a protection is lifted."""
    order = "Destroy consumers first: deleting an attachment closes their connections for good. " * facts.both
    lines = ["## Destroy", "", f"{order}The APIs stay enabled.", ""]
    for stack in (stack for stack in facts.stacks if stack.protected):
        lines += [
            f"The folder {stack.name} is protected. If you really mean to destroy it, lift the protection first:",
            "",
            shell(
                f"sed -i.protected -E 's/((prevent_destroy|deletion_protection)\"?( *=|:)) true/\\1 false/' "
                f"{stack.name}/main{facts.format.ENDING}",
                f"terraform -chdir={stack.name} apply",
            ),
            "",
        ]
    return "\n".join([*lines, shell(*in_order(tuple(reversed(facts.stacks)), "destroy"))])


def let_go(facts: Facts) -> str:
    """What stays in Google Cloud, and Terraform forgets."""
    stack = facts.stacks[-1]
    made = [f"{type_}.{name}" for type_, named in stack.content["resource"].items() for name in named]
    address = next((one for one in made if not one.startswith((RECORD.type, PROJECT_SERVICE.type))), made[0])
    block = ["removed {", f"  from = {address}", "  lifecycle {", "    destroy = false", "  }", "}"]
    return "\n".join(
        [
            "## Let go without destroying",
            "",
            f"To take a resource out of {facts.product}'s care and leave it in Google Cloud, delete its block and "
            "whatever refers to it, and say so in a file beside it, such as `let-go.tf` (a `removed` block takes "
            "Terraform 1.7 or OpenTofu 1.7 or newer):",
            "",
            "```hcl",
            *block,
            "```",
            "",
            "The plan says that it will no longer be managed and not be destroyed. Apply, and delete the file. To let "
            "go of a whole folder, keep a copy of its state and forget all of it, which touches nothing in Google "
            "Cloud:",
            "",
            shell(
                # Keys of instances stand in quotes, which xargs would take for its own.
                f"terraform -chdir={stack.name} state list | grep -v '^data' | tr '\\n' '\\0' | "
                f"xargs -0 -n 1 terraform -chdir={stack.name} state rm"
            ),
        ]
    )
