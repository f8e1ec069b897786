"""What Compute Engine itself says of every resource: its kind, numbers, times, links and fingerprints."""

from __future__ import annotations

from standin import links
from standin.cloud import Cloud
from standin.compute.kind import KINDS
from standin.message import Json
from standin.place import Placed


def identity(cloud: Cloud, place: Placed) -> Json:
    """The fields that a new resource is given."""
    kind = KINDS[place.collection]
    number = cloud.new_id()
    body: Json = {
        "kind": f"compute#{kind.noun}",
        "id": number,
        "creationTimestamp": cloud.timestamp(),
        "selfLink": links.full(place.path),
    }
    if kind.numbered_link:
        body["selfLinkWithId"] = links.full(f"{place.path.rsplit('/', 1)[0]}/{number}")
    body |= links.scope_fields(place.project, place.scope)
    return body | {field: cloud.fingerprint() for field in kind.fingerprints}
