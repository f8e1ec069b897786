"""Plans, as `terraform show -json` prints them: what Terraform wants to do to the real state of a stack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rehearsal.terraform import change_of
from review.comparison import Change, Comparison, differences
from review.hidden import Hidden, hide
from review.stack import UNKNOWN, Item, Json, Stack
from review.synthesized import UnusableError

# Terraform 1.x keeps the major version 1: https://developer.hashicorp.com/terraform/internals/json-format
_FORMAT = "1."
# Ten thousand resources are about 50 MB.
LARGEST_BYTES = 256_000_000


def read(file: Path, name: str, stack: Stack) -> Comparison:
    """The plan in a file as a comparison of `stack`, which it must have been made from; `name` is for messages.

    Raises:
        UnusableError: when it is no plan, of a format that is not known, or of another stack.
    """
    plan = _load(file, name)
    expressions = _expressions(plan, name)
    _belongs(plan, name, stack)
    before: dict[str, Item] = {}
    after: dict[str, Item] = {}
    changes: list[Change] = []
    try:
        for entry in plan.get("resource_changes") or []:
            old, new = _items(entry, expressions)
            before |= {old.address: old} if old else {}
            after |= {new.address: new} if new else {}
            changes += _change(entry, old, new)
        for output, change in (plan.get("output_changes") or {}).items():
            old, new = _output(output, change)
            before |= {old.address: old} if old else {}
            after |= {new.address: new} if new else {}
            changes += _output_change(output, change, old, new)
        drift = tuple(one for entry in plan.get("resource_drift") or [] for one in _drift(entry))
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableError(f"{name}: is not a whole plan ({type(error).__name__}: {error})") from error
    return Comparison(
        source="plan",
        before=Stack(stack.environment, stack.name, dict(sorted(before.items())), written=False) if before else None,
        after=Stack(stack.environment, stack.name, dict(sorted(after.items())), stack.moved, written=False),
        changes=tuple(sorted(changes, key=lambda one: one.address)),
        drift=drift,
    )


def _load(file: Path, name: str) -> Json:
    remedy = "make it with `terraform show -json PLAN > FILE`"
    try:
        if not file.is_file():
            raise UnusableError(f"{name}: there is no such file; {remedy}")
        if file.stat().st_size > LARGEST_BYTES:
            raise UnusableError(f"{name}: is larger than {LARGEST_BYTES:,} bytes, which no plan of ours is")
        raw = file.read_bytes()
    except OSError as error:
        raise UnusableError(f"{name}: cannot be read ({error.strerror})") from error
    if raw[:4] == b"PK\x03\x04" or b"\0" in raw[:4096]:
        raise UnusableError(f"{name}: is binary (the plan itself?); {remedy}")
    if not raw.strip():
        raise UnusableError(f"{name}: is empty; {remedy}")
    try:
        plan = json.loads(raw)
    except UnicodeDecodeError as error:
        raise UnusableError(f"{name}: is not UTF-8; {remedy}") from error
    except (ValueError, RecursionError) as error:
        whole = raw.rstrip().endswith(b"}")
        what = "is not JSON" if whole or not raw.lstrip().startswith(b"{") else "is cut off, or not JSON"
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UnusableError(f"{name}: {what}{where}; {remedy}") from error
    return _recognized(plan, name, remedy)


def _recognized(plan: Any, name: str, remedy: str) -> Json:
    if not isinstance(plan, dict) or "format_version" not in plan:
        raise UnusableError(f"{name}: is not a plan (it has no format_version); {remedy}")
    version = plan["format_version"]
    if not isinstance(version, str) or not version.startswith(_FORMAT):
        shown = str(version)[:20]
        raise UnusableError(f"{name}: has format version {shown!r}; only 1.x, of Terraform 1.x, is known")
    if "values" in plan and "resource_changes" not in plan:
        raise UnusableError(f"{name}: is a state, not a plan; {remedy}")
    if plan.get("errored") is True:
        raise UnusableError(f"{name}: is the plan of a run that failed; plan again once its error is corrected")
    if "planned_values" not in plan or "configuration" not in plan:
        raise UnusableError(f"{name}: is not a whole plan (planned_values or configuration is missing); {remedy}")
    return plan


def _belongs(plan: Json, name: str, stack: Stack) -> None:
    """Refuse a plan of another stack, of another environment, or of another version of the code."""
    try:
        module = plan["configuration"].get("root_module") or {}
        planned = {one["address"] for one in module.get("resources") or [] if one.get("mode") == "managed"}
        provider = (plan["configuration"].get("provider_config") or {}).get("google", {})
        project = (provider.get("expressions") or {}).get("project", {}).get("constant_value")
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableError(f"{name}: is not a whole plan (its configuration cannot be read)") from error
    wanted = {one.address for one in stack.items.values() if one.is_resource}
    own = stack.items.get("provider.google")
    expected = own.values.get("project") if own else None
    if project and isinstance(expected, str) and project != expected and "${" not in expected:
        raise UnusableError(
            f"{name}: is a plan for project {str(project)[:40]!r}; the stack {stack.label} is for {expected!r}"
        )
    if planned != wanted:
        parts = [
            f"{text} {', '.join(sorted(found)[:3])}{' and more' if len(found) > 3 else ''}"
            for text, found in (("it lacks", wanted - planned), ("it has", planned - wanted))
            if found
        ]
        raise UnusableError(
            f"{name}: is not a plan of the stack {stack.label} as it is synthesized now ({'; '.join(parts)}); "
            "name the right stack, or synthesize and plan again"
        )


def _expressions(plan: Json, name: str) -> dict[str, Json]:
    try:
        module = plan["configuration"].get("root_module") or {}
        return {one["address"]: one.get("expressions") or {} for one in module.get("resources") or []}
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableError(f"{name}: is not a whole plan (its configuration cannot be read)") from error


def _items(entry: Json, expressions: Mapping[str, Json]) -> tuple[Item | None, Item | None]:
    change, address = entry["change"], str(entry["address"])
    kind = f"data.{entry['type']}" if entry.get("mode") == "data" else str(entry["type"])
    former = str(entry.get("previous_address") or address)
    old = hide(change.get("before"), change.get("before_sensitive"))
    new = hide(change.get("after"), change.get("after_sensitive"))
    if change.get("after_unknown"):
        bare = address.partition("[")[0]
        new = _merged(new, change["after_unknown"], expressions.get(bare, {}))
    if set(change["actions"]) == {"delete"}:
        new = None
    return (
        Item(former, kind, old) if isinstance(old, dict) else None,
        Item(address, kind, new) if isinstance(new, dict) else None,
    )


def _merged(value: Any, unknown: Any, expression: Any) -> Any:
    """`value` with what is unknown filled in: as the reference that it will come from, where there is just one."""
    if unknown is True:
        return _reference(expression)
    if isinstance(unknown, dict):
        there = dict(value) if isinstance(value, dict) else {}
        parts = expression if isinstance(expression, dict) else {}
        for key, inner in unknown.items():
            there[key] = _merged(there.get(key), inner, parts.get(key))
        return there
    if isinstance(unknown, list) and unknown:
        listed = list(value) if isinstance(value, list) else []
        listed += [None] * (len(unknown) - len(listed))
        parts_ = expression if isinstance(expression, list) else [expression] * len(listed)
        return [
            _merged(inner, unknown[at] if at < len(unknown) else False, parts_[at] if at < len(parts_) else None)
            for at, inner in enumerate(listed)
        ]
    return value


def _reference(expression: Any) -> Any:
    found = expression.get("references") if isinstance(expression, dict) else None
    if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
        whole = [one for one in found if not any(other.startswith(f"{one}.") for other in found)]
        if len(whole) == 1:
            return f"${{{whole[0]}}}"
    return UNKNOWN


def _change(entry: Json, old: Item | None, new: Item | None) -> Iterator[Change]:
    told = change_of(entry)
    if told is None:
        return
    unknown = entry["change"].get("after_unknown")
    yield Change(
        address=told.address,
        kind=str(entry["type"]),
        action=told.action,
        former_address=told.former_address,
        differences=tuple(differences(_said(old), _said(new))),
        because=told.because,
        unknown=tuple(_unknown(unknown)) if isinstance(unknown, dict) else (),
    )


def _said(item: Item | None) -> Json:
    """Without what is empty: state is full of it."""
    return {key: value for key, value in item.values.items() if value not in ("", {}, [])} if item else {}


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
    names = {("create",): "created", ("update",): "updated", ("delete",): "destroyed"}
    action = names.get(tuple(change["actions"]))
    if action:
        unknown = ("value",) if change.get("after_unknown") is True else ()
        found = tuple(differences(old.values if old else {}, new.values if new else {}))
        yield Change(address=f"output.{name}", kind="output", action=action, differences=found, unknown=unknown)


def _drift(entry: Json) -> Iterator[Change]:
    told = change_of(entry)
    if told is None or told.action == "moved":
        return
    change = entry["change"]
    old = hide(change.get("before"), change.get("before_sensitive")) or {}
    new = hide(change.get("after"), change.get("after_sensitive")) or {}
    action = "destroyed" if change.get("after") is None else "updated"
    found = tuple(differences(old, new)) if action == "updated" else ()
    if found or action == "destroyed":
        yield Change(address=told.address, kind=str(entry["type"]), action=action, differences=found)
