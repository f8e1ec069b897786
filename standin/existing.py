"""What others made before anything here was deployed: put into the cloud by Google's own rules, whatever is enabled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from standin.apis import compute
from standin.cloud import Cloud
from standin.message import Json
from standin.place import Place

_COMPUTE = "compute.googleapis.com"


def make(cloud: Cloud, resources: Mapping[str, Json], shared: Iterable[Sequence[str]]) -> None:
    """Make resources of Compute Engine, in this order; `shared` are pairs of a host project and a service project.

    Raises GoogleError for what Google would refuse.
    """
    with cloud.lock:
        judged = {name: set(known) for name, known in cloud.judged.items()}
        for path, body in resources.items():
            place = Place(path)
            cloud.project(place.project).apis.add(_COMPUTE)
            compute.insert(cloud, Place(path.rpartition("/")[0] + "/"), body)
            cloud.finish_all()
        for host, service in shared:
            cloud.hosts.add(cloud.project(host).id)
            # Whoever asks for flow logs of a subnet has asked its project's owners for the API, too.
            cloud.project(host).apis.add("networkmanagement.googleapis.com")
            cloud.service_projects[cloud.project(service).id] = cloud.project(host).id
        cloud.judged = judged  # no part of what is tried
