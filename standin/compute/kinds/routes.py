"""Routes that somebody made; the ones of subnets and the default route are not shown."""

from __future__ import annotations

from standin import links
from standin.compute.kind import Kind, register
from standin.compute.references import NETWORK, Reference
from standin.message import Json, fill


def _complete(body: Json) -> None:
    fill(body, routeType="STATIC")


def _resolve(project: str, body: Json) -> None:
    """The gateway to the internet is there without anyone creating it."""
    if gateway := body.get("nextHopGateway"):
        body["nextHopGateway"] = links.full(
            links.path_of(gateway, project) or f"projects/{project}/global/gateways/{gateway}"
        )


register(
    Kind(
        "routes",
        (
            NETWORK,
            Reference("nextHopInstance", ("instances",)),
            Reference("nextHopIlb", ("forwardingRules",), literal=True),
        ),
        fingerprints=(),
        resolve=_resolve,
        complete=_complete,
    )
)
