"""What became of each PSC connection: kept, interrupted and restored, lost, and so on."""

from __future__ import annotations

from collections.abc import Mapping

from deployment.account import Connection, Fate
from deployment.kinds import is_psc_endpoint
from deployment.kinds.forwarding_rule import PSC_ENDPOINT
from deployment.output_folder import StackFolder
from deployment.stack import blocks
from deployment.values import Json


def connections(state: Json) -> dict[str, Connection]:
    """Every connection of the cloud, by its endpoint's path."""
    return {
        path: Connection(id=held["id"], status=held["status"], attachment=held["attachment"])
        for path, held in state["connections"].items()
    }


def owners(stack: StackFolder) -> dict[str, str]:
    """The paths of the endpoints that a stack holds, each with the stack's name."""
    content = stack.content()
    providers = {
        f"google.{block['alias']}" if "alias" in block else "google": block
        for block in blocks(content.get("provider", {}), "google")
    }
    rules = content.get("resource", {}).get(PSC_ENDPOINT.type, {}).values()
    paths = {}
    for rule in rules:
        if not is_psc_endpoint(PSC_ENDPOINT.type, rule):
            continue
        values = {**providers.get(rule.get("provider", "google"), {}), **rule}
        place = f"projects/{values.get('project')}/regions/{values.get('region')}"
        paths[f"{place}/{PSC_ENDPOINT.collection}/{values.get('name')}"] = stack.name
    return paths


def fates(
    before: Mapping[str, Connection],
    after: Mapping[str, Connection],
    renamed: Mapping[str, str],
    owned: Mapping[str, str],
) -> list[Fate]:
    """Each connection's fate; `renamed` maps an endpoint's former path to its present one, `owned` to its stack."""
    former = {new: old for old, new in renamed.items()}
    told = []
    for path in sorted({renamed.get(old, old) for old in before} | set(after)):
        old, new = before.get(former.get(path, path)), after.get(path)
        told.append(Fate(endpoint=path, outcome=_outcome(old, new), before=old, after=new, stack=owned.get(path, "")))
    return told


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
