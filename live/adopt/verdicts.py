"""What becomes of each resource of a stack when it is adopted: one verdict per address, from the plan of a stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from deployment.diagnostics import Diagnostic
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.terraform import RECORD
from deployment.values import Json
from live.adopt.differences import Difference, differences
from live.adopt.harmless import why_harmless
from live.adopt.inventory import Found
from live.adopt.keys import Setting, name_key, setting

# In the order in which they are told: what is to be decided comes last.
State = Literal["same", "kept", "record", "harmless", "created", "differs", "refused", "unknown"]
STATES: tuple[State, ...] = ("same", "kept", "record", "harmless", "created", "differs", "refused", "unknown")


@dataclass(frozen=True, kw_only=True)
class Part:
    """An attribute that would change: why that is harmless, or the setting that would make it what exists."""

    difference: Difference
    why: str = ""
    setting: Setting | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a resource.

    `same` is taken as it is; `kept` stands in the state already; `record` is of the state alone; `harmless` is taken,
    and an update changes nothing that matters; `created` is not there; `differs` would be changed; `refused` would be
    replaced or destroyed; `unknown` could not be asked for. `text` says more, `remedy` what to do.
    """

    stack: str
    address: str
    id: str
    state: State
    text: str = ""
    parts: tuple[Part, ...] = ()
    remedy: tuple[str, ...] = ()
    needs: str = ""


def unread(stack: str, found: Iterable[Found]) -> Iterator[Verdict]:
    """Those of what could not be asked for: nothing can be planned without them."""
    for one in found:
        if one.stands == "unknown":
            yield Verdict(
                stack=stack, address=one.address, id=one.id, state="unknown", text=one.why, needs=one.needs
            )  # fmt: skip


def verdicts(stack: str, plan: Json, found: Iterable[Found], keys: Mapping[str, str]) -> tuple[Verdict, ...]:
    """One verdict per resource of a plan, as `terraform show -json` tells it."""
    known = {one.address: one for one in found}
    told = [
        _judged(stack, entry, known.get(str(entry["address"])), keys)
        for entry in plan.get("resource_changes", [])
        if entry.get("mode") == "managed"
    ]
    return tuple(sorted(told, key=lambda one: (STATES.index(one.state), one.address)))


def refusals(stack: str, diagnostics: Iterable[Diagnostic]) -> tuple[Verdict, ...]:
    """What a plan was refused for by the conditions that the stacks themselves make."""
    return tuple(
        Verdict(stack=stack, address=one.address, id="", state="refused", text=" ".join(one.detail.split()))
        for one in diagnostics
        if one.severity == "error"
    )


def _judged(stack: str, entry: Json, found: Found | None, keys: Mapping[str, str]) -> Verdict:
    change, address = entry["change"], str(entry["address"])
    actions, imported = list(change["actions"]), change.get("importing")
    one = Verdict(stack=stack, address=address, id=found.id if found else "", state="same")
    if entry["type"] == RECORD.type:
        changed = actions != ["no-op"]
        return replace(one, state="record" if changed else "kept", text=_OF_RECORD if changed else _KEPT)
    if actions == ["create"]:
        return _created(one, found, keys)
    if actions == ["forget"]:
        return replace(one, state="harmless", text="is let go of; it stays in Google Cloud")
    parts = tuple(_part(address, stack, difference, keys, change["before"]) for difference in differences(change))
    if actions != ["update"] and actions != ["no-op"]:
        return _refused(one, change, actions, parts)
    one = replace(one, remedy=tuple(_remarks(str(entry["type"]), change["before"])))
    if actions == ["no-op"]:
        return one if imported else replace(one, state="kept", text=_KEPT)
    if parts and all(part.why for part in parts):
        return replace(one, state="harmless", parts=parts)
    text = "" if parts else "an update that follows from what is changed or created beside it"
    return replace(one, state="differs", parts=parts, text=text)


def _remarks(type_: str, existing: Json) -> Iterator[str]:
    """What no plan tells of a resource, as the configuration says nothing of it."""
    shares = existing.get("traffic") or [] if type_ == SERVICE.type else []
    if pinned := sorted(str(one["revision"]) for one in shares if one.get("revision") and one.get("percent")):
        yield (
            f"requests go to {', '.join(pinned)} and not to the latest revision, and so they stay: what Terraform "
            f"deploys next serves nobody until gcloud run services update-traffic {existing.get('name')} --to-latest"
        )


_OF_RECORD = "a record inside the state; it does not exist in Google Cloud"
_KEPT = "is in the state already"


def _part(address: str, stack: str, difference: Difference, keys: Mapping[str, str], existing: Json | None) -> Part:
    why = why_harmless(address.partition(".")[0], difference, existing)
    return Part(difference=difference, why=why, setting=None if why else setting(address, stack, difference, keys))


def _created(one: Verdict, found: Found | None, keys: Mapping[str, str]) -> Verdict:
    """Not there; what stands there under the plain name is taken by giving that name (docs/adr/0013)."""
    if found is None or not found.plain:
        return replace(one, state="created", text="is not there, and will be created")
    name, key = found.plain.rpartition("/")[2], name_key(one.address, one.stack, keys)
    wanted = one.id.rpartition("/")[2]
    return replace(
        one,
        state="differs",
        text=f"{wanted} is not there, but {name} is; it would be created beside it",
        remedy=(f"set {key}: {name}",) if key else (),
    )


def _refused(one: Verdict, change: Json, actions: list[str], parts: tuple[Part, ...]) -> Verdict:
    if actions == ["delete"]:
        return replace(one, state="refused", text="is in the state and not in the configuration: it would be destroyed")
    forcing = {".".join(str(step) for step in path if not isinstance(step, int))
               for path in change.get("replace_paths", [])}  # fmt: skip
    # What forces it comes first; what else differs would go with it.
    ordered = tuple(sorted(parts, key=lambda part: not _under(part.difference.path, forcing)))
    why = f" because of {', '.join(sorted(forcing))}" if forcing else ""
    return replace(one, state="refused", parts=ordered, text=f"would be destroyed and made anew{why}")


def _under(path: str, forcing: set[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in forcing)
