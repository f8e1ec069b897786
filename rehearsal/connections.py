"""What became of each PSC connection: kept, interrupted and restored, lost, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deployment.values import Json


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One endpoint's connection as the cloud has it."""

    id: str
    status: str
    attachment: str


@dataclass(frozen=True, kw_only=True)
class Fate:
    """A connection before and after an edit. `outcome`: kept, restored, lost, new, removed or waiting."""

    endpoint: str
    outcome: str
    before: Connection | None
    after: Connection | None


def connections(state: Json) -> dict[str, Connection]:
    """Every connection of the cloud, by its endpoint's path."""
    return {
        path: Connection(id=one["id"], status=one["status"], attachment=one["attachment"])
        for path, one in state["connections"].items()
    }


def fates(before: Mapping[str, Connection], after: Mapping[str, Connection], renamed: Mapping[str, str]) -> list[Fate]:
    """Each connection's fate; `renamed` maps an endpoint's former path to its present one."""
    found = []
    former = {new: old for old, new in renamed.items()}
    for path in sorted({renamed.get(old, old) for old in before} | set(after)):
        old, new = before.get(former.get(path, path)), after.get(path)
        found.append(Fate(endpoint=path, outcome=_outcome(old, new), before=old, after=new))
    return found


def _outcome(before: Connection | None, after: Connection | None) -> str:
    works = after is not None and after.status == "ACCEPTED"
    if before is None:
        return "new" if works else "waiting"
    if after is None:
        return "removed"
    if before.status != "ACCEPTED":
        return "new" if works else "waiting"
    if not works:
        return "lost"
    return "kept" if before.id == after.id else "restored"
