"""Values that Terraform remembers in its state (`terraform_data`), for what a later plan must know or react to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import Postcondition, Precondition, TerraformResource, TerraformResourceLifecycle

from constructs import Construct


def record(
    scope: Construct,
    id_: str,
    content: Mapping[str, str | int | None],
    *,
    kept: bool | Sequence[str] = False,
    triggers_replace: Mapping[str, str] | None = None,
    postconditions: Sequence[Postcondition] = (),
) -> TerraformResource:
    """Remember `content`; `kept` means as it was first, whatever it becomes: all of it, or the entries that are named.

    None is written as `${null}`, as cdktf would leave the entry out. Built into Terraform since 1.4.

    Not cdktf's own DataResource: that one runs `terraform version` at every synthesis, and fails where there is none.
    """
    entries = [] if isinstance(kept, bool) else [f"input.{entry}" for entry in kept]
    ignored = ["input"] if kept is True else entries
    lifecycle = None
    if ignored or postconditions:
        lifecycle = TerraformResourceLifecycle(ignore_changes=ignored or None, postcondition=[*postconditions] or None)
    resource = TerraformResource(scope, id_, terraform_resource_type="terraform_data", lifecycle=lifecycle)
    resource.add_override("input", {key: "${null}" if value is None else value for key, value in content.items()})
    if triggers_replace is not None:
        resource.add_override("triggers_replace", dict(triggers_replace))
    return resource


def unchanged(recorded: str, value: str, refusal: str, way: str) -> Precondition:
    """Refuse a plan whose `value` is not the one that the expression `recorded` remembers.

    The sentence is: `refusal` from the former value to `value` `way`, such as "The region cannot change from … to …".
    """
    return Precondition(
        condition=f'${{try({recorded}, "{value}") == "{value}"}}',
        error_message=f'{refusal} from ${{try({recorded}, "")}} to {value}{way}',
    )
