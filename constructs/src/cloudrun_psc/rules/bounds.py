"""The least and the most that Google takes where a number is given."""

from __future__ import annotations

from typing import NamedTuple


class Bounds(NamedTuple):
    """Both are allowed themselves."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least} to {self.most}"


PORT = Bounds(1, 65535)
# https://cloud.google.com/run/docs/configuring/request-timeout: up to 60 minutes.
TIMEOUT_SECONDS = Bounds(1, 3600)
CONCURRENCY = Bounds(1, 1000)
# Of probes: the descriptions of GoogleCloudRunV2Probe in Cloud Run's API. What bounds a number of failures is not said.
STARTUP_DELAY_SECONDS, STARTUP_PERIOD_SECONDS = Bounds(0, 240), Bounds(1, 240)
LIVENESS_DELAY_SECONDS, LIVENESS_PERIOD_SECONDS = Bounds(0, 3600), Bounds(1, 3600)
FAILURE_THRESHOLD = Bounds(1, 2**31 - 1)
# How many there may be: https://cloud.google.com/resource-manager/docs/labels-overview, .../run/quotas.
MOST_LABELS, MOST_VARIABLES = 64, 1000
# https://cloud.google.com/vpc/docs/about-controlling-access-published-services#consumer-lists.
MOST_ACCEPTED, MOST_REJECTED = 5000, 64
# Of one allow policy: https://cloud.google.com/iam/quotas#limits.
MOST_MEMBERS, MOST_GROUPS = 1500, 250
# As one JSON text: https://cloud.google.com/run/docs/configuring/custom-audiences.
MOST_OF_AUDIENCES = 32768
# As Kubernetes has it, whose limits count for Cloud Run's annotations, too: the description of its API.
MOST_OF_ANNOTATIONS = 256 * 1024
