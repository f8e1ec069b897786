"""APIs are enabled."""

from __future__ import annotations

from collections.abc import Iterator

from live.fact import Outcome, fails, holds
from live.reader import Reader
from live.subjects import Apis


def enabled(apis: Apis, reader: Reader) -> Iterator[Outcome]:
    """Each API that a stack enables in a project.

    At most 30 in one call (Service Usage, services.batchGet), which is more than any stack here has.
    """
    parent = f"projects/{apis.project}"
    names = [f"{parent}/services/{name}" for name in apis.names]
    answer = reader.get("serviceusage.services.batchGet", parent=parent, names=names) or {}
    on = {
        str(one.get("name")).rpartition("/")[2] for one in answer.get("services", []) if one.get("state") == "ENABLED"
    }
    off = [name for name in apis.names if name not in on]
    if off:
        yield fails(
            f"not enabled: {', '.join(off)}",
            f"gcloud services enable {' '.join(off)} --project={apis.project}; {apis.deploy} does it, too",
        )
    else:
        yield holds(f"enabled: {', '.join(name.removesuffix('.googleapis.com') for name in apis.names)}")
