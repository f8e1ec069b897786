"""Cloud Billing v1: whether a project is billed."""

from __future__ import annotations

from standin.apis.resource_manager import visible
from standin.call import Call
from standin.cloud import Cloud
from standin.message import Json


def answer(cloud: Cloud, call: Call) -> Json:
    """Billing of a project: always on, by an account that does not exist."""
    if call.method.verb != "getBillingInfo":
        raise call.unsimulated()
    project = visible(cloud, call.params["projectsId"])
    return {
        "name": f"projects/{project.id}/billingInfo",
        "projectId": project.id,
        "billingAccountName": "billingAccounts/000000-000000-000000",
        "billingEnabled": True,
    }
