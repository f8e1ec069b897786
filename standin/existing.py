"""What others made before anything here was deployed: put into the cloud by Google's own rules, whatever is enabled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from standin import router
from standin.apis import secret_manager
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json

_IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"


def make(
    cloud: Cloud,
    resources: Mapping[str, Json],
    services: Mapping[str, Json],
    shared: Iterable[Sequence[str]],
    certificates: Mapping[str, Json] | None = None,
    zones: Mapping[str, Json] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Make resources of Compute Engine, in this order, Cloud Run services, managers' certificates and zones, by path.

    `secrets` are the contents of versions of secrets, by path.

    `shared` are pairs of a host project and a service project. Raises GoogleError for what Google would refuse.
    """
    with cloud.lock:
        judged = {name: set(known) for name, known in cloud.judged.items()}
        for host, service in shared:
            # Whoever asks for flow logs of a subnet has asked its project's owners for the API, too.
            _enable(cloud, f"projects/{host}", "networkmanagement.googleapis.com")
            cloud.service_projects[cloud.project(service).id] = cloud.project(host).id
        for path, body in resources.items():
            _enable(cloud, path, "compute.googleapis.com")
            _post(cloud, f"/compute/v1/{path.rpartition('/')[0]}", body)
        for path, body in services.items():
            _enable(cloud, path, "run.googleapis.com")
            _enable(cloud, path, "compute.googleapis.com")  # whose default account runs it
            parent, _, name = path.rpartition("/")
            _post(
                cloud, f"/run/v2/{parent}?serviceId={name}", {"template": {"containers": [{"image": _IMAGE}]}, **body}
            )
        for path, body in (certificates or {}).items():
            _enable(cloud, path, "certificatemanager.googleapis.com")
            parent, _, name = path.rpartition("/")
            _post(cloud, f"/certificatemanager/v1/{parent}?certificateId={name}", body)
        for path, body in (zones or {}).items():
            _enable(cloud, path, "dns.googleapis.com")
            _post(cloud, f"/dns/v1/{path.rpartition('/')[0]}", body)
        for path, content in (secrets or {}).items():
            secret_manager.put(cloud, path, content)
        cloud.judged = judged  # no part of what is tried


def _enable(cloud: Cloud, path: str, api: str) -> None:
    cloud.project(path.split("/")[1]).apis.add(api)


def _post(cloud: Cloud, target: str, body: Json) -> None:
    answer = router.answer(cloud, "POST", target, json.dumps(body).encode(), {})
    if answer.code != 200:
        raise GoogleError(answer.code, str(answer.body.get("error", {}).get("message", "")))
    cloud.finish_all()
