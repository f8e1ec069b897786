"""What a plan says of itself, beside what it does to each resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.plan_modules import bare
from deployment.values import Json


def remarks_of(plan: Json) -> Iterator[tuple[str, str, str]]:
    """What a plan says of itself: that it destroys or is not all, what it imports and invokes, which checks failed."""
    many = dict(_described((plan.get("configuration") or {}).get("root_module") or {}))
    if doomed := _doomed(plan, many):
        more = f" and {len(doomed) - 3} more" if len(doomed) > 3 else ""
        yield "plan-destroys", "plan", f"it destroys {', '.join(doomed[:3])}{more}, which the code describes"
    waiting = [str(entry["resource_change"]["address"]) for entry in plan.get("deferred_changes") or []]
    if plan.get("complete") is False or waiting:
        yield "plan-incomplete", "plan", ", ".join(waiting[:3]) or "Terraform says that more is to follow"
    elif left_out := _left_out(plan, many):
        more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
        yield "plan-incomplete", "plan", f"it says nothing of {', '.join(left_out[:3])}{more}"
    for entry in plan.get("resource_changes") or []:
        if entry["change"].get("importing") is not None:
            yield "imported", str(entry["address"]), str(entry["change"]["importing"].get("id", "unknown"))
    # Of Terraform 1.14: what a provider does beside its resources, or is to do once more is known.
    for entry in [*(plan.get("action_invocations") or []), *(plan.get("deferred_action_invocations") or [])]:
        action = entry.get("action_invocation") or entry
        trigger = action.get("lifecycle_action_trigger") or {}
        by = trigger.get("triggering_resource_address")
        yield "action-invoked", str(action["address"]), f"it runs because of {by}" if by else "it runs"
    for check in plan.get("checks") or []:
        if check.get("status") in {"fail", "error"}:
            messages = [str(problem.get("message")) for one in check.get("instances") or []
                        for problem in one.get("problems") or []]  # fmt: skip
            yield "check-failed", str(check["address"]["to_display"]), "; ".join(messages) or str(check["status"])


def _described(module: Json, before: str = "", many: bool = False) -> Iterator[tuple[str, bool]]:
    """The address of each resource of the configuration, without keys, and whether it may be many or none."""
    for one in module.get("resources") or []:
        if one.get("mode") != "data":
            yield f"{before}{one['address']}", many or _may_be_many(one)
    for name, call in (module.get("module_calls") or {}).items():
        yield from _described(call.get("module") or {}, f"{before}module.{name}.", many or _may_be_many(call))


def _may_be_many(described: Json) -> bool:
    return "count_expression" in described or "for_each_expression" in described


def _doomed(plan: Json, described: Mapping[str, bool]) -> list[str]:
    """What a plan destroys although the code has it: of that Terraform gives a reason, but not with -destroy."""
    return [
        str(entry["address"])
        for entry in plan.get("resource_changes") or []
        if entry["change"]["actions"] == ["delete"]
        and not entry.get("action_reason")
        and not entry.get("deposed")
        and bare(str(entry["address"])) in described
    ]


def _left_out(plan: Json, described: Mapping[str, bool]) -> list[str]:
    """The described resources without an entry, which Terraform makes of what stays as well: not with -refresh-only."""
    told = {bare(str(entry["address"])) for entry in plan.get("resource_changes") or []}
    return sorted(address for address, many in described.items() if not many and address not in told)
