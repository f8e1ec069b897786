"""The Cloud Run service: ready, closed as configured, and serving what was deployed last."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.values import Json
from live.fact import Outcome, fails, holds
from live.reader import Reader
from live.subjects import Published

_GET = "run.projects.locations.services.get"
_SUCCEEDED = "CONDITION_SUCCEEDED"
_LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
_WORDS = {
    "INGRESS_TRAFFIC_ALL": "all",
    "INGRESS_TRAFFIC_INTERNAL_ONLY": "internal",
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": "internal-and-cloud-load-balancing",
    "INGRESS_TRAFFIC_NONE": "none",
}


def found(published: Published, reader: Reader) -> Json | None:
    """The service as it is; None where there is none."""
    return next(filter(None, (reader.get(_GET, name=id_) for id_ in published.services)), None)


def _name(published: Published) -> str:
    return published.services[0].rpartition("/")[2] if published.services else "the service"


def ready(published: Published, reader: Reader) -> Iterator[Outcome]:
    """The service is there and its last deployment succeeded (Cloud Run v2, Service.terminalCondition)."""
    service, name = found(published, reader), _name(published)
    if service is None:
        owner = published.deploy if published.made else f"the team that owns it deploys it ({published.services[0]})"
        yield fails(f"there is no Cloud Run service {name}", owner)
        return
    condition = service.get("terminalCondition", {})
    if service.get("reconciling"):
        yield fails(f"{name} is being deployed at this moment", "wait, and verify again")
    elif condition.get("state") != _SUCCEEDED:
        why = " ".join(str(condition.get("message") or condition.get("reason") or "no reason given").split())
        _, project, _, region, _, _ = published.services[0].split("/")
        yield fails(
            f"{name} is not ready: {why}",
            f"gcloud run services logs read {name} --project={project} --region={region} shows why it does not start",
            f"correct image or settings, and {published.deploy}" if published.made else "its pipeline deploys it anew",
        )
    else:
        yield holds(f"{name} is ready")


def ingress(published: Published, reader: Reader) -> Iterator[Outcome]:
    """Its ingress is the configured one; one that exists must not be open to everybody."""
    service, name = found(published, reader), _name(published)
    if service is None or service.get("ingress") == "INGRESS_TRAFFIC_UNSPECIFIED":
        return  # told already: there is none, or no revision of it
    there = str(service.get("ingress", "INGRESS_TRAFFIC_ALL"))
    words = _WORDS.get(there, there)
    if published.made and published.ingress and there != published.ingress:
        yield fails(
            f"the ingress of {name} is {words}, and {_WORDS.get(published.ingress, published.ingress)} is configured",
            f"{published.deploy} puts it back",
        )
    elif not published.made and there in {"INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_NONE"}:
        _, project, _, region, _, _ = published.services[0].split("/")
        yield fails(
            f"the ingress of {name} is {words}: "
            + ("the internet reaches it, too" if words == "all" else "nobody reaches it"),
            f"gcloud run services update {name} --ingress=internal --project={project} --region={region}",
        )
    else:
        yield holds(f"the ingress of {name} is {words}")


def serving(published: Published, reader: Reader) -> Iterator[Outcome]:
    """The revision that was made last is ready and gets the requests.

    Where a pipeline makes revisions it may also share the traffic out between them.
    """
    service, name = found(published, reader), _name(published)
    if service is None:
        return
    created = str(service.get("latestCreatedRevision", "")).rpartition("/")[2]
    latest = str(service.get("latestReadyRevision", "")).rpartition("/")[2]
    shares = _shares(service, latest)
    if created != latest:
        yield fails(
            f"the latest revision of {name}, {created or 'none'}, is not ready; {latest or 'nothing'} serves",
            f"{published.deploy} with an image and settings that start; the log of {created} says why it did not",
        )
    elif shares.get(latest, 0) == 100 or (published.pipelines and shares):
        told = ", ".join(f"{revision} {percent} %" for revision, percent in shares.items())
        yield holds(f"{latest} serves" if shares.get(latest) == 100 else f"requests are shared out: {told}")
    else:
        _, project, _, region, _, _ = published.services[0].split("/")
        told = ", ".join(f"{revision} {percent} %" for revision, percent in shares.items()) or "nothing"
        yield fails(
            f"the latest revision of {name}, {latest}, does not get all requests: {told}",
            f"gcloud run services update-traffic {name} --to-latest --project={project} --region={region}",
        )


def _shares(service: Json, latest: str) -> dict[str, int]:
    """The percentages of requests by revision."""
    shares: dict[str, int] = {}
    for status in service.get("trafficStatuses", []):
        revision = latest if status.get("type") == _LATEST else str(status.get("revision", "")).rpartition("/")[2]
        if status.get("percent"):
            shares[revision] = shares.get(revision, 0) + int(status["percent"])
    return shares
