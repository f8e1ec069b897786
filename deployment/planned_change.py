"""A change as Terraform plans it, from an entry of the plan's JSON."""

from __future__ import annotations

from dataclasses import dataclass

from deployment.hidden import scrub, shown_address
from deployment.values import Json

_ACTIONS = {
    frozenset({"create"}): "created",
    frozenset({"update"}): "updated",
    frozenset({"delete"}): "destroyed",
    frozenset({"create", "delete"}): "replaced",
    frozenset({"forget"}): "forgotten",
    # The old one stays in the cloud, but its place in the deployment is another's.
    frozenset({"create", "forget"}): "replaced",
}
_NOTHING = (frozenset({"no-op"}), frozenset({"read"}))
_REASONS = {"replace_by_triggers": "replace_triggered_by", "replace_because_tainted": "tainted"}


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """What a plan does to an address: created, updated, replaced, destroyed, forgotten or moved.

    `because` names the attributes that force a replacement; `name` and `former_name` are the resource's own, where it
    has one.
    """

    address: str
    action: str
    because: tuple[str, ...] = ()
    former_address: str = ""
    name: str = ""
    former_name: str = ""


def action_of(change: Json) -> str:
    """What the actions of a change come to; "" where nothing happens to it, or it is only read."""
    return _ACTIONS.get(frozenset(change["actions"]), "")


def is_known(change: Json) -> bool:
    """Whether its actions are any that Terraform plans today."""
    actions = frozenset(change["actions"])
    return actions in _ACTIONS or actions in _NOTHING


def change_of(entry: Json) -> PlannedChange | None:
    """An entry of `resource_changes` or `resource_drift`; None for what stays, and for data that is only read."""
    change, former = entry["change"], entry.get("previous_address", "")
    action = action_of(change) or ("moved" if former else "")
    if not action or entry.get("mode") == "data":
        return None
    because = [".".join(str(part) for part in path) for path in change.get("replace_paths", [])]
    reason = _REASONS.get(entry.get("action_reason", ""))
    before, after = change["before"] or {}, change["after"] or {}
    return PlannedChange(
        address=shown_address(str(entry["address"])),
        action=action,
        because=tuple(sorted([*map(scrub, because), *([reason] if reason else [])])),
        former_address=shown_address(former),
        name=str(after.get("name") or before.get("name") or ""),
        former_name=str(before.get("name") or ""),
    )
