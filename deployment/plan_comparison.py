"""Plans, as `terraform show -json` prints them: what Terraform wants to do to the real state of a stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from deployment.comparison import Change, Comparison, differences
from deployment.hidden import Hidden, hide, hide_attributes, scrub, shown_address
from deployment.plan_file import belongs, load
from deployment.plan_programs import providers, starts_program, with_provisioners
from deployment.plan_remarks import remarks_of
from deployment.plan_written import PlanSource, read_before
from deployment.planned_change import action_of, change_of, is_known
from deployment.stack import UNKNOWN, Item, Stack
from deployment.unusable import UnusableError
from deployment.values import Json


def read(file: Path, name: str, stack: Stack) -> Comparison:
    """The plan in a file as a comparison of `stack`, which it must have been made from; `name` is for messages.

    Raises:
        UnusableError: when it is no plan, of a format that is not known, or of another stack.
    """
    plan = load(file, name)
    belongs(plan, name, stack)
    return _compared(plan, name, stack, alone=False)


def read_alone(file: Path, name: str, label: str) -> Comparison:
    """The plan in a file of anybody's configuration, which becomes a stack called `label`; `name` is for messages.

    Raises:
        UnusableError: when it is no plan, or of a format that is not known.
    """
    return _compared(load(file, name), name, Stack("", label, {}), alone=True)


def _compared(plan: Json, name: str, stack: Stack, *, alone: bool) -> Comparison:
    before: dict[str, Item] = {}
    after: dict[str, Item] = {}
    changes: list[Change] = []
    try:
        source = PlanSource(plan, stack, alone=alone)
        before |= {address: item for address, item in source.data.items() if not starts_program(item)}
        after |= source.data
        for item, there_before in providers(plan) if alone else ():
            before |= {item.address: item} if there_before else {}
            after[item.address] = item
        _refuse_twice(plan, name)
        for entry in plan.get("resource_changes") or []:
            _refuse_unknown(entry, name)
            if entry.get("deposed"):
                changes.append(_leftover(entry))
                continue
            old, new = _items(entry, source)
            before |= {old.address: old} if old else {}
            after |= {new.address: new} if new else {}
            changes += _change(entry, old, new, source)
            after |= {new.address: with_provisioners(new, entry, source.modules)} if new and alone else {}
        for output, change in (plan.get("output_changes") or {}).items():
            old, new = _output(output, change)
            before |= {old.address: old} if old else {}
            after |= {new.address: new} if new else {}
            changes += _output_change(output, change, old, new)
        remarks = tuple((rule, scrub(address), scrub(words)) for rule, address, words in remarks_of(plan))
        drifted = plan.get("resource_drift") or []
        drift = tuple(change for entry in drifted for change in _drift(entry, source))
        recorded = {old.address: old for entry in drifted for old in _items(entry, source)[:1] if old}
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableError(f"{name}: is not a whole plan ({type(error).__name__}: {error})") from error
    planned = replace(
        stack,
        items=dict(sorted(after.items())),
        written=False,
        numbers=_numbers(plan),
        moved={change.former_address: change.address for change in changes if change.former_address},
    )
    return Comparison(
        source="plan",
        before=replace(planned, items=dict(sorted(before.items())), moved={}) if before else None,
        after=planned,
        changes=tuple(sorted(changes, key=lambda change: change.address)),
        drift=drift,
        recorded=replace(planned, items=dict(sorted((before | recorded).items())), moved={}) if recorded else None,
        remarks=remarks,
        alone=alone,
    )


def _refuse_twice(plan: Json, name: str) -> None:
    """Of two entries for one address the second would hide what the first one does."""
    entries = (entry for entry in plan.get("resource_changes") or [] if not entry.get("deposed"))
    for address, times in Counter(str(entry["address"]) for entry in entries).items():
        if times > 1:
            shown = scrub(shown_address(address))
            raise UnusableError(f"{name}: has two entries for {shown}, which no Terraform writes; plan again")


def _refuse_unknown(entry: Json, name: str) -> None:
    """Whatever a later Terraform may do to a resource is nothing that this review could tell or pass over."""
    if entry.get("mode") == "managed" and not is_known(entry["change"]):
        actions = ", ".join(str(action)[:20] for action in entry["change"]["actions"]) or "nothing"
        address = scrub(shown_address(str(entry["address"])))
        raise UnusableError(
            f"{name}: plans {actions} for {address}, which this review does not know; plan with an older Terraform"
        )


def _numbers(plan: Json) -> dict[str, str]:
    """The ids of the projects whose numbers were looked up."""
    try:
        projects = [one["values"] for one in read_before(plan) if one["type"] == "google_project"]
        return {str(project["number"]): str(project["project_id"]) for project in projects}
    except (KeyError, TypeError, AttributeError):
        return {}


def _items(entry: Json, source: PlanSource) -> tuple[Item | None, Item | None]:
    change, address = entry["change"], shown_address(str(entry["address"]))
    kind = f"data.{entry['type']}" if entry.get("mode") == "data" else str(entry["type"])
    former = shown_address(str(entry.get("previous_address") or address))
    old = hide_attributes(change.get("before"), change.get("before_sensitive"))
    new = hide_attributes(change.get("after"), change.get("after_sensitive"))
    if change.get("after_unknown"):
        new = source.filled(new, change["after_unknown"], address)
    if set(change["actions"]) in ({"delete"}, {"forget"}):
        new = None
    return (
        Item(former, kind, old) if isinstance(old, dict) else None,
        Item(address, kind, new) if isinstance(new, dict) else None,
    )


def _change(entry: Json, old: Item | None, new: Item | None, source: PlanSource) -> Iterator[Change]:
    planned = change_of(entry)
    if planned is None:
        return
    unknown = entry["change"].get("after_unknown")
    yield Change(
        address=planned.address,
        type=str(entry["type"]),
        action=planned.action,
        former_address=planned.former_address,
        differences=source.differences(old, new, entry),
        because=planned.because,
        unknown=tuple(_unknown(unknown)) if isinstance(unknown, dict) else (),
        overlaps=entry["change"]["actions"] == ["create", "delete"],
        leaves=set(entry["change"]["actions"]) == {"create", "forget"},
    )


def _leftover(entry: Json) -> Change:
    """What is left of a replacement that stopped half-way: not what stands at the address now."""
    address = f"{shown_address(str(entry['address']))} (deposed {entry['deposed']})"
    return Change(address=scrub(address), type="deposed", action="destroyed")


def _unknown(marks: Any, path: str = "") -> Iterator[str]:
    if marks is True:
        yield path
    elif isinstance(marks, dict):
        for key, inner in marks.items():
            yield from _unknown(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(marks, list):
        for at, inner in enumerate(marks):
            yield from _unknown(inner, f"{path}[{at}]")


def _output(name: str, change: Json) -> tuple[Item | None, Item | None]:
    def made(value: Any, sensitive: Any, unknown: Any = None) -> Item:
        shown = UNKNOWN if unknown is True else hide(value, sensitive, name)
        values: Json = {"value": shown}
        if sensitive is True:
            values |= {"sensitive": True, "value": shown if shown is UNKNOWN else Hidden(value)}
        return Item(f"output.{name}", "output", values)

    actions = set(change["actions"])
    old = made(change.get("before"), change.get("before_sensitive")) if "create" not in actions else None
    new = made(change.get("after"), change.get("after_sensitive"), change.get("after_unknown"))
    return old, None if actions == {"delete"} else new


def _output_change(name: str, change: Json, old: Item | None, new: Item | None) -> Iterator[Change]:
    action = action_of(change)
    if action:
        unknown = ("value",) if change.get("after_unknown") is True else ()
        differing = tuple(differences(old.values if old else {}, new.values if new else {}))
        yield Change(address=f"output.{name}", type="output", action=action, differences=differing, unknown=unknown)


def _drift(entry: Json, source: PlanSource) -> Iterator[Change]:
    """What somebody else changed of what is written; what Google keeps itself (who is connected) is no drift."""
    planned = change_of(entry)
    if planned is None or planned.action == "moved":
        return
    change = entry["change"]
    if change.get("after") is None:
        yield Change(address=planned.address, type=str(entry["type"]), action="destroyed")
        return
    old, new = _items(entry, source)
    differing = source.differences(old, new, entry)
    if differing:
        yield Change(address=planned.address, type=str(entry["type"]), action="updated", differences=differing)
