"""What Terraform itself keeps: records in the state, and the state of another stack."""

from __future__ import annotations

from dataclasses import replace

from deployment.kinds.kind import BUCKET, MAP, NONE, Grant, Kind, data_source
from deployment.values import Json

_RECORDS = {
    "timeout_seconds": "The service's settings as they were last given. One that is ignored here is left out of the "
    "configuration: Cloud Run would keep what was given once, so that the plan is refused.",
    "triggers_replace": "What only a new rule can take, such as another protocol or address: the rule is replaced by "
    "way of this record.",
    "ignore_changes": "What this was deployed with first. Plans compare with it and refuse what no apply can do.",
    "service_attachment": "Google cannot re-point an endpoint: a new target replaces it by way of this record.",
    "name": "Tells Terraform of a rename on purpose; the rule's own name is ignored.",
}


def _record(values: Json) -> str:
    held = {*values, *values.get("lifecycle", {}), *values.get("input", {})}
    return next((why for key, why in _RECORDS.items() if key in held), "")


RECORD = Kind(
    type="terraform_data",
    called="record",
    drawn=False,
    collection=NONE,
    import_id=NONE,
    comment=_record,
    keys={"input": MAP, "triggers_replace": MAP},
    forcing=(),
    grants=(),
    way_in=NONE,
    replaced=NONE,
    destroyed=NONE,
    noteworthy={},
)

_STATE = data_source("terraform_remote_state", "state of another stack", grants=(), keys={"config": MAP})
STATE_IN_BUCKET = replace(
    _STATE,
    variant="gcs",
    fits=lambda values: values.get("backend") == "gcs",
    grants=(
        Grant(name="roles/storage.objectViewer", on=BUCKET, why="reads the producer's outputs, and so all its state"),
    ),
)
STATE_IN_FILE = replace(_STATE, variant="local", fits=lambda values: values.get("backend") != "gcs")
