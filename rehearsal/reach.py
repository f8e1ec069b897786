"""Whether a request would arrive: followed from each accepted connection to the Cloud Run service, hop by hop.

The stand-in has no data plane; this reads what the data plane would go by. It finds deployments that every API call
accepted and that would still answer 503 or 403.
"""

from __future__ import annotations

from collections.abc import Iterator

from deployment.values import Json
from rehearsal import names


def obstacles(state: Json) -> list[str]:
    """What stands in the way of requests, one sentence each; empty when every accepted connection works."""
    sentences: list[str] = []
    for connection in state["connections"].values():
        if connection["status"] == "ACCEPTED":
            attachment = _at(state, connection["attachment"])
            sentences += _behind(state, _at(state, attachment.get("targetService", "")))
    sentences += _testers(state)
    sentences += names.unfound(state)
    return sorted(set(sentences))


def _path(link: str) -> str:
    return link[link.index("projects/") :] if "projects/" in link else link


def _at(state: Json, link: str) -> Json:
    resource: Json = state["compute"].get(_path(link), {})
    return resource


def _behind(state: Json, rule: Json) -> Iterator[str]:
    if rule.get("backendService"):
        return  # a passthrough rule, which is of others: what is behind it, too
    proxy = _at(state, rule.get("target", ""))
    url_map = _at(state, proxy.get("urlMap", ""))
    backend = _at(state, url_map.get("defaultService", ""))
    name = backend.get("name", "?")
    backends = backend.get("backends", [])
    # Google says that capacity is not available with serverless NEGs: what 0 does there is not known.
    serving = [group for group in backends if group.get("capacityScaler", 1.0) > 0 or _serverless(state, group)]
    if not serving:
        yield (
            f"backend service {name}: every backend has capacity 0 (drained), so every request is answered 503; "
            "set capacity_scaler = 1.0"
        )
    for group in serving:
        link = group.get("group", "")
        service = _at(state, link).get("cloudRun", {}).get("service", "")
        yield from _service(state, _path(link), service)
        if "sslCertificates" in proxy and (run := state["run"].get(_run_path(_path(link), service))):
            yield from names.refused(state, proxy, run)


def _serverless(state: Json, backend: Json) -> bool:
    return _at(state, backend.get("group", "")).get("networkEndpointType") == "SERVERLESS"


def _run_path(group: str, service: str) -> str:
    project, region = group.split("/")[1], group.split("/")[3]
    return f"projects/{project}/locations/{region}/services/{service}"


def _service(state: Json, group: str, service: str) -> Iterator[str]:
    path = _run_path(group, service)
    if path not in state["run"]:
        yield f"serverless NEG {group.rpartition('/')[2]}: there is no Cloud Run service {service}, so requests get 404"
        return
    run = state["run"][path]
    if run.get("ingress") == "INGRESS_TRAFFIC_NONE":
        yield f"Cloud Run service {service}: ingress lets nobody in"
    callers = [
        member
        for binding in state["policies"].get(f"run/{path}", {}).get("bindings", [])
        if binding["role"] == "roles/run.invoker"
        for member in binding["members"]
    ]
    if not callers:
        yield f"Cloud Run service {service}: nobody has roles/run.invoker, so every request is answered 403"


def _testers(state: Json) -> Iterator[str]:
    for path, instance in state["compute"].items():
        if "/instances/" not in path:
            continue
        if not instance.get("serviceAccounts"):
            yield (
                f"VM {instance['name']}: runs without a service account, so its metadata server has no ID token and "
                "every call is answered 401; give it a service_account block"
            )
        yield from _too_far(state, path, instance)


def _too_far(state: Json, path: str, instance: Json) -> Iterator[str]:
    """A VM of another region reaches only those endpoints of its network that have global access.

    Source: https://cloud.google.com/vpc/docs/about-accessing-vpc-hosted-services-endpoints (global access).
    """
    region, (interface, *_) = path.split("/")[3].rpartition("-")[0], instance["networkInterfaces"]
    network = _path(interface["network"])
    endpoints = [
        (connection["endpoint"], _at(state, connection["endpoint"]))
        for connection in state["connections"].values()
        if connection["status"] == "ACCEPTED" and connection["network"] == network
    ]
    near = [link for link, rule in endpoints if f"/regions/{region}/" in link or rule.get("allowPscGlobalAccess")]
    if endpoints and not near:
        yield (
            f"VM {instance['name']}: is in {region}, and no endpoint in its network has global access, so every call "
            "times out; give the service and the endpoint global_access: true"
        )
