"""What holds several: instance groups, network endpoint groups, target pools, and who is in them."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud, Record
from standin.compute.actions import refuse_stale
from standin.compute.kind import Action, Kind, View, register
from standin.compute.references import NETWORK, SUBNETWORK, Reference
from standin.google_error import not_found
from standin.message import Json, fill

# Where a group keeps who is in it; the API tells that by a method of its own.
_MEMBERS = "_members"


def _hide(_: Cloud, group: Record, body: Json) -> None:
    body["size"] = len(group.body.get(_MEMBERS, []))
    body.pop(_MEMBERS, None)


def _adding(field: str) -> Action:
    def act(cloud: Cloud, group: Record, sent: Json) -> None:
        members = group.body.setdefault(_MEMBERS, [])
        members.extend(one for one in _resolved(cloud, group, sent.get(field, [])) if one not in members)

    return act


def _removing(field: str) -> Action:
    def act(cloud: Cloud, group: Record, sent: Json) -> None:
        gone = _resolved(cloud, group, sent.get(field, []))
        group.body[_MEMBERS] = [one for one in group.body.get(_MEMBERS, []) if one not in gone]

    return act


def _resolved(cloud: Cloud, group: Record, members: list[Json]) -> list[Json]:
    """Members with their links in full. Raises 404 for a VM that is not there."""
    resolved = []
    for member in members:
        link = member.get("instance", "")
        path = links.path_of(link, group.project) if link else None
        if path and path not in cloud.compute:
            raise not_found(path)
        resolved.append(member | ({"instance": links.full(path)} if path and "ipAddress" not in member else {}))
    return resolved


def _listing(kind: str, entry: str = "") -> View:
    """A method that tells who is in a group; `entry` is the field that each stands in."""

    def view(_: Cloud, group: Record, __: Json) -> Json:
        members = group.body.get(_MEMBERS, [])
        items = [{entry: member} if entry else {**member, "status": "RUNNING"} for member in members]
        return {"kind": f"compute#{kind}", "items": items}

    return view


def _set_named_ports(_: Cloud, group: Record, sent: Json) -> None:
    refuse_stale(sent.get("fingerprint"), group.body["fingerprint"], "Supplied")
    group.body["namedPorts"] = sent.get("namedPorts", [])


def _pooling(field: str, entry: str, *, adds: bool) -> Action:
    """An action that adds to a list of links of a target pool, or takes from it."""

    def act(_: Cloud, pool: Record, sent: Json) -> None:
        given = [links.full(links.path_of(one[entry], pool.project) or one[entry]) for one in sent.get(field, [])]
        kept = [link for link in pool.body.get(field, []) if link not in given]
        pool.body[field] = kept + (given if adds else [])

    return act


def _complete_pool(body: Json) -> None:
    fill(body, sessionAffinity="NONE")


def _resolve_pool(project: str, body: Json) -> None:
    """The VMs of a pool need not exist."""
    body |= {"instances": [links.full(links.path_of(one, project) or one) for one in body.get("instances", [])]}
    if not body["instances"]:
        del body["instances"]


def _set_backup(_: Cloud, pool: Record, sent: Json) -> None:
    pool.body["backupPool"] = sent.get("target")


register(
    Kind(
        "networkEndpointGroups",
        (NETWORK, SUBNETWORK),
        fingerprints=(),
        # App Engine's says that requests go to the default service.
        even_empty=("appEngine",),
        complete=lambda body: fill(body, size=0),
        derive=_hide,
        actions={
            "attachNetworkEndpoints": _adding("networkEndpoints"),
            "detachNetworkEndpoints": _removing("networkEndpoints"),
        },
        views={"listNetworkEndpoints": _listing("networkEndpointGroupsListNetworkEndpoints", "networkEndpoint")},
    ),
    Kind(
        "instanceGroups",
        (NETWORK, SUBNETWORK),
        complete=lambda body: fill(body, size=0),
        derive=_hide,
        actions={
            "addInstances": _adding("instances"),
            "removeInstances": _removing("instances"),
            "setNamedPorts": _set_named_ports,
        },
        views={"listInstances": _listing("instanceGroupsListInstances")},
    ),
    Kind(
        "targetPools",
        (
            Reference("healthChecks[]", ("httpHealthChecks", "httpsHealthChecks")),
            Reference("backupPool", ("targetPools",)),
        ),
        fingerprints=(),
        resolve=_resolve_pool,
        complete=_complete_pool,
        actions={
            "addHealthCheck": _pooling("healthChecks", "healthCheck", adds=True),
            "removeHealthCheck": _pooling("healthChecks", "healthCheck", adds=False),
            "addInstance": _pooling("instances", "instance", adds=True),
            "removeInstance": _pooling("instances", "instance", adds=False),
            "setBackup": _set_backup,
        },
    ),
)
