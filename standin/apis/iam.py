"""IAM v1: service accounts."""

from __future__ import annotations

from standin.call import Call
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json


def answer(cloud: Cloud, call: Call) -> Json:
    """Service accounts: only the default Compute Engine account, which exists once compute is enabled."""
    if call.method.id != "iam.projects.serviceAccounts.get":
        raise call.unsimulated()
    email = call.params["serviceAccountsId"]
    for project in cloud.projects.values():
        if email == project.default_account and "compute.googleapis.com" in project.apis:
            return {
                "name": f"projects/{project.id}/serviceAccounts/{email}",
                "projectId": project.id,
                "uniqueId": f"1{int(project.number):020d}",
                "email": email,
                "displayName": "Compute Engine default service account",
                "etag": "MDEwMjE5MjA=",
                "oauth2ClientId": f"1{int(project.number):020d}",
            }
    raise GoogleError(404, f"Unknown service account: {email}")
