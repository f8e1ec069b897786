"""Which APIs are enabled in a project, and what an API answers while it is not."""

from __future__ import annotations

from collections.abc import Mapping

from standin.cloud import Cloud, Project
from standin.google_error import GoogleError, detail

_TITLES: Mapping[str, str] = {
    "compute.googleapis.com": "Compute Engine API",
    "run.googleapis.com": "Cloud Run Admin API",
    "dns.googleapis.com": "Cloud DNS API",
    "iap.googleapis.com": "Cloud Identity-Aware Proxy API",
    "secretmanager.googleapis.com": "Secret Manager API",
    "iam.googleapis.com": "Identity and Access Management (IAM) API",
}


def require(cloud: Cloud, project: Project, api: str) -> None:
    """Refuse a call to an API that is not enabled, in the real words.

    Source: https://cloud.google.com/apis/docs/getting-started#enabling_apis and the error model's ErrorInfo with the
    reason SERVICE_DISABLED (https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto).
    """
    if api in project.apis and not cloud.faults.still_activating(project.id, api, cloud.clock()):
        return
    title = _TITLES.get(api, api)
    address = f"https://console.developers.google.com/apis/api/{api}/overview?project={project.number}"
    message = (
        f"{title} has not been used in project {project.number} before or it is disabled. Enable it by visiting "
        f"{address} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to "
        "our systems and retry."
    )
    metadata = {
        "service": api,
        "serviceTitle": title,
        "consumer": f"projects/{project.number}",
        "containerInfo": project.number,
        "activationUrl": address,
    }
    raise GoogleError(
        403,
        message,
        reason="accessNotConfigured",
        domain="usageLimits",
        extended_help="https://console.developers.google.com",
        details=[
            detail("ErrorInfo", reason="SERVICE_DISABLED", domain="googleapis.com", metadata=metadata),
            detail("LocalizedMessage", locale="en-US", message=message),
            detail("Help", links=[{"description": "Google developers console API activation", "url": address}]),
        ],
    )
